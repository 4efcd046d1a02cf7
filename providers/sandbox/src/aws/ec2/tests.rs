//! The network through the wire: a caller with a clock of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod endpoints;
mod life;
mod reads;
mod rules;

use std::cell::Cell;

use crate::tests::{at, signed, text};
use crate::{Cloud, Config};

/// A caller of EC2 with a clock of its own.
struct Ec2 {
    cloud: Cloud,
    now: Cell<i64>,
}

impl Ec2 {
    fn new(config: Config) -> Self {
        Self {
            cloud: Cloud::in_memory(config),
            now: Cell::new(1000),
        }
    }

    /// Real durations, so that seconds of the table are seconds of the test.
    fn real_time() -> Self {
        Self::new(Config {
            duration_scale: 1.0,
            ..Config::default()
        })
    }

    fn wait(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds);
    }

    /// The answer, or the error's code.
    fn call(&self, query: &str) -> Result<String, String> {
        let answer = self.cloud.handle(
            at(self.now.get()),
            signed("111122223333", "eu-west-1", query),
        );
        let body = text(&answer);
        if answer.status().is_success() {
            Ok(body)
        } else {
            Err(element(&body, "Code"))
        }
    }

    fn ok(&self, query: &str) -> String {
        self.call(query)
            .unwrap_or_else(|code| panic!("{query}: {code}"))
    }

    fn refused(&self, query: &str) -> String {
        self.call(query).expect_err(query)
    }

    /// The first text of an element of the answer.
    fn get(&self, query: &str, name: &str) -> String {
        element(&self.ok(query), name)
    }

    fn vpc(&self) -> String {
        self.get("CreateVpc&CidrBlock=10.0.0.0/16", "vpcId")
    }

    fn subnet(&self, vpc: &str, third: u8) -> String {
        self.get(
            &format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.0.{third}.0/24"),
            "subnetId",
        )
    }

    fn gateway(&self, vpc: &str) -> String {
        let id = self.get("CreateInternetGateway", "internetGatewayId");
        self.ok(&format!(
            "AttachInternetGateway&VpcId={vpc}&InternetGatewayId={id}"
        ));
        id
    }

    /// Live objects that the cloud did not make itself: `kind`, in order.
    fn live(&self) -> Vec<String> {
        let objects = self.cloud.objects(at(self.now.get())).unwrap();
        objects
            .into_iter()
            .filter(|object| !object.own_of_cloud)
            .map(|object| object.kind)
            .collect()
    }
}

fn element(body: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let start = body
        .find(&open)
        .unwrap_or_else(|| panic!("no {name} in {body}"))
        + open.len();
    let end = body[start..].find(&close).unwrap();
    body[start..start + end].to_owned()
}
