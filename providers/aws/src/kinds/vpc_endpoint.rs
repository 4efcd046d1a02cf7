//! `ec2.vpc_endpoint`: a service of AWS inside the network, for machines without a way to the internet.
//!
//! An interface endpoint has one interface a subnet and takes a minute or two to come and to go; a gateway endpoint (S3,
//! DynamoDB) is a route in route tables. Deletion answers 200 with what did not work inside.

use aws_sdk_ec2::types::{
    Filter, ResourceType, State, UnsuccessfulItem, VpcEndpoint as Wire, VpcEndpointType,
};
use provision_core::cost::{Meter, Part, Quantity, Range, Usage};
use provision_core::model::{
    Effect, FieldKind, Identity, Lane, Observed, Row, Status, Table, Value,
};
use serde::{Deserialize, Serialize};

use super::ec2::{asked, filter, pages, retag, spec, tags};
use super::live::{changing, deleting, texts};
use super::survey::tagged;
use super::tables::{fixed, outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::{Fault, How};
use crate::field::Field;
use crate::marks::{Tags, plain};

/// The fields of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcEndpoint {
    /// Its VPC.
    pub vpc: Field<String>,
    /// The service: `com.amazonaws.eu-west-1.ecr.api`.
    pub service: String,
    /// `Interface` or `Gateway`.
    pub kind: String,
    /// Of an interface endpoint: its subnets, one a zone.
    pub subnets: Vec<Field<String>>,
    /// Of an interface endpoint: the groups on its interfaces.
    pub security_groups: Vec<Field<String>>,
    /// Of a gateway endpoint: the route tables that lead to it.
    pub route_tables: Vec<Field<String>>,
    /// Of an interface endpoint: whether the service's usual name leads to it.
    pub private_dns: Option<bool>,
    /// Its tags.
    pub tags: Tags,
}

/// So much goes through an interface endpoint in a month, where nobody says.
const ASSUMED_GB: u64 = 10;

/// Fields that one call changes, together.
const GROUP: &str = "endpoint";

impl Served for VpcEndpoint {
    const KIND: &'static str = "ec2.vpc_endpoint";

    fn table() -> Table {
        let row = |name: &str, kind, doc: &str| {
            Row::new(name, kind, Effect::InPlace, doc).in_group(GROUP)
        };
        let rows = vec![
            fixed("vpc", "the VPC it is part of"),
            fixed("service", "the service it leads to"),
            fixed("kind", "interface or gateway"),
            row("subnets", FieldKind::Set, "where its interfaces are"),
            row(
                "security_groups",
                FieldKind::Set,
                "groups on its interfaces",
            ),
            row(
                "route_tables",
                FieldKind::Set,
                "route tables that lead to it",
            ),
            row(
                "private_dns",
                FieldKind::Scalar,
                "whether the service's usual name leads to it",
            ),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["id"]),
            seconds: seconds(90, 30, 60),
            lane: Some(Lane::Itself),
            loss: Some("machines without another way to the service cannot reach it".to_owned()),
            lingers: true,
            ..table(Self::KIND, "VPC endpoint", Identity::Token, rows)
        }
    }

    fn usage(of: &Uses<'_>) -> Usage {
        if of.text("kind") == Some("Gateway") {
            return Usage::free("gateway endpoints are free of charge");
        }
        let zones = u64::try_from(of.length("subnets")).unwrap_or_default();
        let listed =
            |component, item, unit, each| Meter::listed(component, Part::Network, item, unit, each);
        let hours = listed("VPC endpoint", "vpc.endpoint", "hour", Quantity::month());
        let data = Quantity::whole(ASSUMED_GB);
        Usage::Charged {
            meters: vec![
                hours.count(Range::exactly(zones)),
                listed("VPC endpoint data", "vpc.endpoint.data", "GB", data)
                    .assuming(format!("{ASSUMED_GB} GB a month through each endpoint")),
            ],
        }
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        tagged(ask, list(ask.aws, &asked(ask)).await)
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let all = |fields: &[Field<String>], name: &str| -> Result<Option<Vec<String>>, Stop> {
            let ids = known(fields, name)?;
            Ok((!ids.is_empty()).then_some(ids))
        };
        let request = cx
            .aws
            .ec2
            .create_vpc_endpoint()
            .client_token(cx.token)
            .vpc_id(want.vpc.known("vpc")?)
            .service_name(&want.service)
            .vpc_endpoint_type(VpcEndpointType::from(want.kind.as_str()))
            .set_subnet_ids(all(&want.subnets, "subnets")?)
            .set_security_group_ids(all(&want.security_groups, "security_groups")?)
            .set_route_table_ids(all(&want.route_tables, "route_tables")?)
            .set_private_dns_enabled(want.private_dns)
            .tag_specifications(spec(ResourceType::VpcEndpoint, &cx.marked(&want.tags)));
        let answer = cx
            .aws
            .write_once("ec2:CreateVpcEndpoint", || request.clone().send())
            .await?;
        let made = answer.vpc_endpoint.and_then(|made| made.vpc_endpoint_id);
        Ok(Next::Waits {
            phase: "pending".to_owned(),
            physical: made.unwrap_or_default(),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if let Some(next) = modify(cx, want, live).await? {
            return Ok(Some(next));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if !matches!(live.status, Status::Deleting { .. }) {
            let call = "ec2:DeleteVpcEndpoints";
            let request = cx
                .aws
                .ec2
                .delete_vpc_endpoints()
                .vpc_endpoint_ids(&live.physical);
            let answer = cx.aws.write(call, || request.clone().send()).await?;
            if let Some(item) = answer.unsuccessful().first() {
                return Err(Stop::Fault(refusal(call, item).about(&live.physical)));
            }
        }
        Ok(Next::Waits {
            phase: "deleting".to_owned(),
            physical: live.physical.clone(),
        })
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let filters = filter("vpc-endpoint-id", [physical]);
        Ok(list(cx.aws, &filters).await?.pop())
    }
}

fn known(fields: &[Field<String>], name: &str) -> Result<Vec<String>, Stop> {
    let ids = fields.iter().map(|field| field.known(name).cloned());
    Ok(ids.collect::<Result<_, _>>()?)
}

/// What is inside an answer that only looks good.
fn refusal(call: &str, item: &UnsuccessfulItem) -> Fault {
    let error = item.error();
    let text = |part: Option<&str>| part.unwrap_or("no reason given").to_owned();
    Fault {
        how: How::Refused,
        call: call.to_owned(),
        code: text(error.and_then(|error| error.code())),
        message: text(error.and_then(|error| error.message())),
        object: None,
    }
}

/// Items that a list gains or loses; none is no difference.
type Moved = Option<Vec<String>>;

/// What a list has to gain and to lose; nothing when the step is not about it.
fn moves(
    cx: &Cx<'_>,
    live: &Observed,
    field: &str,
    want: &[Field<String>],
) -> Result<(Moved, Moved), Stop> {
    if !cx.wants(field) {
        return Ok((None, None));
    }
    let (want, now) = (known(want, field)?, texts(live, field));
    let less = |these: &[String], those: &[String]| {
        let rest: Vec<String> = these
            .iter()
            .filter(|id| !those.contains(id))
            .cloned()
            .collect();
        (!rest.is_empty()).then_some(rest)
    };
    Ok((less(&want, &now), less(&now, &want)))
}

/// One call takes all differences.
async fn modify(cx: &Cx<'_>, want: &VpcEndpoint, live: &Observed) -> Result<Option<Next>, Stop> {
    let subnets = moves(cx, live, "subnets", &want.subnets)?;
    let groups = moves(cx, live, "security_groups", &want.security_groups)?;
    let tables = moves(cx, live, "route_tables", &want.route_tables)?;
    let dns = want.private_dns.filter(|on| {
        cx.wants("private_dns") && live.fields.get("private_dns") != Some(&Value::Bool(*on))
    });
    let lists = [&subnets, &groups, &tables];
    if dns.is_none() && lists.iter().all(|list| **list == (None, None)) {
        return Ok(None);
    }
    let request = cx
        .aws
        .ec2
        .modify_vpc_endpoint()
        .vpc_endpoint_id(&live.physical)
        .set_add_subnet_ids(subnets.0)
        .set_remove_subnet_ids(subnets.1)
        .set_add_security_group_ids(groups.0)
        .set_remove_security_group_ids(groups.1)
        .set_add_route_table_ids(tables.0)
        .set_remove_route_table_ids(tables.1)
        .set_private_dns_enabled(dns);
    cx.aws
        .write("ec2:ModifyVpcEndpoint", || request.clone().send())
        .await
        .map_err(|fault| Stop::OfNew(fault.about(&live.physical)))?;
    Ok(Some(Next::Waits {
        phase: "pending".to_owned(),
        physical: live.physical.clone(),
    }))
}

/// Endpoints by filter; those that are gone stay visible for a while and are ignored.
async fn list(aws: &Aws, filters: &[Filter]) -> Result<Vec<Live>, Fault> {
    let standing = |one: &&Wire| state(one) != "deleted";
    let all = wires(aws, filters).await?;
    Ok(all.iter().filter(standing).map(live).collect())
}

/// Endpoints by filter, as they are read.
pub(crate) async fn wires(aws: &Aws, filters: &[Filter]) -> Result<Vec<Wire>, Fault> {
    pages(|token| async {
        let request = aws
            .ec2
            .describe_vpc_endpoints()
            .set_filters(Some(filters.to_vec()))
            .set_next_token(token);
        let answer = aws
            .read("ec2:DescribeVpcEndpoints", || request.clone().send())
            .await?;
        Ok((answer.vpc_endpoints, answer.next_token))
    })
    .await
}

fn live(endpoint: &Wire) -> Live {
    let all = tags(endpoint.tags.as_ref());
    let list = |ids: &[String]| ids.iter().map(|id| id.as_str().into()).collect();
    let groups: Vec<String> = endpoint
        .groups()
        .iter()
        .filter_map(|group| group.group_id.clone())
        .collect();
    let kind = endpoint.vpc_endpoint_type();
    let interface = kind == Some(&VpcEndpointType::Interface);
    let fields = VpcEndpoint {
        vpc: endpoint.vpc_id().unwrap_or_default().into(),
        service: endpoint.service_name().unwrap_or_default().to_owned(),
        kind: kind.map_or_else(String::new, |kind| kind.as_str().to_owned()),
        subnets: list(endpoint.subnet_ids()),
        security_groups: list(&groups),
        route_tables: list(endpoint.route_table_ids()),
        private_dns: endpoint.private_dns_enabled.filter(|_| interface),
        tags: plain(&all),
    };
    let id = endpoint.vpc_endpoint_id().unwrap_or_default();
    Live::new(id, &all, &fields)
        .output("id", id)
        .status(status(endpoint))
        .needs(endpoint.vpc_id())
        .needs(endpoint.subnet_ids().iter().cloned())
        .needs(endpoint.route_table_ids().iter().cloned())
        .needs(groups)
}

fn status(endpoint: &Wire) -> Status {
    let state = state(endpoint);
    match state.as_str() {
        "available" => Status::Ready,
        "deleting" | "deleted" => deleting("deleting"),
        "failed" | "rejected" | "expired" => Status::Failed {
            reason: format!("VPC endpoint failed: {}", reason(endpoint)),
        },
        "" => changing("pending"),
        other => changing(other),
    }
}

/// Whether it serves.
pub(crate) fn is_available(endpoint: &Wire) -> bool {
    state(endpoint) == "available"
}

/// The API's model says `Available`, and the API says `available`.
fn state(endpoint: &Wire) -> String {
    let state = endpoint.state().map(State::as_str).unwrap_or_default();
    state.to_ascii_lowercase()
}

fn reason(endpoint: &Wire) -> String {
    let error = endpoint.last_error();
    let message = error.and_then(|error| error.message());
    let message = message.or(endpoint.failure_reason());
    message.unwrap_or("no reason given").to_owned()
}
