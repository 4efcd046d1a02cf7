//! Something that runs, and the questions about it.

use std::sync::Arc;

use provision_core::contract::{Ask, Attend, Attended, Failure, Provider};
use provision_core::model::{Address, Sight};
use provision_core::plan::Goal;
use provision_core::spec::Spec;

use super::look::{Seen, look};
use super::other_answer;
use crate::error::Error;
use crate::registry::Registry;

/// A workload or a job beside all that is live of its stack.
pub struct Scene {
    provider: Arc<dyn Provider>,
    attend: Attend,
}

impl Scene {
    /// Looks at what is live. `address` is that of a block of the spec.
    ///
    /// # Errors
    /// What a survey ends with; a block that no provider serves.
    pub async fn of(
        registry: &mut Registry,
        spec: &Spec,
        address: &Address,
    ) -> Result<Self, Error> {
        let Seen {
            facts, surveyed, ..
        } = look(registry, spec, Goal::Reach).await?;
        let name = registry.serves(address.as_str()).unwrap_or_default();
        let served = registry.providers.get(name).cloned();
        let request = registry.expansion(name, spec, facts.get(name));
        let (Some(provider), Some(request)) = (served, request) else {
            return Err(Error::NotYet(format!("{address} on its platform")));
        };
        let sights = surveyed.sights.into_iter();
        let live = sights.filter_map(|(id, sight)| match sight {
            Sight::Present(live) => Some((id, *live)),
            _ => None,
        });
        Ok(Self {
            provider,
            attend: Attend {
                request: Box::new(request),
                address: address.clone(),
                live: live.collect(),
                ask: Ask::Stop { run: String::new() },
            },
        })
    }

    /// Asks.
    ///
    /// # Errors
    /// The provider's failure.
    pub async fn ask(&mut self, ask: Ask) -> Result<Attended, Error> {
        self.attend.ask = ask;
        let answer = self.provider.attend(&self.attend).await;
        answer.map_err(Error::cloud)
    }

    /// The answer to another question.
    #[must_use]
    pub fn other(&self) -> Error {
        let failure: Failure = other_answer(self.provider.name());
        Error::cloud(failure)
    }
}
