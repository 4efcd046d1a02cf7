//! Namespaces and services through the wire: operations in their time, requests that come twice, what stands in the way.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};

use super::{Namespace, Service};
use crate::store::{Document, Place, Store, Tx};
use crate::tests::{at, ec2, request, text};
use crate::{Cloud, Config};

/// The answer at a second, or the error.
fn asked(cloud: &Cloud, second: i64, operation: &str, body: &Value) -> Result<Value, Value> {
    let target = format!("Route53AutoNaming_v20170314.{operation}");
    let (key, body) = ("111122223333", body.to_string());
    let asked = request(key, "eu-west-1", "servicediscovery", Some(&target), body);
    let answer = cloud.handle(at(second), asked);
    let json: Value = serde_json::from_str(&text(&answer)).unwrap();
    match answer.status().is_success() {
        true => Ok(json),
        false => Err(json),
    }
}

/// The answer at a second, or the error's code.
fn call(cloud: &Cloud, second: i64, operation: &str, body: &Value) -> Result<Value, String> {
    let answer = asked(cloud, second, operation, body);
    answer.map_err(|error| error["__type"].as_str().unwrap().to_owned())
}

fn cloud() -> Cloud {
    Cloud::in_memory(Config {
        duration_scale: 1.0,
        ..Config::default()
    })
}

fn operation(cloud: &Cloud, second: i64, id: &Value) -> Value {
    let body = json!({"OperationId": id});
    call(cloud, second, "GetOperation", &body).unwrap()["Operation"].clone()
}

fn shop(token: &str) -> Value {
    json!({"Name": "shop", "CreatorRequestId": token, "Description": "marker"})
}

/// A namespace that is made at second 5; its id.
fn made(cloud: &Cloud) -> String {
    let begun = call(cloud, 0, "CreateHttpNamespace", &shop("one")).unwrap();
    let done = operation(cloud, 5, &begun["OperationId"]);
    done["Targets"]["NAMESPACE"].as_str().unwrap().to_owned()
}

#[test]
fn a_namespace_is_there_when_its_operation_has_ended() {
    let cloud = cloud();
    let begun = call(&cloud, 0, "CreateHttpNamespace", &shop("one")).unwrap();
    let id = &begun["OperationId"];
    assert_eq!(operation(&cloud, 0, id)["Status"], "SUBMITTED");
    let pending = operation(&cloud, 4, id);
    assert_eq!(pending["Status"], "PENDING");
    let namespace = json!({"Id": pending["Targets"]["NAMESPACE"]});
    let early = call(&cloud, 4, "GetNamespace", &namespace);
    assert_eq!(early.unwrap_err(), "NamespaceNotFound");
    let again = asked(&cloud, 4, "CreateHttpNamespace", &shop("one")).unwrap_err();
    assert_eq!(again["__type"], "DuplicateRequest");
    assert_eq!(again["DuplicateOperationId"], *id);
    assert_eq!(operation(&cloud, 5, id)["Status"], "SUCCESS");
    let about = call(&cloud, 5, "GetNamespace", &namespace).unwrap();
    assert_eq!(about["Namespace"]["Description"], "marker");
    let taken = asked(&cloud, 6, "CreateHttpNamespace", &shop("one")).unwrap_err();
    assert_eq!(taken["__type"], "NamespaceAlreadyExists");
    assert_eq!(taken["CreatorRequestId"], "one");
    assert_eq!(taken["NamespaceId"], namespace["Id"]);
}

#[test]
fn a_private_name_needs_its_network() {
    let cloud = cloud();
    let body =
        json!({"Name": "shop.local", "Vpc": "vpc-00000000000000000", "CreatorRequestId": "one"});
    let begun = call(&cloud, 0, "CreatePrivateDnsNamespace", &body).unwrap();
    let failed = operation(&cloud, 42, &begun["OperationId"]);
    assert_eq!(failed["Status"], "FAIL");
    assert_eq!(failed["ErrorCode"], "INVALID_INPUT");
    assert!(cloud.objects(at(42)).unwrap().is_empty());
    let answer = text(&cloud.handle(at(50), ec2("CreateVpc&CidrBlock=10.0.0.0/16")));
    let vpc = answer.split("<vpcId>").nth(1).unwrap();
    let vpc = vpc.split('<').next().unwrap();
    let body = json!({"Name": "shop.local", "Vpc": vpc});
    let begun = call(&cloud, 50, "CreatePrivateDnsNamespace", &body).unwrap();
    let made = operation(&cloud, 92, &begun["OperationId"]);
    assert_eq!(made["Status"], "SUCCESS");
    let id = json!({"Id": made["Targets"]["NAMESPACE"]});
    let about = call(&cloud, 92, "GetNamespace", &id).unwrap();
    let dns = &about["Namespace"]["Properties"]["DnsProperties"];
    assert!(dns["HostedZoneId"].as_str().unwrap().starts_with('Z'));
    let bare = json!({"Name": "web", "NamespaceId": id["Id"]});
    let refused = call(&cloud, 92, "CreateService", &bare);
    assert_eq!(refused.unwrap_err(), "InvalidInput");
    let whole = json!({"Name": "web", "NamespaceId": id["Id"],
                       "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 10}]}});
    let service = call(&cloud, 92, "CreateService", &whole).unwrap();
    assert_eq!(service["Service"]["Type"], "DNS_HTTP");
    assert_eq!(
        service["Service"]["DnsConfig"]["RoutingPolicy"],
        "MULTIVALUE"
    );
}

#[test]
fn instances_block_services_and_services_block_namespaces() {
    let cloud = cloud();
    let namespace = made(&cloud);
    let body = json!({"Name": "web", "NamespaceId": namespace, "CreatorRequestId": "s"});
    let service = call(&cloud, 10, "CreateService", &body).unwrap()["Service"]["Id"].clone();
    let taken = asked(&cloud, 10, "CreateService", &body).unwrap_err();
    assert_eq!(
        (&taken["__type"], &taken["ServiceId"]),
        (&json!("ServiceAlreadyExists"), &service)
    );
    let refused = call(&cloud, 10, "DeleteNamespace", &json!({"Id": namespace}));
    assert_eq!(refused.unwrap_err(), "ResourceInUse");
    let instance = json!({"ServiceId": service, "InstanceId": "t1", "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.9"}});
    call(&cloud, 10, "RegisterInstance", &instance).unwrap();
    let refused = call(&cloud, 11, "DeleteService", &json!({"Id": service}));
    assert_eq!(refused.unwrap_err(), "ResourceInUse");
    let leave = json!({"ServiceId": service, "InstanceId": "t1"});
    call(&cloud, 20, "DeregisterInstance", &leave).unwrap();
    let refused = call(&cloud, 24, "DeleteService", &json!({"Id": service}));
    assert_eq!(refused.unwrap_err(), "ResourceInUse");
    assert!(call(&cloud, 25, "DeleteService", &json!({"Id": service})).is_ok());
    let begun = call(&cloud, 30, "DeleteNamespace", &json!({"Id": namespace})).unwrap();
    let again = call(&cloud, 31, "DeleteNamespace", &json!({"Id": namespace}));
    assert_eq!(again.unwrap_err(), "DuplicateRequest");
    assert_eq!(
        operation(&cloud, 35, &begun["OperationId"])["Status"],
        "SUCCESS"
    );
    let gone = call(&cloud, 35, "GetNamespace", &json!({"Id": namespace}));
    assert_eq!(gone.unwrap_err(), "NamespaceNotFound");
    assert!(cloud.objects(at(35)).unwrap().is_empty());
}

#[test]
fn another_service_makes_and_fills_services_of_its_own() {
    let (store, config) = (Store::in_memory(), Config::default());
    let mut tx = Tx::new(&store, &config, at(0));
    let place = Place {
        account: "111122223333".into(),
        region: "eu-west-1".into(),
    };
    let service = Service {
        own_of_cloud: true,
        ..Service::new(&mut tx, "ns-1", "web")
    };
    tx.put(&place, &service);
    let attributes = [("AWS_INSTANCE_PORT".to_owned(), "80".to_owned())].into();
    Service::register(&mut tx, &place, &service.id(), "t1", attributes);
    let found = Service::with_name(&tx, &place, "ns-1", "WEB").unwrap();
    assert_eq!(found.instances.len(), 1);
    Service::deregister(&mut tx, &place, &service.id(), "t1");
    assert!(
        Service::find(&tx, &place, &service.arn(&place))
            .unwrap()
            .instances
            .is_empty()
    );
    assert!(Namespace::with_name(&tx, &place, "none").is_empty());
}
