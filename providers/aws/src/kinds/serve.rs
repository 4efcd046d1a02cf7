//! A kind of AWS behind the machinery of kinds.

use std::marker::PhantomData;

use provision_core::contract::{Act, Answer, Outcome, Poll, PollOutcome};
use provision_core::cost::Usage;
use provision_core::model::{Observed, Table};
use provision_kind::Serves;
use provision_kind::serve::{ask, serve};

pub(crate) use provision_kind::serve::stopped;

use super::{Ask, AwsCloud, Cx, Live, Next, On, Progress, Seen, Served as Kind, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::marks::Tags;

/// A kind behind an object-safe face.
pub trait Ops: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Its table.
    fn table(&self) -> Table;
    /// What one of it uses in a month.
    fn usage(&self, of: &Uses<'_>) -> Usage;
    /// Reads.
    fn survey<'a>(&self, ask: &'a Ask<'a>) -> Answer<'a, Seen>;
    /// Makes the next call of a step.
    fn act<'a>(&self, aws: &'a Aws, act: &'a Act) -> Answer<'a, Outcome>;
    /// Asks whether something has come to rest.
    fn poll<'a>(&self, aws: &'a Aws, poll: &'a Poll) -> Answer<'a, PollOutcome>;
}

/// The face of one kind.
pub struct Served<K>(PhantomData<fn() -> K>);

impl<K> Served<K> {
    /// There is only one.
    pub const NEW: Self = Self(PhantomData);
}

impl<K: Kind> Ops for Served<K> {
    fn name(&self) -> &'static str {
        K::KIND
    }

    fn table(&self) -> Table {
        K::table()
    }

    fn usage(&self, of: &Uses<'_>) -> Usage {
        K::usage(of)
    }

    fn survey<'a>(&self, ask: &'a Ask<'a>) -> Answer<'a, Seen> {
        Box::pin(K::survey(ask))
    }

    fn act<'a>(&self, aws: &'a Aws, act: &'a Act) -> Answer<'a, Outcome> {
        Box::pin(serve::<Self>(On { aws }, act))
    }

    fn poll<'a>(&self, aws: &'a Aws, poll: &'a Poll) -> Answer<'a, PollOutcome> {
        Box::pin(ask::<Self>(On { aws }, poll))
    }
}

impl<K: Kind> Serves for Served<K> {
    type Cloud = AwsCloud;
    type Want = K;

    const KIND: &'static str = K::KIND;
    const PROVIDER: &'static str = K::PROVIDER;

    fn table() -> Table {
        K::table()
    }

    fn usage(of: &Uses<'_>) -> Usage {
        K::usage(of)
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        K::survey(ask).await
    }

    async fn create(cx: &Cx<'_>, want: &K) -> Result<Next, Stop> {
        K::create(cx, want).await
    }

    async fn change(cx: &Cx<'_>, want: &K, live: &Observed) -> Result<Option<Next>, Stop> {
        K::change(cx, want, live).await
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        K::delete(cx, live).await
    }

    async fn run(cx: &Cx<'_>, want: &K, live: Option<&Observed>) -> Result<Option<Next>, Stop> {
        K::run(cx, want, live).await
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        K::read(cx, physical).await
    }

    async fn holder(cx: &Cx<'_>, want: &K) -> Result<Option<Live>, Fault> {
        K::holder(cx, want).await
    }

    async fn mark(cx: &Cx<'_>, physical: &str, marks: &Tags) -> Result<(), Stop> {
        K::mark(cx, physical, marks).await
    }

    async fn holders(cx: &Cx<'_>, live: &Observed) -> Vec<String> {
        K::holders(cx, live).await
    }

    async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
        K::progress(cx, physical, update).await
    }
}
