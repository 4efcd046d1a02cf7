//! A world for tests of EKS: a network with a way out, roles, and calls by REST.

use std::cell::Cell;

use http::Request;
use serde_json::{Value, json};

use crate::tests::{at, request, signed, text};
use crate::{Cloud, Config};

/// The account of the tests.
pub(super) const ACCOUNT: &str = "111122223333";

/// A caller with a clock of its own, a network with a way out, and roles that everybody knows.
pub(super) struct World {
    /// The cloud.
    pub(super) cloud: Cloud,
    now: Cell<i64>,
    subnets: Vec<String>,
}

impl World {
    /// Real durations, so that seconds of the tables are seconds of the test.
    pub(super) fn new(config: Config) -> Self {
        let config = Config {
            duration_scale: 1.0,
            ..config
        };
        let mut world = Self {
            cloud: Cloud::in_memory(config),
            now: Cell::new(1_780_000_000),
            subnets: Vec::new(),
        };
        let vpc = world.ec2("CreateVpc&CidrBlock=10.0.0.0/16", "vpcId");
        world.ec2(
            &format!("ModifyVpcAttribute&VpcId={vpc}&EnableDnsHostnames.Value=true"),
            "return",
        );
        let gateway = world.ec2("CreateInternetGateway", "internetGatewayId");
        world.ec2(
            &format!("AttachInternetGateway&VpcId={vpc}&InternetGatewayId={gateway}"),
            "return",
        );
        let table = world.ec2(&format!("CreateRouteTable&VpcId={vpc}"), "routeTableId");
        world.ec2(
            &format!("CreateRoute&RouteTableId={table}&DestinationCidrBlock=0.0.0.0/0&GatewayId={gateway}"),
            "return",
        );
        for (n, zone) in ["a", "b"].iter().enumerate() {
            let query = format!(
                "CreateSubnet&VpcId={vpc}&CidrBlock=10.0.{n}.0/24&AvailabilityZone=eu-west-1{zone}"
            );
            let subnet = world.ec2(&query, "subnetId");
            world.ec2(
                &format!("ModifySubnetAttribute&SubnetId={subnet}&MapPublicIpOnLaunch.Value=true"),
                "return",
            );
            world.ec2(
                &format!("AssociateRouteTable&RouteTableId={table}&SubnetId={subnet}"),
                "associationId",
            );
            world.subnets.push(subnet);
        }
        world.role("cluster", "eks.amazonaws.com");
        world.role("node", "ec2.amazonaws.com");
        world.wait(60);
        world
    }

    pub(super) fn wait(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds);
    }

    fn ec2(&self, query: &str, element: &str) -> String {
        let answer = self
            .cloud
            .handle(at(self.now.get()), signed(ACCOUNT, "eu-west-1", query));
        let body = text(&answer);
        assert!(answer.status().is_success(), "{query}: {body}");
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let rest = body
            .split_once(&open)
            .unwrap_or_else(|| panic!("no {element} in {body}"))
            .1;
        rest.split_once(&close).unwrap().0.to_owned()
    }

    fn iam(&self, action: &str, pairs: &[(&str, &str)]) {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("Version", "2010-05-08")
            .append_pair("Action", action)
            .extend_pairs(pairs)
            .finish();
        let answer = self.cloud.handle(
            at(self.now.get()),
            request(ACCOUNT, "us-east-1", "iam", None, body),
        );
        assert!(answer.status().is_success(), "{action}: {}", text(&answer));
    }

    pub(super) fn role(&self, name: &str, service: &str) {
        let trust = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"},
        ]});
        let pairs = [
            ("RoleName", name),
            ("AssumeRolePolicyDocument", &trust.to_string()),
        ];
        self.iam("CreateRole", &pairs);
    }

    pub(super) fn attach(&self, role: &str, policy: &str) {
        let arn = format!("arn:aws:iam::aws:policy/{policy}");
        self.iam(
            "AttachRolePolicy",
            &[("RoleName", role), ("PolicyArn", &arn)],
        );
    }

    /// The answer, or the refusal's code and message.
    pub(super) fn call(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Value, (String, String)> {
        let credential = format!("Credential={ACCOUNT}/20260101/eu-west-1/eks/aws4_request");
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1{path}"))
            .header(
                "authorization",
                format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=00"),
            )
            .body(body.into_bytes())
            .unwrap();
        let answer = self.cloud.handle(at(self.now.get()), request);
        let json: Value = serde_json::from_slice(answer.body()).unwrap();
        if answer.status().is_success() {
            return Ok(json);
        }
        let code = answer.headers()["x-amzn-errortype"]
            .to_str()
            .unwrap()
            .to_owned();
        Err((code, json["message"].as_str().unwrap().to_owned()))
    }

    pub(super) fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Value::Null)
            .unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Value {
        self.call("POST", path, body)
            .unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// The code and message of a refused POST.
    pub(super) fn refused(&self, path: &str, body: &Value) -> (String, String) {
        self.call("POST", path, body).expect_err(path)
    }

    pub(super) fn delete(&self, path: &str) {
        self.call("DELETE", path, &Value::Null)
            .unwrap_or_else(|error| panic!("{path}: {error:?}"));
    }

    pub(super) fn cluster(&self, name: &str) -> Value {
        json!({
            "name": name,
            "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/cluster"),
            "version": "1.34",
            "resourcesVpcConfig": {"subnetIds": self.subnets},
            "accessConfig": {"authenticationMode": "API"},
            "bootstrapSelfManagedAddons": false,
        })
    }

    pub(super) fn group(&self, name: &str) -> Value {
        json!({
            "nodegroupName": name,
            "nodeRole": format!("arn:aws:iam::{ACCOUNT}:role/node"),
            "subnets": self.subnets,
            "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 2},
        })
    }

    /// A cluster that is up.
    pub(super) fn up(self) -> Self {
        self.post("/clusters", &self.cluster("shop"));
        self.wait(617);
        self
    }

    /// The state of what a path shows under a member.
    pub(super) fn state(&self, path: &str, member: &str) -> String {
        self.get(path)[member]["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(super) fn group_state(&self) -> String {
        self.state("/clusters/shop/node-groups/web", "nodegroup")
    }

    pub(super) fn addon_state(&self, name: &str) -> String {
        self.state(&format!("/clusters/shop/addons/{name}"), "addon")
    }

    /// Live objects of a kind: how many.
    pub(super) fn live(&self, kind: &str) -> usize {
        let objects = self.cloud.objects(at(self.now.get())).unwrap();
        objects.iter().filter(|one| one.kind == kind).count()
    }
}
