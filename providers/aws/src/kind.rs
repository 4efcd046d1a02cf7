//! What providers on AWS build their kinds of: the trait a kind fills in, what its calls know and come to, and the
//! words of tables. One file per kind implements [`Served`]; [`Face`] puts it behind [`Ops`].

pub use crate::account::caller;
pub use crate::kinds::ec2::pages;
pub use crate::kinds::gather::{gather, unserved};
pub use crate::kinds::live::{
    changing, deleting, list_value, map, map_value, output, tags_of, text, texts, with,
};
pub use crate::kinds::living::living;
pub use crate::kinds::node_usage::nodes;
pub use crate::kinds::retag::{Change, to_change};
pub use crate::kinds::serve::Served as Face;
pub use crate::kinds::survey::{Place, PlaceState, named, tagged, unclaimed, unknown};
pub use crate::kinds::tables::{fixed, outputs, scalar, seconds, table, tags};
pub use crate::kinds::uses::{LAUNCH_TEMPLATE, Uses, usages};
pub use crate::kinds::{
    Ailment, Ask, AwsCloud, Cx, Live, Look, Next, On, Ops, Progress, Seen, Served, Stop,
};

use provision_core::contract::Context;
use provision_core::model::{Pending, Resource};

/// What a read by name comes to: ours, somebody's, or not there.
pub fn by_name(
    context: &Context,
    resource: &Resource<Pending>,
    read: Result<Option<Live>, crate::Fault>,
) -> Look {
    crate::kinds::survey::by_name(context, resource, read)
}
