//! The whole life of the smallest plan against moto, which we did not write, through the real binary: no `--sandbox`, only
//! the variables that every AWS tool honours. What moto lacks stands in one table (`moto_cloud/lacks.rs`).
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod common;
#[path = "moto_cloud/front.rs"]
mod front;
#[path = "moto_cloud/lacks.rs"]
mod lacks;

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::{Place, Ran, ran};

struct Moto {
    child: Child,
    port: u16,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// moto on a free port; `None` when it is not installed.
fn moto() -> Option<Moto> {
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
    let moto = Moto { child, port };
    for _ in 0..300 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(moto);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("moto does not come up");
}

/// The binary with what points every AWS tool at this endpoint.
fn provision(place: &Place, port: u16, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    command
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("PROVISION_SETTLE", "0")
        .env("NO_PROXY", "127.0.0.1");
    ran(command.output().expect("runs"))
}

#[test]
fn up_changed_and_down() {
    let Some(moto) = moto() else {
        println!("skipped: moto_server is not installed");
        return;
    };
    let (port, lacks) = front::serve(moto.port);
    let place = Place::with(common::MINIMAL);
    let run = |args: &[&str]| provision(&place, port, args);

    run(&["apply", "--yes"]).expect(0);
    run(&["plan", "--detailed-exitcode"]).expect(0);

    place.write(
        "provision.toml",
        common::MINIMAL.replace("max = 3", "max = 4"),
    );
    let plan = run(&["plan", "--json"]).expect(0).json();
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{plan:#}");
    let fields = changes[0]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 1, "{plan:#}");
    assert_eq!(
        (&fields[0]["before"], &fields[0]["after"]),
        (&3.into(), &4.into())
    );
    run(&["apply", "--yes"]).expect(0);
    run(&["plan", "--detailed-exitcode"]).expect(0);
    run(&["drift"]).expect(0);

    run(&["destroy", "--yes"]).expect(0);
    let again = run(&["destroy", "--yes", "--json"]).expect(0);
    assert!(
        again.err.is_empty() || !again.out.contains("step_started"),
        "{}",
        again.out
    );
    println!("stood in for: {:?}", lacks.lock().unwrap().used);
}

/// moto's own balancers, groups, interfaces and volumes, made by boto3 as controllers make them.
#[test]
fn what_controllers_left_is_swept() {
    let Some(moto) = moto() else {
        println!("skipped: moto_server is not installed");
        return;
    };
    let (port, _) = front::serve(moto.port);
    let place = Place::with(common::MINIMAL);
    let run = |args: &[&str]| provision(&place, port, args);
    run(&["apply", "--yes"]).expect(0);
    let url = format!("http://127.0.0.1:{}", moto.port);
    if !common::boto3("left.py", &[&url, "plant"]) {
        return;
    }
    let plan = run(&["plan", "--destroy"]).expect(0).out;
    for part in ["swept.alb.k8s-default-web", "swept.elb.a0123"] {
        assert!(plan.contains(part), "{part}: {plan}");
    }
    assert!(!plan.contains("somebodys"), "{plan}");
    run(&["destroy", "--yes"]).expect(0);
    common::boto3("left.py", &[&url, "gone"]);
}
