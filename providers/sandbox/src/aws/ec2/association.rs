//! Associations of route tables with subnets.

use serde::{Deserialize, Serialize};

use super::common::{done, invalid, required};
use super::resource::find;
use super::{RouteTable, Subnet};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// An association.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Association {
    /// Its id.
    pub(crate) id: String,
    /// The subnet; none for the main association of a VPC.
    pub(crate) subnet_id: Option<String>,
}

impl Association {
    /// Whether it is a VPC's main one.
    pub(super) fn is_main(&self) -> bool {
        self.subnet_id.is_none()
    }

    /// The association in an answer.
    pub(super) fn fields(&self, table_id: &str) -> Fields {
        Fields::new()
            .text("routeTableAssociationId", &self.id)
            .text("routeTableId", table_id)
            .maybe("subnetId", self.subnet_id.as_ref())
            .text("main", self.is_main())
            .fields(
                "associationState",
                Fields::new().text("state", "associated"),
            )
    }
}

/// AssociateRouteTable: a subnet has at most one table.
pub(super) fn associate(call: &mut Call<'_>) -> Outcome {
    let mut table = find::<RouteTable>(call, &required(call, "RouteTableId")?)?;
    let subnet = find::<Subnet>(call, &required(call, "SubnetId")?)?;
    if table.vpc_id != subnet.vpc_id {
        let text = format!(
            "Route table {} and subnet {} belong to different networks",
            table.id, subnet.id
        );
        return Err(invalid(text));
    }
    let mine = |one: &Association| one.subnet_id.as_ref() == Some(&subnet.id);
    if call
        .tx
        .list::<RouteTable>(&call.place)
        .iter()
        .any(|other| other.associations.iter().any(mine))
    {
        let text = format!(
            "the specified association for route table {} conflicts with an existing association",
            table.id
        );
        return Err(ApiError::bad("Resource.AlreadyAssociated", text));
    }
    let association = Association {
        id: call.tx.fresh_id("rtbassoc"),
        subnet_id: Some(subnet.id),
    };
    let id = association.id.clone();
    table.associations.push(association);
    call.tx.put(&call.place, &table);
    Ok(associated("associationId", &id))
}

fn associated(name: &str, id: &str) -> Body {
    Body::Xml(Fields::new().text(name, id).fields(
        "associationState",
        Fields::new().text("state", "associated"),
    ))
}

/// The table that holds the association, and where in it.
fn holder(call: &Call<'_>, id: &str) -> Result<(RouteTable, usize), ApiError> {
    let held = |table: RouteTable| {
        let at = table.associations.iter().position(|one| one.id == id)?;
        Some((table, at))
    };
    call.tx
        .see_all::<RouteTable>(&call.place)
        .into_iter()
        .find_map(held)
        .ok_or_else(|| {
            ApiError::bad(
                "InvalidAssociationID.NotFound",
                format!("The association ID '{id}' does not exist"),
            )
        })
}

/// DisassociateRouteTable.
pub(super) fn disassociate(call: &mut Call<'_>) -> Outcome {
    let id = required(call, "AssociationId")?;
    let (mut table, at) = holder(call, &id)?;
    if table.associations.remove(at).is_main() {
        return Err(invalid(format!(
            "cannot disassociate the main route table association {id}"
        )));
    }
    call.tx.put(&call.place, &table);
    done()
}

/// ReplaceRouteTableAssociation: also the main one.
pub(super) fn replace(call: &mut Call<'_>) -> Outcome {
    let id = required(call, "AssociationId")?;
    let target = required(call, "RouteTableId")?;
    let (mut old, at) = holder(call, &id)?;
    let new = find::<RouteTable>(call, &target)?;
    if old.vpc_id != new.vpc_id {
        return Err(invalid(format!(
            "route table {} and association {id} belong to different networks",
            new.id
        )));
    }
    let association = Association {
        id: call.tx.fresh_id("rtbassoc"),
        ..old.associations.remove(at)
    };
    let id = association.id.clone();
    // Read again after the first write: both may be the same table.
    call.tx.put(&call.place, &old);
    let mut new = find::<RouteTable>(call, &target)?;
    new.associations.push(association);
    call.tx.put(&call.place, &new);
    Ok(associated("newAssociationId", &id))
}
