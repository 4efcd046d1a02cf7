//! The clouds of these tests: the sandbox in this process, and moto in another.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use jiff::{SignedDuration, Timestamp};
use provision_aws::{Aws, https};
use provision_sandbox::{Cloud, Delivery};
use tokio::time::Instant;

/// The account of every test.
pub const ACCOUNT: &str = "123456789012";
/// The region of every test.
pub const REGION: &str = "eu-west-1";

/// Stands between a client and the sandbox, and sees every request.
pub type Tap =
    Arc<dyn Fn(&Cloud, Timestamp, http::Request<Vec<u8>>) -> http::Response<Vec<u8>> + Send + Sync>;

/// A sandbox reached by function calls, on tokio's clock.
#[derive(Clone)]
struct Near {
    cloud: Arc<Cloud>,
    clock: Clock,
    tap: Option<Tap>,
}

/// A clock that starts at a given time and follows tokio's, which a test may pause.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    base: Timestamp,
    start: Instant,
}

impl Clock {
    /// A clock that says `base` now.
    #[must_use]
    pub fn at(base: Timestamp) -> Self {
        Self {
            base,
            start: Instant::now(),
        }
    }

    /// What it says.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let gone = Instant::now().saturating_duration_since(self.start);
        let gone = SignedDuration::try_from(gone).unwrap();
        self.base.checked_add(gone).unwrap()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::at(Timestamp::from_second(1_800_000_000).unwrap())
    }
}

impl std::fmt::Debug for Near {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Near")
    }
}

impl HttpConnector for Near {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let near = self.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().unwrap();
            let (parts, body) = request.into_parts();
            let body = body.bytes().unwrap_or_default().to_vec();
            let request = http::Request::from_parts(parts, body);
            let now = near.clock.now();
            let response = match &near.tap {
                Some(tap) => tap(&near.cloud, now, request),
                None => near.cloud.handle(now, request),
            };
            let delivery = response.extensions().get::<Delivery>().copied();
            let delivery = delivery.unwrap_or_default();
            tokio::time::sleep(delivery.delay).await;
            if delivery.dropped {
                return Err(ConnectorError::io("connection reset".into()));
            }
            Ok(HttpResponse::try_from(response.map(SdkBody::from)).unwrap())
        })
    }
}

fn credentials() -> Credentials {
    Credentials::new(ACCOUNT, "secret", None, None, "test")
}

/// Clients of a sandbox in this process. Its clock starts at a fixed time and follows tokio's.
#[must_use]
pub fn near(cloud: &Arc<Cloud>) -> Aws {
    near_at(cloud, Clock::default(), None)
}

/// The same with a clock of the test's own, and somebody in between.
#[must_use]
pub fn near_at(cloud: &Arc<Cloud>, clock: Clock, tap: Option<Tap>) -> Aws {
    let near = SharedHttpConnector::new(Near {
        cloud: Arc::clone(cloud),
        clock,
        tap,
    });
    let http = http_client_fn(move |_, _| near.clone());
    let aws = Aws::with_http(http, credentials(), "http://sandbox.invalid", REGION);
    match cloud.config().throttle {
        true => aws,
        false => aws.unpaced(),
    }
}

/// A running moto server.
#[derive(Debug)]
pub struct Moto {
    child: Child,
    port: u16,
}

/// moto's server: beside the interpreter that `PROVISION_TEST_PYTHON` names, else on the path.
fn moto_server() -> PathBuf {
    std::env::var_os("PROVISION_TEST_PYTHON")
        .map(|python| PathBuf::from(python).with_file_name("moto_server"))
        .filter(|server| server.exists())
        .unwrap_or_else(|| PathBuf::from("moto_server"))
}

impl Moto {
    /// Starts it on a free port; `None` when it is not installed.
    #[must_use]
    pub fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0")
            .ok()?
            .local_addr()
            .ok()?
            .port();
        let child = Command::new(moto_server())
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let moto = Self { child, port };
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(moto);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        None
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Clients of it.
    #[must_use]
    pub fn aws(&self) -> Aws {
        let endpoint = format!("http://127.0.0.1:{}", self.port);
        Aws::with_http(https(), credentials(), &endpoint, REGION)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
