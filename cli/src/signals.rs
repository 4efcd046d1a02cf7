//! Ctrl-C and friends. The first one asks to stop, the second one ends the process at once.

use std::future::Future;
use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::error::Error;
use crate::exit::Exit;

/// Counts requests to stop.
#[derive(Clone, Debug)]
pub struct Signals(watch::Receiver<u32>);

impl Signals {
    /// Listens to SIGINT, SIGTERM and SIGHUP from here on.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn listen() -> io::Result<Self> {
        let (send, receive) = watch::channel(0);
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hang_up.recv() => {}
                }
                send.send_modify(|count| *count += 1);
                if *send.borrow() > 1 {
                    std::process::exit(i32::from(Exit::Interrupted.code()));
                }
            }
        });
        Ok(Self(receive))
    }

    /// A receiver that sees requests from now on; one that was already made is seen at once.
    #[must_use]
    pub fn receiver(&self) -> watch::Receiver<u32> {
        let mut receiver = self.0.clone();
        if *receiver.borrow_and_update() > 0 {
            receiver.mark_changed();
        }
        receiver
    }

    /// Does `work`, unless a request to stop comes first.
    ///
    /// # Errors
    /// `Interrupted`, or what `work` fails with.
    pub async fn unless<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let mut stop = self.receiver();
        tokio::select! {
            biased;
            Ok(()) = stop.changed() => Err(Error::Interrupted),
            done = work => done,
        }
    }
}
