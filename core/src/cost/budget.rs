//! `[budget]`: a limit that a plan must not cross.

use std::fmt;

use super::{Line, Money, Priced};

/// So many of the dearest lines are named.
const NAMED: usize = 3;

/// The limit of a stack's monthly bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(pub Money);

/// A bill above the limit and above today's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words())]
pub struct OverBudget {
    /// The limit.
    pub budget: Money,
    /// Today's bill.
    pub before: Money,
    /// The bill after the plan.
    pub after: Money,
    /// How many things in it have no price, and are in neither sum.
    pub unpriced: usize,
    /// What costs most in it: resource, component, a month.
    pub most: Vec<Line>,
}

impl Budget {
    /// Holds a plan against the limit. A bill that is above it already may stay and may fall; it may not rise.
    ///
    /// # Errors
    /// The bill after the plan is above the limit and above today's.
    pub fn check(self, priced: &Priced) -> Result<(), OverBudget> {
        let cost = &priced.cost;
        if cost.after <= self.0 || cost.after <= cost.before {
            return Ok(());
        }
        let mut most = priced.after.clone();
        most.sort_by_key(|line| std::cmp::Reverse(line.monthly));
        most.truncate(NAMED);
        Err(OverBudget {
            budget: self.0,
            before: cost.before,
            after: cost.after,
            unpriced: cost.unpriced.len(),
            most,
        })
    }
}

impl OverBudget {
    fn words(&self) -> String {
        format!(
            "over budget: after this plan the stack costs {} a month, which is {} above `budget.monthly_usd` ({}) \
             and {} above today's {}{}",
            self.after.cents(),
            (self.after - self.budget).cents(),
            self.budget.cents(),
            (self.after - self.before).cents(),
            self.before.cents(),
            match self.unpriced {
                0 => String::new(),
                some => format!("; {some} that have no price are in neither"),
            }
        )
    }

    /// What costs most, each in words.
    pub fn dearest(&self) -> impl Iterator<Item = impl fmt::Display> {
        self.most
            .iter()
            .map(|line| format!("{} {}: {}", line.id, line.component, line.monthly.cents()))
    }
}
