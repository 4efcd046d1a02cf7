//! Scratch.
#![allow(clippy::unwrap_used, clippy::print_stdout)]
#[tokio::main]
#[allow(clippy::unwrap_used)]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = provision_sandbox::server::start(folder.path(), 4577)
        .await
        .unwrap();
    let mut config = server.cloud().config();
    config.account = "123456789012".into();
    server.cloud().set_config(config).unwrap();
    println!("{}", server.url());
    server.ended().await;
}
