//! Which machine types a pool runs on.

use provision_aws::{Field, PoolWish};
use provision_core::contract::Failure;
use provision_core::model::Platform;
use provision_core::spec::Pool;

use super::Plan;

impl Plan<'_> {
    /// The named types in their order, or choices among all that fit. The live ones are kept while they fit.
    pub(super) fn machines(&self, name: &str, pool: &Pool) -> Result<Vec<Field<String>>, Failure> {
        PoolWish {
            address: &format!("{}.pool.{name}", self.address),
            platform: Platform::Eks,
            market: self.market,
            // What runs already may be of any type.
            anything: self.adopted_pool(name).is_some(),
        }
        .machines(pool)
    }
}
