//! The sandbox for Google's clients, which take no client of ours: a server on a loopback port, in the runtime of the test and on
//! its clock.
//!
//! Tokio's paused clock goes on as soon as nothing is left to do, and bytes on their way through a socket are nothing to it. So
//! it is held while a call is under way (the provider has a span around each), but for what the sandbox itself waits.

use std::cell::RefCell;
use std::io;
use std::net::TcpListener as Std;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Once};

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use provision_core::spec::GcpCloud;
use provision_gke::{Gcp, Reach};
use provision_sandbox::{Cloud, Delivery};
use tokio::net::{TcpListener, TcpStream};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::clouds::{Clock, Tap};

thread_local! {
    /// One for each runtime of one thread.
    static GATE: RefCell<Gate> = const { RefCell::new(Gate { under_way: 0, asleep: 0, held: None }) };
}

/// Whether the clock may go on by itself.
struct Gate {
    /// Calls that have begun and not ended.
    under_way: u64,
    /// Those whose answer the sandbox keeps back.
    asleep: u64,
    /// While this is there, a task blocks, and tokio's clock stands.
    held: Option<Sender<()>>,
}

impl Gate {
    fn settle(&mut self) {
        if self.under_way <= self.asleep {
            self.held = None;
        } else if self.held.is_none() {
            let (hold, held) = channel::<()>();
            // Ends when the other end is dropped.
            tokio::task::spawn_blocking(move || held.recv().is_ok());
            self.held = Some(hold);
        }
    }
}

fn gate(change: impl FnOnce(&mut Gate)) {
    // At the end of a thread there is none, and nothing to hold.
    let _ = GATE.try_with(|gate| {
        let mut gate = gate.borrow_mut();
        change(&mut gate);
        gate.settle();
    });
}

/// Sees calls begin and end.
struct Calls(AtomicU64);

impl Subscriber for Calls {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.name() == provision_gke::CALL
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        gate(|gate| gate.under_way += 1);
        Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn try_close(&self, _: Id) -> bool {
        gate(|gate| gate.under_way -= 1);
        true
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn watch_calls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Calls(AtomicU64::new(0)))
            .expect("no test logs otherwise");
    });
}

/// What answers: the sandbox, its clock, and somebody in between.
#[derive(Clone)]
struct Near {
    cloud: Arc<Cloud>,
    clock: Clock,
    tap: Option<Tap>,
}

/// Clients of a sandbox in this process. Within a runtime of one thread.
///
/// # Panics
/// When there is no port, or no such runtime.
#[must_use]
pub fn near(of: &GcpCloud, cloud: &Arc<Cloud>, clock: Clock, tap: Option<Tap>) -> Gcp {
    watch_calls();
    let listener = Std::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    let listener = TcpListener::from_std(listener).expect("a runtime");
    let near = Near {
        cloud: Arc::clone(cloud),
        clock,
        tap,
    };
    tokio::spawn(accept(listener, near));
    Gcp::connect(of, Reach::server(&format!("http://{address}")))
}

async fn accept(listener: TcpListener, near: Near) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, near.clone()));
    }
}

async fn connection(stream: TcpStream, near: Near) {
    let service = service_fn(move |request| answer(near.clone(), request));
    let served = hyper::server::conn::http1::Builder::new();
    // Ends in an error where an answer was not to be delivered.
    let _ = served.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(near: Near, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?;
    let request = Request::from_parts(parts, body.to_bytes().to_vec());
    let now = near.clock.now();
    let response = match &near.tap {
        Some(tap) => tap(&near.cloud, now, request),
        None => near.cloud.handle(now, request),
    };
    let delivery = response.extensions().get::<Delivery>().copied();
    let delivery = delivery.unwrap_or_default();
    gate(|gate| gate.asleep += 1);
    tokio::time::sleep(delivery.delay).await;
    gate(|gate| gate.asleep -= 1);
    match delivery.dropped {
        true => Err(io::ErrorKind::ConnectionReset.into()),
        false => Ok(response.map(|body| Full::new(Bytes::from(body)))),
    }
}
