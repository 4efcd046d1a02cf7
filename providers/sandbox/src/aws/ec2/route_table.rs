//! Route tables; their routes and associations are part of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::association::Association;
use super::common::{dependencies, done, made_before, remember, required, within};
use super::resource::{Resource, Words, find};
use super::route::{Route, Target};
use super::tags::{self, Tags};
use super::{Subnet, Vpc, VpcEndpoint};
use crate::aws::{Call, Outcome};
use crate::store::{Document, Place, Tx};
use crate::wire::{Body, Fields};

/// A route table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RouteTable {
    /// Its id.
    pub(crate) id: String,
    /// Its VPC.
    pub(crate) vpc_id: String,
    /// Its routes; the first is the local one.
    pub(crate) routes: Vec<Route>,
    /// Its associations.
    pub(crate) associations: Vec<Association>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created: Timestamp,
}

impl RouteTable {
    /// The table that a new VPC starts with.
    pub(super) fn make_main(tx: &mut Tx<'_>, place: &Place, vpc: &Vpc) {
        let mut table = Self::fresh(tx, vpc, Tags::new());
        table.associations.push(Association {
            id: tx.fresh_id("rtbassoc"),
            subnet_id: None,
        });
        tx.put(place, &table);
    }

    fn fresh(tx: &mut Tx<'_>, vpc: &Vpc, tags: Tags) -> Self {
        Self {
            id: tx.fresh_id("rtb"),
            vpc_id: vpc.id.clone(),
            routes: vec![Route::local(vpc.cidr)],
            associations: Vec::new(),
            tags,
            created: tx.now(),
        }
    }

    /// The table that a subnet uses: its own, or its VPC's main one.
    pub(super) fn of_subnet(tx: &Tx<'_>, place: &Place, subnet: &Subnet) -> Option<Self> {
        let mut tables = tx.list::<Self>(place);
        tables.retain(|table| table.vpc_id == subnet.vpc_id);
        let own = |table: &&Self| {
            let of = |one: &Association| one.subnet_id.as_ref() == Some(&subnet.id);
            table.associations.iter().any(of)
        };
        let found = tables.iter().find(own);
        found
            .or_else(|| tables.iter().find(|table| table.is_main()))
            .cloned()
    }

    /// What its route to everywhere leads through, when that works.
    pub(super) fn way_out(&self, tx: &Tx<'_>, place: &Place) -> Option<&Target> {
        let found = self
            .routes
            .iter()
            .find(|route| route.destination.bits() == 0 && route.active(self, tx, place));
        found.map(|route| &route.target)
    }

    /// Whether it serves subnets without a table of their own.
    pub(super) fn is_main(&self) -> bool {
        self.associations.iter().any(Association::is_main)
    }
}

impl Document for RouteTable {
    const SERVICE: &'static str = "ec2";
    const KIND: &'static str = "route-table";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

impl Resource for RouteTable {
    const WORDS: Words = Words {
        prefix: "rtb",
        noun: "The routeTable ID",
        not_found: "InvalidRouteTableID.NotFound",
        malformed: "InvalidRouteTableId.Malformed",
        filters: &[
            "route-table-id",
            "vpc-id",
            "owner-id",
            "association.main",
            "association.subnet-id",
            "association.route-table-association-id",
            "association.route-table-id",
            "route.destination-cidr-block",
            "route.gateway-id",
            "route.nat-gateway-id",
            "route.state",
            "route.origin",
        ],
    };

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }

    fn values(&self, filter: &str, tx: &Tx<'_>, place: &Place) -> Vec<String> {
        match filter {
            "route-table-id" => vec![self.id.clone()],
            "vpc-id" => vec![self.vpc_id.clone()],
            "owner-id" => vec![place.account.clone()],
            "association.main" => self
                .associations
                .iter()
                .map(|one| one.is_main().to_string())
                .collect(),
            "association.subnet-id" => self
                .associations
                .iter()
                .filter_map(|one| one.subnet_id.clone())
                .collect(),
            "association.route-table-association-id" => {
                self.associations.iter().map(|one| one.id.clone()).collect()
            }
            "association.route-table-id" => {
                self.associations.iter().map(|_| self.id.clone()).collect()
            }
            other => self
                .routes
                .iter()
                .filter_map(|route| route.value(other, self, tx, place))
                .collect(),
        }
    }

    fn fields(&self, tx: &Tx<'_>, place: &Place) -> Fields {
        let fields = Fields::new()
            .text("routeTableId", &self.id)
            .text("vpcId", &self.vpc_id)
            .text("ownerId", &place.account)
            .list(
                "routeSet",
                "item",
                self.routes
                    .iter()
                    .map(|route| route.fields(self, tx, place))
                    .chain(VpcEndpoint::routes(tx, place, &self.id)),
            )
            .list(
                "associationSet",
                "item",
                self.associations.iter().map(|one| one.fields(&self.id)),
            )
            .list("propagatingVgwSet", "item", []);
        tags::set(fields, &self.tags)
    }
}

/// CreateRouteTable.
pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    if let Some(table) =
        made_before(call)?.and_then(|id| call.tx.get::<RouteTable>(&call.place, &id))
    {
        return answer(call, &table);
    }
    let vpc = find::<Vpc>(call, &required(call, "VpcId")?)?;
    let tags = tags::at_create(call, "route-table")?;
    let have = call
        .tx
        .list::<RouteTable>(&call.place)
        .iter()
        .filter(|table| table.vpc_id == vpc.id)
        .count();
    within(
        &call.tx,
        "ec2:route-tables-per-vpc",
        have,
        "RouteTableLimitExceeded",
        "route tables",
    )?;
    let table = RouteTable::fresh(&mut call.tx, &vpc, tags);
    call.tx.put(&call.place, &table);
    remember(call, &table.id);
    answer(call, &table)
}

fn answer(call: &Call<'_>, table: &RouteTable) -> Outcome {
    let fields = Fields::new()
        .fields("routeTable", table.fields(&call.tx, &call.place))
        .maybe("clientToken", call.params.get("ClientToken"));
    Ok(Body::Xml(fields))
}

/// DeleteRouteTable: refused while something is associated or a gateway endpoint has a route in it, and for the main one.
pub(super) fn delete(call: &mut Call<'_>) -> Outcome {
    let table = find::<RouteTable>(call, &required(call, "RouteTableId")?)?;
    let led = !VpcEndpoint::routes(&call.tx, &call.place, &table.id).is_empty();
    if led || !table.associations.is_empty() {
        return Err(dependencies("routeTable", &table.id));
    }
    call.tx.delete::<RouteTable>(&call.place, &table.id);
    done()
}
