//! What every call of a step knows, and what a step can come to.

use std::ops::Deref;

use provision_core::contract::{ActStep, Context, Failure, Parent};
use provision_core::model::{Never, Observed, Resource, ResourceId, Values};

use crate::cloud::{Cloud, Faulted};
use crate::field::internal;
use crate::live::{Ailment, Live};
use crate::marks::{Tags, marked};

/// What a step has come to after a call.
#[derive(Clone, Debug)]
pub enum Next {
    /// A call is done; there may be more to do.
    More {
        /// What was done.
        did: String,
        /// The object, with it done.
        observed: Box<Observed>,
    },
    /// The cloud works on it.
    Waits {
        /// The cloud's word.
        phase: String,
        /// What to ask for.
        physical: String,
    },
    /// The cloud works on a change of it that has a handle of its own.
    Updates {
        /// The cloud's word.
        phase: String,
        /// The object.
        physical: String,
        /// The change.
        update: String,
    },
    /// A call is done that the object is not the result of: the same question again.
    Cleared {
        /// What was done.
        did: String,
    },
    /// It is gone.
    Gone,
}

/// How a change is coming along that the cloud gave a handle to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The cloud works on it.
    Works {
        /// The cloud's word.
        phase: String,
        /// A problem the cloud already knows of.
        trouble: Option<String>,
    },
    /// It is through: the object tells the rest.
    Through,
    /// It failed.
    Failed(Ailment),
}

/// Why a call could not be made, or failed.
#[derive(Clone, Debug)]
pub enum Stop<F> {
    /// The cloud's answer.
    Fault(F),
    /// The same, from a call that may refer to objects made a moment ago.
    OfNew(F),
    /// A conclusion of ours.
    Failure(Failure),
    /// Something else must happen first.
    Later(String),
}

impl<F: Faulted> From<F> for Stop<F> {
    fn from(fault: F) -> Self {
        Self::Fault(fault)
    }
}

impl<F> From<Failure> for Stop<F> {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// What every call of a step knows.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a, C: Cloud> {
    /// The clients; a field of theirs is a field of this as well.
    pub cloud: C::Client<'a>,
    /// Stack, account, region.
    pub context: &'a Context,
    /// The step.
    pub step: &'a ActStep,
    /// The object it lives in.
    pub parent: Option<&'a Parent>,
    /// The provider that serves the kind.
    pub provider: &'static str,
    /// What is wanted.
    pub desired: Option<&'a Resource<Never>>,
    /// The idempotency token.
    pub token: &'a str,
    /// The value of the secret that it is about, when it is at hand.
    pub values: &'a Values,
}

impl<C: Cloud> Cx<'_, C> {
    /// The resource's id.
    pub fn id(&self) -> &ResourceId {
        &self.step.id
    }

    /// Whether protection is wanted.
    pub fn protect(&self) -> bool {
        self.desired.is_some_and(|desired| desired.protect)
    }

    /// The physical name that is wanted.
    pub fn name(&self) -> Result<&str, Failure> {
        self.desired
            .and_then(|desired| desired.name.as_deref())
            .ok_or_else(|| internal(format!("{} has no physical name", self.step.id)))
    }

    /// The tags of a new object.
    pub fn marked(&self, tags: &Tags) -> Tags {
        marked(self.context, self.id(), self.protect(), tags)
    }

    /// Whether this step is to bring this field about.
    pub fn wants(&self, field: &str) -> bool {
        let fields = &self.step.fields;
        fields.is_empty() || fields.iter().any(|name| name == field)
    }

    /// An object as it has just been made.
    pub fn made(&self, live: Live) -> Box<Observed> {
        let mut observed = live.observed(
            self.provider,
            &self.step.kind,
            self.id().clone(),
            Vec::new(),
        );
        if observed.parent.is_none() {
            observed.parent = self.parent.map(|parent| parent.id.clone());
        }
        Box::new(observed)
    }
}

impl<'a, C: Cloud> Deref for Cx<'a, C> {
    type Target = C::Client<'a>;

    fn deref(&self) -> &C::Client<'a> {
        &self.cloud
    }
}
