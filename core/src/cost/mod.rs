//! What a stack costs: usage → bill, with prices that come in as values.
//!
//! A provider says what each resource uses ([`Usage`]); a [`Catalogue`] says what a unit of that costs in a region;
//! [`bill()`] multiplies and adds up. What has no price is listed as unpriced, with the reason, and never counted as
//! nothing. All money is US dollars, in whole micro-dollars.

mod bill;
mod budget;
mod catalogue;
mod change;
pub mod compare;
mod holders;
mod money;
mod parts;
mod price;
mod terms;
#[cfg(test)]
mod tests;
mod usage;

pub use bill::{Bill, ClusterBill, PoolBill, SharedBill, Shares, Tables, bill};
pub use budget::{Budget, OverBudget};
pub use catalogue::{Catalogue, Price};
pub use change::{Moved, PlanCost, Priced, Standing, plan_cost, standing};
pub use money::{CURRENCY, HOURS, Money, PERIOD, Percent, Quantity, Rate};
pub use parts::{Part, Parts};
pub use price::{Item, Line, Unpriced};
pub use terms::{CloudTerms, Sold, Terms};
pub use usage::{Charge, Meter, Range, Usage, UsageAnswer, UsageOf, UsageRequest};
