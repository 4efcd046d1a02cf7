//! The frame as a caller sees it: credentials, faults, knobs, the call log.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use http::{Request, Response};
use jiff::Timestamp;

use crate::{Cloud, Config, Delivery, Fault, FaultAction};

/// A signed EC2 request of the account 111122223333 in eu-west-1.
pub(crate) fn ec2(text: &str) -> Request<Vec<u8>> {
    signed("111122223333", "eu-west-1", text)
}

/// A signed EC2 request.
pub(crate) fn signed(key: &str, region: &str, text: &str) -> Request<Vec<u8>> {
    let body = format!("Version=2016-11-15&Action={text}");
    request(key, region, "ec2", None, body)
}

/// A request signed for a service, with its `X-Amz-Target` when it has one.
pub(crate) fn request(
    key: &str,
    region: &str,
    service: &str,
    target: Option<&str>,
    body: String,
) -> Request<Vec<u8>> {
    let credential = format!("Credential={key}/20260101/{region}/{service}/aws4_request");
    let mut builder = Request::builder()
        .method("POST")
        .uri("http://127.0.0.1/")
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=00"),
        );
    if let Some(target) = target {
        builder = builder.header("x-amz-target", target);
    }
    builder.body(body.into_bytes()).unwrap()
}

/// Seconds after the epoch.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// The body as text.
pub(crate) fn text(response: &Response<Vec<u8>>) -> String {
    String::from_utf8(response.body().clone()).unwrap()
}

fn zones(cloud: &Cloud) -> Response<Vec<u8>> {
    cloud.handle(at(0), ec2("DescribeAvailabilityZones"))
}

#[test]
fn the_region_is_that_of_the_signature() {
    let cloud = Cloud::in_memory(Config::default());
    assert!(text(&zones(&cloud)).contains("<zoneName>eu-west-1a</zoneName>"));
    assert!(
        text(&cloud.handle(
            at(0),
            signed("AKID", "us-east-1", "DescribeAvailabilityZones")
        ))
        .contains("us-east-1a")
    );
    let calls = cloud.calls();
    assert_eq!(calls[0].account, "111122223333");
    assert_eq!(calls[1].account, "000000000000");
    assert_eq!(
        (calls[1].number, calls[1].status, calls[1].mutating),
        (2, 200, false)
    );
    assert_ne!(calls[0].request_id, calls[1].request_id);
}

#[test]
fn unknown_parameters_and_operations_are_refused_by_name() {
    let cloud = Cloud::in_memory(Config::default());
    let answer = cloud.handle(at(0), ec2("DescribeAvailabilityZones&Colour=red"));
    assert_eq!(answer.status(), 400);
    assert!(text(&answer).contains("<Code>UnknownParameter</Code><Message>The parameter Colour"));
    let answer = cloud.handle(at(0), ec2("DescribeSpotPriceHistory"));
    assert_eq!(answer.status(), 501);
    assert!(text(&answer).contains("ec2:DescribeSpotPriceHistory"));
}

#[test]
fn denied_and_expired_callers_are_refused_in_the_words_of_ec2() {
    let config = Config {
        denied: vec!["ec2:*".into()],
        ..Config::default()
    };
    let cloud = Cloud::in_memory(config.clone());
    let answer = zones(&cloud);
    assert_eq!(answer.status(), 403);
    assert!(text(&answer).contains("<Code>UnauthorizedOperation</Code>"));
    assert!(text(&answer).contains("ec2:DescribeAvailabilityZones"));
    cloud
        .set_config(Config {
            expired: vec!["*".into()],
            ..config
        })
        .unwrap();
    assert!(text(&zones(&cloud)).contains("RequestExpired"));
    assert_eq!(cloud.calls()[1].code, "RequestExpired");
}

#[test]
fn faults_come_in_their_turn_and_go() {
    let cloud = Cloud::in_memory(Config {
        latency_ms: 5,
        ..Config::default()
    });
    let operation = "ec2:DescribeAvailabilityZones";
    let fault = |skip, action| Fault {
        operation: operation.into(),
        skip,
        times: 1,
        seen: 0,
        action,
    };
    cloud.add_fault(fault(0, FaultAction::Throttle)).unwrap();
    cloud.add_fault(fault(1, FaultAction::DropAfter)).unwrap();
    cloud
        .add_fault(fault(2, FaultAction::Delay { ms: 70 }))
        .unwrap();
    cloud.add_fault(fault(3, FaultAction::FailAfter)).unwrap();
    let delivery = |answer: &Response<Vec<u8>>| *answer.extensions().get::<Delivery>().unwrap();
    assert_eq!(zones(&cloud).status(), 503);
    assert!(delivery(&zones(&cloud)).dropped);
    assert_eq!(delivery(&zones(&cloud)).delay.as_millis(), 75);
    assert_eq!(zones(&cloud).status(), 500);
    let last = zones(&cloud);
    assert_eq!(
        (last.status().as_u16(), delivery(&last).dropped),
        (200, false)
    );
}

#[test]
fn knobs_and_calls_survive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(folder.path()).unwrap();
    zones(&cloud);
    cloud
        .set_config(Config {
            latency_ms: 9,
            ..Config::default()
        })
        .unwrap();
    let calls = cloud.calls();
    drop(cloud);
    let cloud = Cloud::open(folder.path()).unwrap();
    assert_eq!(cloud.calls(), calls);
    assert_eq!(cloud.config().latency_ms, 9);
    cloud.reset().unwrap();
    assert!(cloud.calls().is_empty());
}

#[test]
fn a_fork_goes_its_own_way() {
    let cloud = Cloud::in_memory(Config::default());
    zones(&cloud);
    let fork = cloud.fork();
    assert_eq!(fork.last_call(), None);
    zones(&fork);
    zones(&fork);
    assert_eq!((cloud.calls().len(), fork.calls().len()), (1, 2));
    let last = cloud.last_call().unwrap();
    assert_eq!(last.operation, "DescribeAvailabilityZones");
    assert_eq!(fork.config(), cloud.config());
}
