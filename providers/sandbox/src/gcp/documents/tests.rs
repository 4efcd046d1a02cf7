//! What the documents refuse, in the words of the front end.
#![allow(clippy::unwrap_used)]
use super::super::SERVICES;
use super::*;

fn said(name: &str, query: &[(&str, &str)], body: &Value) -> Option<Value> {
    let service = name.split('.').next().unwrap();
    let service = SERVICES.iter().find(|one| one.name == service).unwrap();
    let operation = service.operations.iter().find(|one| one.name == name);
    let mut params = Params::default();
    for (name, value) in query {
        params.set(*name, *value);
    }
    let error = check(service, operation.unwrap(), &params, body).err()?;
    assert_eq!(error.status, 400);
    Some(refusal::body(service.style, &error))
}

#[test]
fn every_operation_is_in_the_documents() {
    for service in SERVICES {
        for operation in service.operations {
            let name = operation.name;
            assert!(documents().methods.contains_key(name), "{name}");
        }
    }
    for (method, (message, _)) in &documents().methods {
        let service = method.split('.').next().unwrap();
        let full = format!("{service}.{message}");
        let known = documents().messages.contains_key(full.as_str());
        assert!(known || *message == "-" || service == "container", "{full}");
    }
}

#[test]
fn a_field_that_nobody_knows_is_named_with_its_place() {
    let body = json!({ "replication": { "automatic": { "key": 1 } }, "labels": { "a": 7 }, "colour": "red" });
    let query = [("project", "p"), ("secretId", "s"), ("size", "1")];
    let said = said("secretmanager.projects.secrets.create", &query, &body).unwrap();
    let text = said["error"]["message"].as_str().unwrap();
    for part in [
        "Unknown name \"key\" at 'secret.replication.automatic': Cannot find field.",
        "Unknown name \"colour\" at 'secret': Cannot find field.",
        "Invalid value at 'secret.labels[0].value' (TYPE_STRING), 7",
        "Unknown name \"size\": Cannot bind query parameter. Field 'size' could not be found in request message.",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let rows = &said["error"]["details"][0]["fieldViolations"];
    assert_eq!(rows.as_array().unwrap().len(), 4, "{rows}");
    assert_eq!(said["error"]["status"], "INVALID_ARGUMENT");
}

#[test]
fn compute_says_it_with_a_reason() {
    let body = json!({ "name": "n", "mtu": "many", "colour": "red" });
    let said = said("compute.networks.insert", &[("project", "p")], &body).unwrap();
    assert_eq!(said["error"]["errors"][0]["reason"], "badRequest");
    let text = said["error"]["message"].as_str().unwrap();
    assert!(
        text.contains("Unknown name \"colour\" at 'resource'"),
        "{text}"
    );
    assert!(
        text.contains("Invalid value at 'resource.mtu' (TYPE_INT32), \"many\""),
        "{text}"
    );
}

#[test]
fn a_word_that_an_enum_has_not_is_told() {
    let of = |mode: Value| {
        let body = json!({ "name": "n", "routingConfig": { "routingMode": mode } });
        said("compute.networks.insert", &[("project", "p")], &body)
    };
    assert_eq!((of(json!("REGIONAL")), of(json!(1))), (None, None));
    let told = of(json!("LOCAL")).unwrap().to_string();
    let place = "Invalid value at 'resource.routing_config.routing_mode' (TYPE_ENUM)";
    assert!(told.contains(place), "{told}");
}

#[test]
fn a_secret_is_not_repeated() {
    let body = json!({ "payload": { "data": 4711 } });
    let said = said("secretmanager.projects.secrets.addVersion", &[], &body).unwrap();
    let text = said.to_string();
    assert!(
        text.contains("'payload.data' (TYPE_BYTES)") && !text.contains("4711"),
        "{text}"
    );
}

#[test]
fn what_is_right_passes_under_either_name() {
    let query = [("project", "p"), ("secret", "s"), ("update_mask", "labels")];
    let body = json!({ "labels": { "a": "b" }, "version_aliases": { "x": "1" } });
    let again = json!({ "parent": "projects/p/secrets/s", "payload": { "data": "aGk=" } });
    assert_eq!(
        said("secretmanager.projects.secrets.addVersion", &[], &again),
        None
    );
    assert_eq!(
        said("secretmanager.projects.secrets.patch", &query, &body),
        None
    );
    let names = [("project", "p"), ("names", "a"), ("names.2", "b")];
    assert_eq!(
        said("serviceusage.services.batchGet", &names, &Value::Null),
        None
    );
    let lists = [("project", "p"), ("returnPartialSuccess", "true")];
    assert_eq!(said("compute.networks.list", &lists, &Value::Null), None);
}
