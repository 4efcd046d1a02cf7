//! The server over a real socket.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// Sends raw bytes, reads until the end.
async fn raw(server: &Server, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port()))
        .await
        .unwrap();
    let request = format!(
        "{head}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset is an end, too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

const SIGNED: &str = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: AWS4-HMAC-SHA256 \
                      Credential=111122223333/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, \
                      Signature=0\r\n";

#[tokio::test]
async fn a_folder_is_served_once_found_and_kept() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("cloud");
    assert_eq!(find(&folder).await, None);
    let server = start(&folder, 0).await.unwrap();
    assert!(matches!(
        start(&folder, 0).await,
        Err(ServerError::Store(StoreError::Locked { .. }))
    ));
    assert_eq!(find(&folder).await, Some(server.url()));
    for (path, mode) in [("", 0o700), ("state.redb", 0o600), ("server.json", 0o600)] {
        let found = std::fs::metadata(folder.join(path))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(found & 0o777, mode, "{path}");
    }
    let made = raw(
        &server,
        SIGNED,
        "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0/16",
    )
    .await;
    assert!(made.starts_with("HTTP/1.1 200"), "{made}");
    server.stop();
    assert_eq!(find(&folder).await, None);
    // The stopped task lets go of the store a moment later.
    let server = loop {
        match start(&folder, 0).await {
            Ok(server) => break server,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
        }
    };
    let objects = ask(&server.url(), "GET", "/_sandbox/objects", None)
        .await
        .unwrap();
    assert!(objects.to_string().contains("\"kind\":\"vpc\""));
    assert_eq!(server.cloud().calls().len(), 1);
}

#[tokio::test]
async fn the_control_plane_reads_and_sets() {
    let server = serve(Arc::new(Cloud::in_memory(crate::Config::default())), 0)
        .await
        .unwrap();
    let url = server.url();
    let put = |body: serde_json::Value| {
        let url = server.url();
        async move { ask(&url, "PUT", "/_sandbox/config", Some(&body)).await }
    };
    put(json!({"latency_ms": 1, "quotas": {"ec2:vpcs": 1}}))
        .await
        .unwrap();
    assert_eq!(server.cloud().config().quota("ec2:vpcs"), 1);
    assert!(
        put(json!({"quotas": {"ec2:vcps": 1}}))
            .await
            .unwrap_err()
            .to_string()
            .contains("ec2:vcps")
    );
    let fault = json!({"operation": "ec2:CreateVpc", "action": {"kind": "drop_after"}});
    ask(&url, "POST", "/_sandbox/faults", Some(&fault))
        .await
        .unwrap();
    let create = "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0/16";
    assert_eq!(raw(&server, SIGNED, create).await, "");
    assert!(
        raw(&server, SIGNED, create)
            .await
            .contains("VpcLimitExceeded")
    );
    let calls = ask(&url, "GET", "/_sandbox/calls", None).await.unwrap();
    assert_eq!(calls[0]["dropped"], true);
    assert_eq!(calls[0]["applied"], true);
    assert_eq!(calls[1]["code"], "VpcLimitExceeded");
    assert_eq!(
        ask(&url, "GET", "/_sandbox/status", None).await.unwrap()["objects"],
        1
    );
    ask(&url, "POST", "/_sandbox/reset", None).await.unwrap();
    assert_eq!(
        ask(&url, "GET", "/_sandbox/status", None).await.unwrap()["objects"],
        0
    );
    assert!(ask(&url, "GET", "/_sandbox/nothing", None).await.is_err());
}

#[tokio::test]
async fn foreign_names_and_forms_get_nothing() {
    let server = serve(Arc::new(Cloud::in_memory(crate::Config::default())), 0)
        .await
        .unwrap();
    let foreign = raw(
        &server,
        "GET /_sandbox/status HTTP/1.1\r\nHost: evil.example\r\n",
        "",
    )
    .await;
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
    let form = raw(
        &server,
        "POST /_sandbox/reset HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n",
        "",
    )
    .await;
    assert!(form.starts_with("HTTP/1.1 415"), "{form}");
}
