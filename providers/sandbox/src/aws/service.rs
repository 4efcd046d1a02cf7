//! What a service and an operation are.

use jiff::Timestamp;
use serde_json::Value;

use crate::object::Object;
use crate::store::{Place, Tx};
use crate::wire::{ApiError, Body, Params, Protocol};

/// Every service, by the name that requests are signed for.
pub(crate) const SERVICES: &[Service] = &[
    super::acm::SERVICE,
    super::appscaling::SERVICE,
    super::ec2::SERVICE,
    // After EC2, whose instances it follows.
    super::autoscaling::SERVICE,
    // Before ECS, whose tasks it starts.
    super::scheduler::SERVICE,
    super::ecs::SERVICE,
    super::eks::SERVICE,
    super::elb::SERVICE,
    super::elbv2::SERVICE,
    super::iam::SERVICE,
    super::logs::SERVICE,
    super::secretsmanager::SERVICE,
    super::servicediscovery::SERVICE,
    super::ssm::SERVICE,
    super::sts::SERVICE,
    super::tagging::SERVICE,
];

/// One service.
pub(crate) struct Service {
    /// The signing name: `ec2`.
    pub(crate) name: &'static str,
    /// How it speaks.
    pub(crate) protocol: Protocol,
    /// Whether its objects lie in no region (IAM).
    pub(crate) global: bool,
    /// What it can do.
    pub(crate) operations: &'static [Operation],
    /// Brings documents to the present: state changes that time alone makes.
    pub(crate) settle: fn(&mut Tx<'_>),
    /// The live objects, for the oracle.
    pub(crate) objects: fn(&Tx<'_>) -> Vec<Object>,
}

/// One operation.
pub(crate) struct Operation {
    /// The API's name of it.
    pub(crate) name: &'static str,
    /// Whether it changes something.
    pub(crate) mutating: bool,
    /// For REST: method and path pattern, `POST /clusters/{name}/addons`.
    pub(crate) rest: &'static str,
    /// Parameters, or members of the JSON body, that it takes; empty = not checked. `N` stands for a number: `Filter.N.Value.N`.
    pub(crate) accepts: Accepts,
    /// What it does.
    pub(crate) run: fn(&mut Call<'_>) -> Outcome,
}

/// Groups of parameter patterns.
pub(crate) type Accepts = &'static [&'static [&'static str]];

/// What an operation ends in.
pub(crate) type Outcome = Result<Body, ApiError>;

impl Operation {
    /// An operation that only reads.
    pub(crate) const fn read(name: &'static str, run: fn(&mut Call<'_>) -> Outcome) -> Self {
        Self {
            name,
            mutating: false,
            rest: "",
            accepts: &[],
            run,
        }
    }

    /// An operation that changes something.
    pub(crate) const fn write(name: &'static str, run: fn(&mut Call<'_>) -> Outcome) -> Self {
        Self {
            name,
            mutating: true,
            rest: "",
            accepts: &[],
            run,
        }
    }

    /// The same at a REST method and path; `{name}` parts become parameters.
    pub(crate) const fn at(self, rest: &'static str) -> Self {
        Self { rest, ..self }
    }

    /// The same with a closed list of parameters.
    pub(crate) const fn accepts(self, accepts: Accepts) -> Self {
        Self { accepts, ..self }
    }
}

/// One call of an operation.
pub(crate) struct Call<'a> {
    /// Reads and writes.
    pub(crate) tx: Tx<'a>,
    /// Account and region of the caller; the region is empty for global services.
    pub(crate) place: Place,
    /// The region of the request, also for global services.
    pub(crate) region: String,
    /// The caller's access key.
    pub(crate) access_key: String,
    /// The caller's ARN.
    pub(crate) caller: String,
    /// The operation's name.
    pub(crate) operation: &'static str,
    /// Query parameters, path parameters.
    pub(crate) params: Params,
    /// The JSON body; null when there is none.
    pub(crate) json: Value,
}

impl Call<'_> {
    /// The time of the call.
    pub(crate) fn now(&self) -> Timestamp {
        self.tx.now()
    }

    /// The first parameter, or member of a JSON body, that the operation does not take; none when it takes any.
    pub(crate) fn unknown(&self, accepts: Accepts) -> Option<&str> {
        if accepts.is_empty() {
            return None;
        }
        let strange = |name: &&String| !accepts.iter().any(|group| group.contains(&name.as_str()));
        let member = || self.json.as_object()?.keys().find(strange);
        self.params
            .unknown(accepts)
            .or_else(|| member().map(String::as_str))
    }
}
