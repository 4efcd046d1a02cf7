//! `ec2.route_table`: where packets of some subnets go.
//!
//! Its routes and associations carry no marks. A route is ours when it is declared or listed in the mark
//! `provision-children` of the table; an association is ours when its subnet is. All others are noted as foreign, and
//! only the deletion of the table minds them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{ResourceType, RouteTable as Wire};
use futures::future::try_join;
use provision_core::contract::{Class, Failure};
use provision_core::cost::Usage;
use provision_core::model::{Effect, FieldKind, Identity, Observed, Row, Table, Value};
use serde::{Deserialize, Serialize};

use super::ec2::{asked, filter, retag, set_tags, spec};
use super::live::{list_value, texts, with};
use super::route_table_reads::{association_of, live, whole, wires};
use super::routes;
use super::survey::tagged;
use super::tables::{fixed, outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Seen, Served, Stop, Uses, subnet};
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{CHILDREN, STACK, Tags};

/// The fields of a route table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteTable {
    /// Its VPC.
    pub vpc: Field<String>,
    /// Targets (gateways of any sort) by destination range.
    pub routes: BTreeMap<String, Field<String>>,
    /// The subnets it rules.
    pub associations: Vec<Field<String>>,
    /// Destinations that its mark lists as ours; what is live, never wanted.
    pub children: Option<String>,
    /// Its tags.
    pub tags: Tags,
}

impl Served for RouteTable {
    const KIND: &'static str = "ec2.route_table";

    fn table() -> Table {
        let routes = FieldKind::Map { owned_only: false };
        let rows = vec![
            fixed("vpc", "the VPC it is part of"),
            Row::new("routes", routes, Effect::InPlace, "targets by destination"),
            Row::new(
                "associations",
                FieldKind::Set,
                Effect::InPlace,
                "the subnets it rules",
            ),
            Row::new(
                "children",
                FieldKind::Scalar,
                Effect::Computed,
                "destinations that its mark lists as ours",
            ),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["id"]),
            seconds: seconds(3, 1, 2),
            ..table(Self::KIND, "route table", Identity::Token, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("subnets, route tables and gateways to the internet are free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let declared: BTreeSet<&str> = ask
            .resources
            .iter()
            .filter_map(|resource| match resource.fields.get("routes") {
                Some(Value::Map(routes)) => Some(routes.keys().map(String::as_str)),
                _ => None,
            })
            .flatten()
            .collect();
        let known = known_subnets(ask);
        let own = filter(&format!("tag:{STACK}"), [ask.context.stack.as_str()]);
        let asked = asked(ask);
        let read = try_join(wires(ask.aws, &asked), subnet::list(ask.aws, &own)).await;
        let lives = read.map(|(tables, subnets)| {
            let mut ours: BTreeSet<String> =
                subnets.into_iter().map(|live| live.physical).collect();
            ours.extend(known);
            tables
                .iter()
                .map(|table| live(table, &|route| declared.contains(route), &ours))
                .collect()
        });
        tagged(ask, lives)
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let mut tags = cx.marked(&want.tags);
        if !want.routes.is_empty() {
            tags.insert(CHILDREN.to_owned(), routes::list(want.routes.keys()));
        }
        let request = cx
            .aws
            .ec2
            .create_route_table()
            .client_token(cx.token)
            .vpc_id(want.vpc.known("vpc")?)
            .tag_specifications(spec(ResourceType::RouteTable, &tags));
        let answer = cx
            .aws
            .write_once("ec2:CreateRouteTable", || request.clone().send())
            .await?;
        let table = answer
            .route_table
            .unwrap_or_else(|| Wire::builder().build());
        let live = live(&table, &|_| true, &BTreeSet::new());
        Ok(Next::More {
            did: format!("created {}", live.physical),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        if cx.wants("routes")
            && let Some(next) = routes::change(cx, &want.routes, live).await?
        {
            return Ok(Some(next));
        }
        if cx.wants("associations")
            && let Some(next) = associate(cx, want, live).await?
        {
            return Ok(Some(next));
        }
        retag(cx, &want.tags, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        if let Some(subnet) = texts(live, "associations").first() {
            return free(cx, live, subnet).await;
        }
        let foreign: Vec<&str> = live
            .foreign
            .iter()
            .filter_map(|child| child.strip_prefix("association with "))
            .collect();
        if !foreign.is_empty() {
            return Err(Stop::Failure(in_use(live, &foreign)));
        }
        let request = cx
            .aws
            .ec2
            .delete_route_table()
            .route_table_id(&live.physical);
        cx.aws
            .write("ec2:DeleteRouteTable", || request.clone().send())
            .await?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        let tables = wires(cx.aws, &filter("route-table-id", [physical])).await?;
        Ok(tables.first().map(whole))
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        set_tags(cx, physical, marks).await
    }
}

/// Subnets that a look-up during apply already knows by handle.
fn known_subnets(ask: &Ask<'_>) -> Vec<String> {
    ask.resources
        .iter()
        .filter_map(|resource| match resource.fields.get("associations") {
            Some(Value::List(subnets)) => Some(subnets),
            _ => None,
        })
        .flatten()
        .filter_map(|subnet| subnet.as_text().map(str::to_owned))
        .collect()
}

/// The next association that is missing, or too much.
async fn associate(cx: &Cx<'_>, want: &RouteTable, live: &Observed) -> Result<Option<Next>, Stop> {
    let mut now = texts(live, "associations");
    let mut wanted = Vec::new();
    for subnet in &want.associations {
        wanted.push(subnet.known("associations")?.clone());
    }
    if let Some(subnet) = now.iter().find(|subnet| !wanted.contains(subnet)) {
        return free(cx, live, subnet).await.map(Some);
    }
    let Some(subnet) = wanted.into_iter().find(|subnet| !now.contains(subnet)) else {
        return Ok(None);
    };
    let did = format!("associated {subnet}");
    bind(cx, live, &subnet).await?;
    now.push(subnet);
    Ok(Some(Next::More {
        did,
        observed: with(live, "associations", list_value(&now)),
    }))
}

/// Puts a subnet under this table, from whichever it is under now.
async fn bind(cx: &Cx<'_>, live: &Observed, subnet: &str) -> Result<(), Stop> {
    let table = &live.physical;
    let about = |fault: Fault| Stop::OfNew(fault.about(subnet));
    match association_of(cx.aws, subnet).await? {
        Some(current) if current.route_table_id() == Some(table) => {}
        Some(current) => {
            let request = cx
                .aws
                .ec2
                .replace_route_table_association()
                .set_association_id(current.route_table_association_id)
                .route_table_id(table);
            cx.aws
                .write("ec2:ReplaceRouteTableAssociation", || {
                    request.clone().send()
                })
                .await
                .map_err(about)?;
        }
        None => {
            let request = cx
                .aws
                .ec2
                .associate_route_table()
                .route_table_id(table)
                .subnet_id(subnet);
            let sent = cx
                .aws
                .write("ec2:AssociateRouteTable", || request.clone().send())
                .await;
            match sent {
                Err(fault) if fault.is_already() => {
                    return Err(Stop::Later(format!("{fault} (not visible yet)")));
                }
                other => other.map(drop).map_err(about)?,
            }
        }
    }
    Ok(())
}

/// Takes a subnet off this table.
async fn free(cx: &Cx<'_>, live: &Observed, subnet: &str) -> Result<Next, Stop> {
    let left: Vec<String> = texts(live, "associations")
        .into_iter()
        .filter(|other| other != subnet)
        .collect();
    let current = association_of(cx.aws, subnet).await?;
    let ours = current.filter(|current| current.route_table_id() == Some(&live.physical));
    if let Some(id) = ours.and_then(|current| current.route_table_association_id) {
        let request = cx.aws.ec2.disassociate_route_table().association_id(id);
        let sent = cx
            .aws
            .write("ec2:DisassociateRouteTable", || request.clone().send())
            .await;
        match sent {
            Err(fault) if !fault.is_not_found() => return Err(Stop::Fault(fault.about(subnet))),
            _ => {}
        }
    }
    Ok(Next::More {
        did: format!("disassociated {subnet}"),
        observed: with(live, "associations", list_value(&left)),
    })
}

fn in_use(live: &Observed, foreign: &[&str]) -> Failure {
    Failure {
        class: Class::Conflict,
        code: "foreign".to_owned(),
        message: format!(
            "{} also rules subnets that provision did not put under it: {}",
            live.physical,
            foreign.join(", ")
        ),
        call: Some("ec2:DeleteRouteTable".to_owned()),
        object: Some(live.physical.clone()),
        advice: Some("put those subnets under another route table, then run it again".to_owned()),
    }
}
