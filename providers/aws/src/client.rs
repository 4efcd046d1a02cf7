//! The clients, and the one place that sends.
//!
//! SDK retries are off. [`Aws::read`] repeats what only reads; [`Aws::write`] repeats only what was refused for
//! rate; [`Aws::write_once`] may also repeat what got no answer, because its token makes the second one the same.
//! Whatever is then still ambiguous goes up as a [`Fault`], and the executor looks it up.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use provision_core::contract::Facts;
use provision_core::spec::AwsCloud;
use tokio::sync::OnceCell;

use crate::budget::Budget;
use crate::codes;
use crate::error::{Fault, How};
use crate::shelf::Shelf;

/// Clients of one account and region, with their common budget. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Aws {
    /// EC2.
    pub ec2: aws_sdk_ec2::Client,
    /// IAM.
    pub iam: aws_sdk_iam::Client,
    /// STS.
    pub sts: aws_sdk_sts::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// What they were made of, for clients of other services.
    pub config: SdkConfig,
    others: Arc<Mutex<BTreeMap<TypeId, Box<dyn Any + Send + Sync>>>>,
    budget: Arc<Budget>,
    sent: Arc<AtomicU64>,
    caller: Arc<OnceCell<Facts>>,
    shelf: Option<Arc<dyn Shelf>>,
}

/// What may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// Anything that was not answered, or for rate, or by a 5xx.
    Unanswered,
    /// Only what was refused for rate, or never left.
    Refused,
}

impl Aws {
    /// Clients by the SDK's default chain: environment, profiles, SSO, web identity, instance metadata; endpoints by
    /// `AWS_ENDPOINT_URL[_SERVICE]`. The spec's `[cloud.aws]` names the region, a profile and a role to assume.
    pub async fn connect(cloud: &AwsCloud) -> Self {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(https())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts())
            .region(Region::new(cloud.region.clone()));
        if let Some(profile) = &cloud.profile {
            loader = loader.profile_name(profile);
        }
        let config = loader.load().await;
        Self::new(match &cloud.assume_role {
            Some(role) => assume(config, role, &cloud.region).await,
            None => config,
        })
    }

    /// Clients over a ready transport: a cloud in the same process, or a recording one.
    pub fn with_http(
        http: impl HttpClient + 'static,
        credentials: Credentials,
        endpoint: &str,
        region: &str,
    ) -> Self {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(http)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(endpoint)
            .region(Region::new(region.to_owned()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .build();
        Self::new(config)
    }

    /// Clients of a ready configuration. Its retries should be off.
    #[must_use]
    pub fn new(config: SdkConfig) -> Self {
        Self {
            ec2: aws_sdk_ec2::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            sts: aws_sdk_sts::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            config,
            others: Arc::default(),
            budget: Arc::default(),
            sent: Arc::default(),
            caller: Arc::default(),
            shelf: None,
        }
    }

    /// The same for a cloud that limits no rate, as the embedded one without its throttle: nobody waits for a token.
    #[must_use]
    pub fn unpaced(self) -> Self {
        Self {
            budget: Arc::new(Budget::endless()),
            ..self
        }
    }

    /// The same with a shelf.
    #[must_use]
    pub fn with_shelf(self, shelf: Arc<dyn Shelf>) -> Self {
        Self {
            shelf: Some(shelf),
            ..self
        }
    }

    /// What was kept of things that never change.
    #[must_use]
    pub fn shelf(&self) -> Option<&dyn Shelf> {
        self.shelf.as_deref()
    }

    /// The client of another service, made of the same configuration once.
    pub fn client<C: Clone + Send + Sync + 'static>(&self, make: fn(&SdkConfig) -> C) -> C {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let client = others
            .entry(TypeId::of::<C>())
            .or_insert_with(|| Box::new(make(&self.config)));
        match client.downcast_ref::<C>() {
            Some(client) => client.clone(),
            None => make(&self.config),
        }
    }

    /// Classic balancers. Only a removal asks for them, so it is made when it is first wanted.
    #[must_use]
    pub fn elb(&self) -> aws_sdk_elasticloadbalancing::Client {
        self.client(aws_sdk_elasticloadbalancing::Client::new)
    }

    /// Balancers and target groups of today; made when it is first wanted.
    #[must_use]
    pub fn elbv2(&self) -> aws_sdk_elasticloadbalancingv2::Client {
        self.client(aws_sdk_elasticloadbalancingv2::Client::new)
    }

    /// Secrets Manager; made when it is first wanted.
    #[must_use]
    pub fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        self.client(aws_sdk_secretsmanager::Client::new)
    }

    /// Systems Manager, for its Parameter Store; made when it is first wanted.
    #[must_use]
    pub fn ssm(&self) -> aws_sdk_ssm::Client {
        self.client(aws_sdk_ssm::Client::new)
    }

    /// The region of these clients.
    #[must_use]
    pub fn region(&self) -> &str {
        self.config.region().map_or("", Region::as_ref)
    }

    /// Account and caller of the credentials. Asked once: they do not change under a client.
    ///
    /// # Errors
    /// The fault of the call.
    pub(crate) async fn caller(&self) -> Result<&Facts, Fault> {
        let ask = async || {
            let request = self.sts.get_caller_identity();
            let identity = self
                .read("sts:GetCallerIdentity", || request.clone().send())
                .await?;
            Ok(Facts {
                account: identity.account.unwrap_or_default(),
                caller: identity.arn.unwrap_or_default(),
                ..Facts::default()
            })
        };
        self.caller.get_or_try_init(ask).await
    }

    /// Sends a call that changes nothing; repeats it while that can help. `call` is `service:Operation`.
    ///
    /// # Errors
    /// The last fault.
    pub async fn read<T, E, F, Fut>(&self, call: &str, send: F) -> Result<T, Fault>
    where
        E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.send(call, Again::Unanswered, send).await
    }

    /// Sends a call that changes something.
    ///
    /// # Errors
    /// The fault; ambiguous ones are not repeated.
    pub async fn write<T, E, F, Fut>(&self, call: &str, send: F) -> Result<T, Fault>
    where
        E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.send(call, Again::Refused, send).await
    }

    /// Sends a call that carries an idempotency token, so that sending it again is the same call.
    ///
    /// # Errors
    /// The last fault.
    pub async fn write_once<T, E, F, Fut>(&self, call: &str, send: F) -> Result<T, Fault>
    where
        E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.send(call, Again::Unanswered, send).await
    }

    async fn send<T, E, F, Fut>(&self, call: &str, again: Again, send: F) -> Result<T, Fault>
    where
        E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let mut tries = 0;
        loop {
            self.budget.take(call).await;
            let error = match send().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let fault = Fault::new(call, &error);
            tracing::debug!(call, code = fault.code, tries, "call failed");
            if fault.how == How::Throttled {
                self.budget.empty(call);
            }
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
        let nth = self.sent.fetch_add(1, Ordering::Relaxed);
        let spread = nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        Duration::from_millis(most / 2 + spread % (most / 2 + 1))
    }
}

/// How often a call is sent at most, by how it failed.
fn most(again: Again, fault: &Fault) -> u32 {
    match (fault.how, again) {
        (How::Throttled, _) => 6,
        // The chain of credentials may just be getting new ones; nothing was changed.
        (How::Refused, _) if codes::is_expired(&fault.code) => 3,
        (How::Server | How::NoAnswer, Again::Unanswered) => 3,
        (How::NotSent, _) => 3,
        _ => 1,
    }
}

/// TLS by rustls and ring, through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, if any.
#[must_use]
pub fn https() -> SharedHttpClient {
    client(ProxyConfig::from_env)
}

/// The same past any proxy: for a server on this machine.
#[must_use]
pub fn direct() -> SharedHttpClient {
    client(ProxyConfig::disabled)
}

fn client(proxy: fn() -> ProxyConfig) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .proxy_config(proxy());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build()
}

async fn assume(config: SdkConfig, role: &str, region: &str) -> SdkConfig {
    let provider = AssumeRoleProvider::builder(role)
        .configure(&config)
        .region(Region::new(region.to_owned()))
        .session_name("provision")
        .build()
        .await;
    config
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(provider))
        .build()
}

#[cfg(test)]
mod tests;
