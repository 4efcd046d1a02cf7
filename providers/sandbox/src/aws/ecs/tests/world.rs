//! A world for tests of ECS: a network with a way out, roles, and calls by JSON.

use std::cell::Cell;

use serde_json::{Value, json};

use crate::tests::{at, request, signed, text};
use crate::{Cloud, Config};

/// The account of the tests.
pub(super) const ACCOUNT: &str = "111122223333";

/// A caller with a clock of its own, a network with a way out, and an execution role.
pub(super) struct World {
    /// The cloud.
    pub(super) cloud: Cloud,
    now: Cell<i64>,
    /// Subnets.
    pub(super) subnets: Vec<String>,
    /// A security group.
    pub(super) group: String,
    /// The VPC.
    pub(super) vpc: String,
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
            group: String::new(),
            vpc: String::new(),
        };
        let vpc = world.ec2("CreateVpc&CidrBlock=10.0.0.0/16", "vpcId");
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
                &format!("AssociateRouteTable&RouteTableId={table}&SubnetId={subnet}"),
                "associationId",
            );
            world.subnets.push(subnet);
        }
        let query = format!("CreateSecurityGroup&VpcId={vpc}&GroupName=tasks&GroupDescription=t");
        world.group = world.ec2(&query, "groupId");
        world.vpc = vpc;
        world.role("exec", "ecs-tasks.amazonaws.com");
        world.wait(60);
        world
    }

    /// The same with a cluster of Fargate and a definition.
    pub(super) fn up(self) -> Self {
        self.ok(
            "CreateCluster",
            &json!({"clusterName": "shop", "capacityProviders": ["FARGATE", "FARGATE_SPOT"]}),
        );
        self.wait(60);
        self.register("web");
        self
    }

    pub(super) fn wait(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds);
    }

    /// Sets the knobs of tasks.
    pub(super) fn ail(&self, ailments: &[&str]) {
        let config = Config {
            issues: ailments
                .iter()
                .map(|text| crate::Ailment::parse(text).unwrap())
                .collect(),
            ..self.cloud.config()
        };
        self.cloud.set_config(config).unwrap();
    }

    /// The element of EC2's answer, or the whole refusal.
    pub(super) fn try_ec2(&self, query: &str) -> Result<String, String> {
        let now = at(self.now.get());
        let answer = self.cloud.handle(now, signed(ACCOUNT, "eu-west-1", query));
        match answer.status().is_success() {
            true => Ok(text(&answer)),
            false => Err(text(&answer)),
        }
    }

    pub(super) fn ec2(&self, query: &str, element: &str) -> String {
        let body = self.try_ec2(query).unwrap();
        between(&body, element)
    }

    pub(super) fn query(&self, service: &str, version: &str, pairs: &[(&str, &str)]) -> String {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("Version", version)
            .extend_pairs(pairs)
            .finish();
        let region = if service == "iam" {
            "us-east-1"
        } else {
            "eu-west-1"
        };
        let request = request(ACCOUNT, region, service, None, body);
        let answer = self.cloud.handle(at(self.now.get()), request);
        assert!(answer.status().is_success(), "{pairs:?}: {}", text(&answer));
        text(&answer)
    }

    /// The answer of a service that speaks REST, to `POST /schedules/nightly`.
    pub(super) fn rest(&self, service: &str, what: &str, body: &Value) -> Value {
        let (method, path) = what.split_once(' ').unwrap();
        let request = request(ACCOUNT, "eu-west-1", service, None, body.to_string());
        let (mut parts, body) = request.into_parts();
        parts.method = method.parse().unwrap();
        parts.uri = format!("http://127.0.0.1{path}").parse().unwrap();
        let asked = http::Request::from_parts(parts, body);
        let answer = self.cloud.handle(at(self.now.get()), asked);
        assert!(answer.status().is_success(), "{what}: {}", text(&answer));
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// Waits until a moment.
    pub(super) fn until(&self, moment: &str) {
        let moment: jiff::Timestamp = moment.parse().unwrap();
        assert!(moment.as_second() > self.now.get(), "{moment} has passed");
        self.now.set(moment.as_second());
    }

    pub(super) fn role(&self, name: &str, service: &str) {
        let trust = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"},
        ]});
        let pairs = [
            ("Action", "CreateRole"),
            ("RoleName", name),
            ("AssumeRolePolicyDocument", &trust.to_string()),
        ];
        self.query("iam", "2010-05-08", &pairs);
    }

    /// The answer, or the refusal's code and message.
    pub(super) fn call(&self, operation: &str, body: &Value) -> Result<Value, (String, String)> {
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        let body = body.to_string();
        let request = request(ACCOUNT, "eu-west-1", "ecs", Some(&target), body);
        let answer = self.cloud.handle(at(self.now.get()), request);
        let json: Value = serde_json::from_slice(answer.body()).unwrap();
        let member = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        match answer.status().is_success() {
            true => Ok(json),
            false => Err((member("__type"), member("message"))),
        }
    }

    pub(super) fn ok(&self, operation: &str, body: &Value) -> Value {
        self.call(operation, body)
            .unwrap_or_else(|refusal| panic!("{operation} {body}: {refusal:?}"))
    }

    /// The refusal, whose message must have the words.
    pub(super) fn refused(&self, operation: &str, body: &Value, code: &str, words: &str) {
        match self.call(operation, body) {
            Ok(answer) => panic!("{operation} {body} was taken: {answer}"),
            Err((found, message)) => {
                assert_eq!(found, code, "{message}");
                assert!(message.contains(words), "{message}");
            }
        }
    }

    /// A definition that Fargate takes.
    pub(super) fn definition(&self, family: &str) -> Value {
        json!({
            "family": family,
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [{
                "name": "app",
                "image": "public.ecr.aws/nginx/nginx:1.27",
                "portMappings": [{"containerPort": 80, "name": "http"}],
            }],
        })
    }

    pub(super) fn register(&self, family: &str) {
        self.ok("RegisterTaskDefinition", &self.definition(family));
    }

    pub(super) fn network(&self) -> Value {
        json!({"awsvpcConfiguration": {
            "subnets": self.subnets,
            "securityGroups": [self.group],
            "assignPublicIp": "ENABLED",
        }})
    }

    /// A service of the family.
    pub(super) fn service(&self, name: &str, desired: i64) -> Value {
        json!({
            "cluster": "shop",
            "serviceName": name,
            "taskDefinition": "web",
            "desiredCount": desired,
            "launchType": "FARGATE",
            "networkConfiguration": self.network(),
        })
    }

    pub(super) fn create(&self, name: &str, desired: i64) {
        self.ok("CreateService", &self.service(name, desired));
    }

    pub(super) fn see(&self, name: &str) -> Value {
        let body = json!({"cluster": "shop", "services": [name], "include": ["TAGS"]});
        let mut answer = self.ok("DescribeServices", &body);
        answer["services"][0].take()
    }

    /// Running and pending tasks.
    pub(super) fn counts(&self, name: &str) -> (i64, i64) {
        let service = self.see(name);
        let of = |member: &str| service[member].as_i64().unwrap();
        (of("runningCount"), of("pendingCount"))
    }

    /// The texts of the events, the oldest first.
    pub(super) fn events(&self, name: &str) -> Vec<String> {
        let service = self.see(name);
        let events = service["events"].as_array().unwrap().iter().rev();
        events
            .map(|one| one["message"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(super) fn run(&self, more: &Value) -> Value {
        let mut body = json!({
            "cluster": "shop",
            "taskDefinition": "web",
            "launchType": "FARGATE",
            "networkConfiguration": self.network(),
        });
        for (member, value) in more.as_object().unwrap() {
            body[member] = value.clone();
        }
        self.ok("RunTask", &body)
    }

    /// The task of an answer of `run`, as it is now.
    pub(super) fn task(&self, run: &Value) -> Value {
        let body = json!({"cluster": "shop", "tasks": [run["tasks"][0]["taskArn"]]});
        let mut answer = self.ok("DescribeTasks", &body);
        answer["tasks"][0].take()
    }

    /// Live objects of a kind.
    pub(super) fn live(&self, kind: &str) -> usize {
        let objects = self.cloud.objects(at(self.now.get())).unwrap();
        objects.iter().filter(|one| one.kind == kind).count()
    }
}

pub(super) fn between(body: &str, element: &str) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let rest = body.split_once(&open);
    let (_, rest) = rest.unwrap_or_else(|| panic!("no {element} in {body}"));
    rest.split_once(&close).unwrap().0.to_owned()
}
