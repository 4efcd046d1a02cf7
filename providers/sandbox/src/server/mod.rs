//! The cloud on a port of this machine.
//!
//! Only 127.0.0.1 is served, and only requests that name it as their host: a web page that resolves a name of its own
//! to this address gets nothing. While a server runs, `server.json` in its folder says where.

mod control;
mod files;
mod http;
mod talk;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::cloud::Cloud;
use crate::store::StoreError;

pub use talk::{TalkError, ask};

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The store could not be opened: another server has it, or it is no store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The port is taken, or not allowed.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// The reason.
        source: std::io::Error,
    },
    /// The folder or `server.json` could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The path.
        path: String,
        /// The reason.
        source: std::io::Error,
    },
}

/// A running server. It ends when it is stopped or dropped.
pub struct Server {
    cloud: Arc<Cloud>,
    port: u16,
    listening: JoinHandle<()>,
    /// The folder whose `server.json` names this server.
    folder: Option<PathBuf>,
}

impl Server {
    /// Where it is: `http://127.0.0.1:4566`.
    pub fn url(&self) -> String {
        url(self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The cloud it serves.
    pub fn cloud(&self) -> &Arc<Cloud> {
        &self.cloud
    }

    /// Ends the server; open connections are closed.
    pub fn stop(self) {}

    /// Waits until the server ends by itself, which it does not unless its task fails.
    pub async fn ended(&mut self) {
        // A task that was cancelled or panicked has ended as well.
        let _ = (&mut self.listening).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.listening.abort();
        if let Some(folder) = &self.folder {
            files::forget(folder);
        }
    }
}

fn url(port: u16) -> String {
    format!("http://{}:{port}", Ipv4Addr::LOCALHOST)
}

/// Serves the cloud of a folder, made when absent. Port 0 takes a free one.
pub async fn start(folder: &Path, port: u16) -> Result<Server, ServerError> {
    files::make_folder(folder)?;
    let cloud = Arc::new(Cloud::open(folder)?);
    let mut server = serve(cloud, port).await?;
    files::announce(folder, server.port)?;
    server.folder = Some(folder.to_owned());
    Ok(server)
}

/// Serves a cloud. Port 0 takes a free one.
pub async fn serve(cloud: Arc<Cloud>, port: u16) -> Result<Server, ServerError> {
    let failed = |source| ServerError::Listen { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    let listening = tokio::spawn(http::accept(listener, Arc::clone(&cloud)));
    Ok(Server {
        cloud,
        port,
        listening,
        folder: None,
    })
}

/// The address of the live server of a folder.
pub async fn find(folder: &Path) -> Option<String> {
    let (port, pid) = files::announced(folder)?;
    let status = ask(&url(port), "GET", "/_sandbox/status", None)
        .await
        .ok()?;
    // Another process may have the port by now.
    (status.get("pid")?.as_u64()? == u64::from(pid)).then(|| url(port))
}

#[cfg(test)]
mod tests;
