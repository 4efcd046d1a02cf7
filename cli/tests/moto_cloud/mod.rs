//! moto on a free port, with a front that stands in for what it lacks.

pub mod ecs;
pub mod front;
pub mod lacks;

use std::collections::BTreeSet;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::{Place, Ran, ran};

/// A running moto; it ends with its value.
pub struct Moto {
    child: Child,
    port: u16,
    lacks: Arc<Mutex<lacks::Lacks>>,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    /// Where it is met, with the stand-in in front.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it; `None` when it is not installed.
    pub fn start() -> Option<Self> {
        let server = std::env::var_os("PROVISION_TEST_PYTHON")
            .map(|python| PathBuf::from(python).with_file_name("moto_server"))
            .filter(|server| server.exists())
            .unwrap_or_else(|| PathBuf::from("moto_server"));
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?;
        let port = port.port();
        let child = Command::new(server)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut moto = Self {
            child,
            port,
            lacks: Arc::default(),
        };
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                (moto.port, moto.lacks) = front::serve(port);
                return Some(moto);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("moto does not come up");
    }

    /// Runs the binary with what points every AWS tool at it.
    pub fn run(&self, place: &Place, args: &[&str]) -> Ran {
        self.run_with(place, &[], args)
    }

    /// The same with more variables.
    pub fn run_with(&self, place: &Place, variables: &[(&str, &str)], args: &[&str]) -> Ran {
        let mut command = place.command(args);
        command
            .envs(variables.iter().copied())
            .env(
                "AWS_ENDPOINT_URL",
                format!("http://127.0.0.1:{}", self.port),
            )
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("PROVISION_SETTLE", "0")
            .env("NO_PROXY", "127.0.0.1");
        ran(command.output().expect("runs"))
    }

    /// Operations that were not moto's.
    pub fn stood_in(&self) -> BTreeSet<&'static str> {
        let lacks = self.lacks.lock().expect("not poisoned");
        lacks.used.union(&lacks.ecs.used).copied().collect()
    }
}
