//! Connections: requests in, answers out, late or never when the knobs say so.

use std::io;
use std::sync::Arc;

use http::header::HOST;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::control;
use crate::cloud::{Cloud, Delivery};

/// The greatest body taken; the clouds' own limits are far below.
const MOST: usize = 4 << 20;

type Answer = Response<Full<Bytes>>;

/// Accepts connections until it is dropped, which closes them.
pub(super) async fn accept(listener: TcpListener, cloud: Arc<Cloud>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&cloud)));
                }
                // Out of file handles, or gone before it was taken: the next may succeed.
                Err(error) => {
                    tracing::warn!(%error, "connection not accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, cloud: Arc<Cloud>) {
    let service = service_fn(move |request| handle(Arc::clone(&cloud), request));
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

/// An error makes hyper close the connection without an answer.
async fn handle(cloud: Arc<Cloud>, request: Request<Incoming>) -> Result<Answer, io::Error> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MOST).collect().await {
        Ok(body) => body.to_bytes().to_vec(),
        Err(error) => return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, &error.to_string())),
    };
    let request = Request::from_parts(parts, body);
    if !local(&request) {
        return Ok(plain(
            StatusCode::FORBIDDEN,
            "the sandbox answers to 127.0.0.1 and localhost only",
        ));
    }
    let answered = tokio::task::spawn_blocking(move || answer(&cloud, request)).await;
    let answer = answered.map_err(io::Error::other)?;
    let delivery = answer
        .extensions()
        .get::<Delivery>()
        .copied()
        .unwrap_or_default();
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }
    if delivery.dropped {
        return Err(io::Error::from(io::ErrorKind::ConnectionReset));
    }
    Ok(answer.map(|body| Full::new(Bytes::from(body))))
}

fn answer(cloud: &Cloud, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let now = Timestamp::now();
    if control::is_mine(request.uri().path()) {
        return control::answer(cloud, now, &request);
    }
    cloud.handle(now, request)
}

/// Whether the request names this machine as its host.
fn local(request: &Request<Vec<u8>>) -> bool {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost")
}

fn plain(status: StatusCode, text: &str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(text.to_owned())));
    *answer.status_mut() = status;
    answer
}
