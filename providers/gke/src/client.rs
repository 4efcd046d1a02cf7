//! The clients, and the one place that sends.
//!
//! Retries of the clients are off. [`Gcp::read`] repeats what only reads; [`Gcp::write`] repeats only what was refused for
//! rate; [`Gcp::write_once`] may also repeat what got no answer, because its request id makes the second one the same.
//! Whatever is then still ambiguous goes up as a [`Fault`], and the executor looks it up.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use google_cloud_api_serviceusage_v1::client::ServiceUsage;
use google_cloud_auth::credentials::{Builder, Credentials, anonymous};
use google_cloud_billing_v1::client::CloudCatalog;
use google_cloud_compute_v1::client::{
    Disks, Firewalls, ForwardingRules, GlobalOperations, InstanceGroupManagers, MachineTypes,
    NetworkEndpointGroups, Networks, RegionBackendServices, RegionOperations, Regions, Routers,
    Subnetworks, TargetPools, ZoneOperations,
};
use google_cloud_container_v1::client::ClusterManager;
use google_cloud_gax::error::Error;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_iam_admin_v1::client::Iam;
use google_cloud_resourcemanager_v3::client::Projects;
use google_cloud_secretmanager_v1::client::SecretManagerService;
use provision_core::spec::GcpCloud;
use tokio::sync::OnceCell;
use tracing::Instrument as _;

use crate::error::{Fault, How};
use crate::reach::Reach;

/// How long one try of a call may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The name of the span around each try of a call.
pub const CALL: &str = "call";

/// Clients of one project and region. Cheap to clone; each is made when it is first wanted.
#[derive(Clone, Debug)]
pub struct Gcp(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    project: String,
    region: String,
    reach: Reach,
    sent: AtomicU64,
    credentials: OnceCell<Credentials>,
    cells: Cells,
}

#[derive(Debug, Default)]
struct Cells {
    container: OnceCell<ClusterManager>,
    networks: OnceCell<Networks>,
    subnetworks: OnceCell<Subnetworks>,
    routers: OnceCell<Routers>,
    regions: OnceCell<Regions>,
    firewalls: OnceCell<Firewalls>,
    disks: OnceCell<Disks>,
    forwarding_rules: OnceCell<ForwardingRules>,
    target_pools: OnceCell<TargetPools>,
    network_endpoint_groups: OnceCell<NetworkEndpointGroups>,
    region_backend_services: OnceCell<RegionBackendServices>,
    zone_operations: OnceCell<ZoneOperations>,
    machine_types: OnceCell<MachineTypes>,
    instance_group_managers: OnceCell<InstanceGroupManagers>,
    global_operations: OnceCell<GlobalOperations>,
    region_operations: OnceCell<RegionOperations>,
    secrets: OnceCell<SecretManagerService>,
    iam: OnceCell<Iam>,
    projects: OnceCell<Projects>,
    services: OnceCell<ServiceUsage>,
    catalog: OnceCell<CloudCatalog>,
}

/// What may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// Anything that was not answered, or for rate, or by a 5xx.
    Unanswered,
    /// Only what was refused for rate, or never left.
    Refused,
}

macro_rules! client {
    ($(#[$doc:meta])* $name:ident: $type:ty, $service:literal) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// When there are no credentials, or the endpoint is no URL.
        pub async fn $name(&self) -> Result<&$type, Fault> {
            let make = async || {
                let mut builder = <$type>::builder()
                    .with_credentials(self.credentials().await?)
                    .with_retry_policy(NeverRetry)
                    .with_attempt_timeout(TIMEOUT);
                if let Some(endpoint) = self.0.reach.endpoint($service) {
                    builder = builder.with_endpoint(endpoint);
                }
                let built = builder.build().await;
                built.map_err(|error| Fault::not_built($service, &error))
            };
            self.0.cells.$name.get_or_try_init(make).await
        }
    };
}

impl Gcp {
    /// Clients of the spec's project and region. Credentials are the application-default ones; endpoints and the absence of
    /// credentials follow gcloud's variables, see [`Reach`].
    #[must_use]
    pub fn connect(cloud: &GcpCloud, reach: Reach) -> Self {
        // Another part of the process may have chosen one; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self(Arc::new(Inner {
            project: cloud.project.clone(),
            region: cloud.region.clone(),
            reach,
            sent: AtomicU64::new(0),
            credentials: OnceCell::new(),
            cells: Cells::default(),
        }))
    }

    /// The project.
    #[must_use]
    pub fn project(&self) -> &str {
        &self.0.project
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.0.region
    }

    /// How the services are reached.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.0.reach
    }

    async fn credentials(&self) -> Result<Credentials, Fault> {
        let make = async || {
            if self.0.reach.anonymous {
                return Ok(anonymous::Builder::new().build());
            }
            let built = Builder::default().build();
            built.map_err(|error| Fault::not_built("auth", &error))
        };
        self.0.credentials.get_or_try_init(make).await.cloned()
    }

    client!(/// GKE.
        container: ClusterManager, "container");
    client!(/// Networks.
        networks: Networks, "compute");
    client!(/// Subnetworks.
        subnetworks: Subnetworks, "compute");
    client!(/// Routers.
        routers: Routers, "compute");
    client!(/// Regions.
        regions: Regions, "compute");
    client!(/// Firewall rules.
        firewalls: Firewalls, "compute");
    client!(/// Disks.
        disks: Disks, "compute");
    client!(/// Forwarding rules of a region.
        forwarding_rules: ForwardingRules, "compute");
    client!(/// Target pools.
        target_pools: TargetPools, "compute");
    client!(/// Groups of network endpoints of a zone.
        network_endpoint_groups: NetworkEndpointGroups, "compute");
    client!(/// Backend services of a region.
        region_backend_services: RegionBackendServices, "compute");
    client!(/// Operations of a zone.
        zone_operations: ZoneOperations, "compute");
    client!(/// Machine types.
        machine_types: MachineTypes, "compute");
    client!(/// Groups of machines.
        instance_group_managers: InstanceGroupManagers, "compute");
    client!(/// Operations of no region.
        global_operations: GlobalOperations, "compute");
    client!(/// Operations of a region.
        region_operations: RegionOperations, "compute");
    client!(/// Secret Manager.
        secrets: SecretManagerService, "secretmanager");
    client!(/// IAM.
        iam: Iam, "iam");
    client!(/// Projects and their policies.
        projects: Projects, "cloudresourcemanager");
    client!(/// Which services a project has enabled.
        services: ServiceUsage, "serviceusage");
    client!(/// What Google sells, with list prices.
        catalog: CloudCatalog, "cloudbilling");

    /// Sends a call that changes nothing; repeats it while that can help. `call` is `service.collection.method`.
    ///
    /// # Errors
    /// The last fault.
    pub async fn read<T, F, Fut>(&self, call: &str, send: F) -> Result<T, Fault>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        self.send(call, Again::Unanswered, send).await
    }

    /// Sends a call that changes something.
    ///
    /// # Errors
    /// The fault; ambiguous ones are not repeated.
    pub async fn write<T, F, Fut>(&self, call: &str, send: F) -> Result<T, Fault>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        self.send(call, Again::Refused, send).await
    }

    /// Sends a call that carries a request id, so that sending it again is the same call.
    ///
    /// # Errors
    /// The last fault.
    pub async fn write_once<T, F, Fut>(&self, call: &str, send: F) -> Result<T, Fault>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        self.send(call, Again::Unanswered, send).await
    }

    async fn send<T, F, Fut>(&self, call: &str, again: Again, send: F) -> Result<T, Fault>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Error>>,
    {
        let mut tries = 0;
        loop {
            let sent = send().instrument(tracing::debug_span!(CALL, call));
            let error = match sent.await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let fault = Fault::new(call, &error);
            tracing::debug!(call, code = fault.code, tries, "call failed");
            tries += 1;
            if tries >= most(again, &fault) {
                return Err(fault);
            }
            tokio::time::sleep(self.backoff(tries)).await;
        }
    }

    /// 0.2 s, 0.4 s … 3.2 s, each between a half and the whole of it, so that parallel callers part.
    fn backoff(&self, tries: u32) -> Duration {
        let most = 200_u64 << tries.saturating_sub(1).min(4);
        let nth = self.0.sent.fetch_add(1, Ordering::Relaxed);
        let spread = nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        Duration::from_millis(most / 2 + spread % (most / 2 + 1))
    }
}

/// How often a call is sent at most, by how it failed.
fn most(again: Again, fault: &Fault) -> u32 {
    match (fault.how, again) {
        (How::Throttled, _) => 6,
        (How::Server | How::NoAnswer, Again::Unanswered) => 3,
        (How::NotSent, _) => 3,
        _ => 1,
    }
}
