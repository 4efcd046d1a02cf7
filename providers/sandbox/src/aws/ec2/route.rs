//! Routes of a route table.

use serde::{Deserialize, Serialize};

use super::cidr::Cidr;
use super::common::{done, invalid, missing, required, within};
use super::resource::find;
use super::{InternetGateway, NatGateway, NetworkInterface, RouteTable};
use crate::aws::{Call, Outcome};
use crate::store::{Place, Tx};
use crate::wire::{ApiError, Fields};

/// Parameters of CreateRoute and ReplaceRoute that the sandbox honours.
pub(super) const ACCEPTS: &[&str] = &[
    "RouteTableId",
    "DestinationCidrBlock",
    "GatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "DryRun",
];

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Route {
    /// Where to.
    pub(crate) destination: Cidr,
    /// Through what.
    pub(crate) target: Target,
}

/// What a route leads through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// The VPC itself.
    Local,
    /// An internet gateway.
    Gateway(String),
    /// A NAT gateway.
    NatGateway(String),
    /// A network interface.
    Interface(String),
}

impl Route {
    /// The route to the VPC's own range.
    pub(super) fn local(destination: Cidr) -> Self {
        Self {
            destination,
            target: Target::Local,
        }
    }

    /// Whether the target is there and works; otherwise the route is a black hole.
    pub(super) fn active(&self, table: &RouteTable, tx: &Tx<'_>, place: &Place) -> bool {
        match &self.target {
            Target::Local => true,
            Target::Gateway(id) => tx
                .get::<InternetGateway>(place, id)
                .is_some_and(|gateway| gateway.vpc_id.as_ref() == Some(&table.vpc_id)),
            Target::NatGateway(id) => tx
                .get::<NatGateway>(place, id)
                .is_some_and(|gateway| gateway.usable()),
            Target::Interface(id) => tx.get::<NetworkInterface>(place, id).is_some(),
        }
    }

    fn state(&self, table: &RouteTable, tx: &Tx<'_>, place: &Place) -> &'static str {
        if self.active(table, tx, place) {
            "active"
        } else {
            "blackhole"
        }
    }

    fn origin(&self) -> &'static str {
        if self.target == Target::Local {
            "CreateRouteTable"
        } else {
            "CreateRoute"
        }
    }

    /// The value that a filter of route tables looks at.
    pub(super) fn value(
        &self,
        filter: &str,
        table: &RouteTable,
        tx: &Tx<'_>,
        place: &Place,
    ) -> Option<String> {
        match (filter, &self.target) {
            ("route.destination-cidr-block", _) => Some(self.destination.to_string()),
            ("route.gateway-id", Target::Local) => Some("local".to_owned()),
            ("route.gateway-id", Target::Gateway(id))
            | ("route.nat-gateway-id", Target::NatGateway(id)) => Some(id.clone()),
            ("route.state", _) => Some(self.state(table, tx, place).to_owned()),
            ("route.origin", _) => Some(self.origin().to_owned()),
            _ => None,
        }
    }

    /// The route in an answer.
    pub(super) fn fields(&self, table: &RouteTable, tx: &Tx<'_>, place: &Place) -> Fields {
        let fields = Fields::new().text("destinationCidrBlock", self.destination);
        let fields = match &self.target {
            Target::Local => fields.text("gatewayId", "local"),
            Target::Gateway(id) => fields.text("gatewayId", id),
            Target::NatGateway(id) => fields.text("natGatewayId", id),
            Target::Interface(id) => fields.text("networkInterfaceId", id),
        };
        fields
            .text("state", self.state(table, tx, place))
            .text("origin", self.origin())
    }
}

/// CreateRoute.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let mut table = find::<RouteTable>(call, &required(call, "RouteTableId")?)?;
    let destination = destination(call)?;
    let target = target(call, &table)?;
    if table
        .routes
        .iter()
        .any(|route| route.destination == destination)
    {
        let text = format!("The route identified by {destination} already exists.");
        return Err(ApiError::bad("RouteAlreadyExists", text));
    }
    within(
        &call.tx,
        "ec2:routes-per-table",
        table.routes.len(),
        "RouteLimitExceeded",
        "routes per route table",
    )?;
    table.routes.push(Route {
        destination,
        target,
    });
    call.tx.put(&call.place, &table);
    done()
}

/// ReplaceRoute.
pub(super) fn replace(call: &mut Call<'_>) -> Outcome {
    let mut table = find::<RouteTable>(call, &required(call, "RouteTableId")?)?;
    let destination = destination(call)?;
    let target = target(call, &table)?;
    let Some(route) = table
        .routes
        .iter_mut()
        .find(|route| route.destination == destination)
    else {
        let text = format!(
            "There is no route defined for '{destination}' in the route table. Use CreateRoute instead."
        );
        return Err(invalid(text));
    };
    if route.target == Target::Local {
        return Err(invalid(format!(
            "cannot replace local route {destination} in route table {}",
            table.id
        )));
    }
    route.target = target;
    call.tx.put(&call.place, &table);
    done()
}

/// DeleteRoute.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let mut table = find::<RouteTable>(call, &required(call, "RouteTableId")?)?;
    let destination = destination(call)?;
    let Some(at) = table
        .routes
        .iter()
        .position(|route| route.destination == destination)
    else {
        let text = format!(
            "no route with destination-cidr-block {destination} in route table {}",
            table.id
        );
        return Err(ApiError::bad("InvalidRoute.NotFound", text));
    };
    if table.routes.remove(at).target == Target::Local {
        return Err(invalid(format!(
            "cannot remove local route {destination} in route table {}",
            table.id
        )));
    }
    call.tx.put(&call.place, &table);
    done()
}

fn destination(call: &Call<'_>) -> Result<Cidr, ApiError> {
    let text = required(call, "DestinationCidrBlock")?;
    Cidr::parse(&text).ok_or_else(|| {
        invalid(format!("Value ({text}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block."))
    })
}

/// The one target that the call names, checked against the table's VPC.
fn target(call: &Call<'_>, table: &RouteTable) -> Result<Target, ApiError> {
    let named = |name: &str| call.params.get(name).map(str::to_owned);
    match (
        named("GatewayId"),
        named("NatGatewayId"),
        named("NetworkInterfaceId"),
    ) {
        (Some(id), None, None) => gateway(call, table, id),
        (None, Some(id), None) => nat_gateway(call, table, id),
        (None, None, Some(id)) => {
            let interface = find::<NetworkInterface>(call, &id)?;
            same_network(table, &interface.vpc_id, "interface", &id)?;
            Ok(Target::Interface(id))
        }
        (None, None, None) => Err(missing("GatewayId")),
        _ => Err(ApiError::bad(
            "InvalidParameterCombination",
            "Only one target of a route can be specified.",
        )),
    }
}

fn gateway(call: &Call<'_>, table: &RouteTable, id: String) -> Result<Target, ApiError> {
    let Some(gateway) = call.tx.see::<InternetGateway>(&call.place, &id) else {
        return Err(ApiError::bad(
            "InvalidGatewayID.NotFound",
            format!("The gateway ID '{id}' does not exist"),
        ));
    };
    same_network(
        table,
        gateway.vpc_id.as_deref().unwrap_or_default(),
        "network gateway",
        &id,
    )?;
    Ok(Target::Gateway(id))
}

fn nat_gateway(call: &Call<'_>, table: &RouteTable, id: String) -> Result<Target, ApiError> {
    let found = call
        .tx
        .see::<NatGateway>(&call.place, &id)
        .filter(NatGateway::usable);
    let Some(gateway) = found else {
        let text = format!("The natGateway ID '{id}' does not exist");
        return Err(ApiError::bad("InvalidNatGatewayID.NotFound", text));
    };
    same_network(table, &gateway.vpc_id, "nat gateway", &id)?;
    Ok(Target::NatGateway(id))
}

fn same_network(table: &RouteTable, vpc_id: &str, noun: &str, id: &str) -> Result<(), ApiError> {
    if table.vpc_id == vpc_id {
        return Ok(());
    }
    Err(invalid(format!(
        "route table {} and {noun} {id} belong to different networks",
        table.id
    )))
}
