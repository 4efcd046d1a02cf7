//! Certificates through the wire.
#![allow(clippy::unwrap_used)]

use crate::plant::PlantedCertificate;
use crate::tests::{at, request, text};
use crate::{Cloud, Config, Plant};

fn call(cloud: &Cloud, operation: &str, body: &str) -> String {
    let target = format!("CertificateManager.{operation}");
    let request = request(
        "111122223333",
        "eu-west-1",
        "acm",
        Some(target.as_str()),
        body.to_owned(),
    );
    text(&cloud.handle(at(0), request))
}

fn planted(status: &str) -> (Cloud, String) {
    let cloud = Cloud::in_memory(Config {
        account: "111122223333".to_owned(),
        ..Config::default()
    });
    let plant = Plant {
        certificates: vec![PlantedCertificate {
            domain: "*.example.org".to_owned(),
            names: vec!["example.org".to_owned()],
            status: status.to_owned(),
            region: "eu-west-1".to_owned(),
        }],
        ..Plant::default()
    };
    let made = cloud.plant(at(0), &plant).unwrap().unwrap();
    let arn = made.first().unwrap().clone();
    (cloud, arn)
}

#[test]
fn a_planted_certificate_is_shown_with_its_names() {
    let (cloud, arn) = planted("ISSUED");
    let body = format!("{{\"CertificateArn\":\"{arn}\"}}");
    let answer = call(&cloud, "DescribeCertificate", &body);
    assert!(answer.contains("\"Status\":\"ISSUED\""), "{answer}");
    assert!(
        answer.contains("[\"*.example.org\",\"example.org\"]"),
        "{answer}"
    );
    let none = "{\"CertificateStatuses\":[\"EXPIRED\"]}";
    let answer = call(&cloud, "ListCertificates", none);
    assert_eq!(answer, "{\"CertificateSummaryList\":[]}");
}

#[test]
fn what_is_not_there_and_what_is_no_arn_are_refused() {
    let (cloud, arn) = planted("PENDING_VALIDATION");
    let other = arn.replace("certificate/", "certificate/0");
    let body = format!("{{\"CertificateArn\":\"{other}\"}}");
    let answer = call(&cloud, "DescribeCertificate", &body);
    assert!(answer.contains("ResourceNotFoundException"), "{answer}");
    let answer = call(&cloud, "DescribeCertificate", "{\"CertificateArn\":\"x\"}");
    assert!(answer.contains("ValidationException"), "{answer}");
}
