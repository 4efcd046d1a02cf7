//! What the verbs that look at a cloud begin with: spec, embedded cloud, providers.

use std::path::Path;

use provision_core::cost::Money;
use provision_core::model::{Address, Platform};
use provision_core::plan::{self, Goal, Inputs, PlanFile};
use provision_core::spec::{Diagnostic, Loaded};

use super::Cx;
use crate::args::{Shape, SpecArgs};
use crate::error::Error;
use crate::execute::settle_ms;
use crate::flow::{self, Wanted, Wish};
use crate::registry::{Registry, SANDBOX};
use crate::sandbox::Sandbox;
use crate::secrets;
use crate::{input, render};

/// A spec and the clouds it is about.
pub(super) struct Session {
    pub(super) loaded: Loaded,
    pub(super) registry: Registry,
    /// Visibility lag in milliseconds.
    pub(super) settle_ms: u64,
    /// Kept alive while the verb works.
    _sandbox: Option<Sandbox>,
}

impl Session {
    pub(super) async fn open(
        cx: &Cx,
        args: &SpecArgs,
        platform: Option<Platform>,
    ) -> Result<Self, Error> {
        Self::of(cx, input::load(args, platform)?).await
    }

    pub(super) async fn of(cx: &Cx, loaded: Loaded) -> Result<Self, Error> {
        let sandbox = open_sandbox(cx).await?;
        let registry = Registry::online(&loaded.spec, sandbox.as_ref(), cx.kept()).await;
        Ok(Self {
            settle_ms: settle_ms(sandbox.as_ref().map(|sandbox| sandbox.lag_ms))?,
            loaded,
            registry,
            _sandbox: sandbox,
        })
    }

    /// `[budget]` of the spec.
    pub(super) fn budget(&self) -> Option<Money> {
        self.loaded.spec.budget_micros.map(Money::micros)
    }

    /// Makes a plan; Ctrl-C ends that at once, for nothing is changed by it.
    pub(super) async fn plan(&mut self, cx: &Cx, wish: &Wish) -> Result<PlanFile, Error> {
        // What goes needs no value.
        if wish.goal == Goal::Reach {
            self.secrets()?;
        }
        let wanted = Wanted {
            spec: &self.loaded.spec,
            digest: &self.loaded.digest,
            notes: &self.loaded.notes,
        };
        let inputs = cx
            .signals
            .unless(flow::observe(&mut self.registry, wanted, wish))
            .await?;
        self.adopted(&inputs)?;
        let finished = cx
            .signals
            .unless(flow::finish(&self.registry, inputs, wish))
            .await;
        if let Err(Error::OverBudget { made, .. }) = &finished
            && !cx.screen.json
        {
            // What would cost so much is to be seen.
            cx.screen.print(&render::plan::human(
                &made.plan,
                &self.registry.tables,
                cx.screen.verbose,
            ))?;
        }
        let mut made = finished?;
        if cx.sandbox.is_some() {
            made.access
                .insert(SANDBOX.to_owned(), "embedded".to_owned());
        }
        Ok(made)
    }

    /// Asks for the values of secrets.
    fn secrets(&mut self) -> Result<(), Error> {
        let files = self.loaded.files();
        let name = files.first().map_or("", |file| file.name.as_str());
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        let sources = secrets::sources(&self.loaded.spec, folder);
        self.registry.ask(sources, name == input::STDIN)
    }

    /// Every word `adopt` names something.
    fn adopted(&self, inputs: &Inputs) -> Result<(), Error> {
        let written = |address: &Address| {
            let word = self.loaded.spec.adopts(address.as_str());
            word.flatten().is_some()
        };
        let wrong = plan::not_there(inputs).into_iter();
        let diagnostics: Vec<Diagnostic> = wrong
            .filter(|(address, _)| written(address))
            .filter_map(|(address, advice)| {
                let path = format!("{address}.adopt");
                self.loaded.mistake("adopt", &path, &advice)
            })
            .collect();
        match diagnostics.is_empty() {
            true => Ok(()),
            false => Err(Error::Spec {
                diagnostics,
                files: self.loaded.files(),
            }),
        }
    }

    /// What the clouds show, without a plan.
    pub(super) async fn observe(&mut self, cx: &Cx, wish: &Wish) -> Result<Inputs, Error> {
        let wanted = Wanted {
            spec: &self.loaded.spec,
            digest: &self.loaded.digest,
            notes: &self.loaded.notes,
        };
        cx.signals
            .unless(flow::observe(&mut self.registry, wanted, wish))
            .await
    }
}

/// The embedded cloud, where it was asked for.
pub(super) async fn open_sandbox(cx: &Cx) -> Result<Option<Sandbox>, Error> {
    match &cx.sandbox {
        Some(folder) => Sandbox::open(folder).await.map(Some),
        None => Ok(None),
    }
}

/// What the arguments wish for.
pub(super) fn wish(goal: Goal, shape: &Shape) -> Wish {
    Wish {
        goal,
        targets: addresses(&shape.target),
        rechoose: addresses(&shape.rechoose),
        as_of: shape.as_of,
        budget: None,
        delete_data: shape.delete_volumes,
        compare: false,
    }
}

/// Addresses as written.
pub(super) fn addresses(words: &[String]) -> Vec<Address> {
    words.iter().map(Address::new).collect()
}
