//! Sessions through the wire: they last as long as they were asked for, also over a restart.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::Cloud;
use crate::tests::{at, request, text};

const TRUST: &str = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}"#;
const ROLE: &str = "arn:aws:iam::222233334444:role/run";

fn call(cloud: &Cloud, second: i64, key: &str, service: &str, pairs: &[(&str, &str)]) -> String {
    let version = if service == "iam" {
        "2010-05-08"
    } else {
        "2011-06-15"
    };
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("Version", version)
        .extend_pairs(pairs)
        .finish();
    let request = request(key, "us-east-1", service, None, body);
    text(&cloud.handle(at(second), request))
}

#[test]
fn a_session_acts_in_the_account_of_its_role_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(folder.path()).unwrap();
    let create = [
        ("Action", "CreateRole"),
        ("RoleName", "run"),
        ("AssumeRolePolicyDocument", TRUST),
    ];
    call(&cloud, 0, "222233334444", "iam", &create);
    let take = [
        ("Action", "AssumeRole"),
        ("RoleArn", ROLE),
        ("RoleSessionName", "me"),
        ("DurationSeconds", "900"),
    ];
    let stranger = call(&cloud, 100, "555566667777", "sts", &take);
    assert!(stranger.contains("<Code>AccessDenied</Code>"), "{stranger}");
    let answer = call(&cloud, 100, "111122223333", "sts", &take);
    let start = answer.find("<AccessKeyId>").unwrap() + "<AccessKeyId>".len();
    let key = answer[start..start + 20].to_owned();
    drop(cloud);

    let cloud = Cloud::open(folder.path()).unwrap();
    let who = [("Action", "GetCallerIdentity")];
    let answer = call(&cloud, 999, &key, "sts", &who);
    assert!(answer.contains("<Account>222233334444</Account>"));
    assert!(answer.contains("assumed-role/run/me</Arn>"));
    assert!(answer.contains(":me</UserId>"));
    let answer = call(&cloud, 1000, &key, "sts", &who);
    assert!(answer.contains("<Code>ExpiredToken</Code>"), "{answer}");
}
