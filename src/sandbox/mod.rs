//! The documented API on loopback, with test values and faults: how `idv` is tried without paying.
//!
//! It knows the provider's guide and nothing of the client: request and answer have their own types
//! here, so that a mistake in the client's cannot cancel itself out.

mod body;
mod charges;
mod dialect;
mod exchange;
mod fault;
mod limits;
mod local;
mod request;
mod script;
#[cfg(test)]
mod tests;
mod trouble;

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use secrecy::SecretString;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub(crate) use crate::sandbox::charges::Charges;
pub(crate) use crate::sandbox::dialect::Dialect;
pub(crate) use crate::sandbox::limits::RequestLimits;
pub use crate::sandbox::local::Sandbox;
pub(crate) use crate::sandbox::trouble::{Burst, FailKind, Troubles};

use crate::sandbox::body::Reset;
use crate::sandbox::exchange::Desk;

/// What the sandbox plays. The default is the plain guide: no delay, no limit, no chance.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// How long each POST waits for its answer, from the moment it was read.
    pub latency: Duration,
    /// By which share that wait varies, up and down.
    pub jitter: f64,
    /// The limits on requests.
    pub limits: RequestLimits,
    /// After how many charges every request gets code 305.
    pub daily_limit: Option<u64>,
    /// What goes wrong by chance or by the clock.
    pub troubles: Troubles,
    /// How many of the first connections are closed on accept.
    pub drop_connections: u64,
    /// Which published shape the answers have.
    pub dialect: Dialect,
    /// Where each charge is noted before its answer leaves; opened for appending.
    pub charges: Option<File>,
    /// Whose credentials are accepted; without it, any that aren't empty.
    pub partner: Option<Partner>,
}

/// The only credentials that are accepted. Debug never shows the key.
#[derive(Debug)]
pub(crate) struct Partner {
    /// The partner code.
    pub code: String,
    /// The partner key.
    pub key: SecretString,
}

/// How long accepting rests after it failed, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Serves until `shutdown` completes, then drops what is still open and returns.
///
/// `charges` counts along; the caller keeps a clone to read from.
///
/// # Errors
/// None at present: a connection that fails ends alone, and accepting goes on.
pub(crate) async fn serve(
    listener: TcpListener,
    mut config: Config,
    charges: Charges,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut to_drop = std::mem::take(&mut config.drop_connections);
    let desk = Arc::new(Desk::new(config, charges));
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            stream = accept(&listener) => {
                if to_drop > 0 {
                    to_drop -= 1;
                } else {
                    connections.spawn(converse(stream, Arc::clone(&desk)));
                }
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
    Ok(())
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// One connection, to its end, however that comes: a torn answer is an error here, on purpose.
async fn converse(stream: TcpStream, desk: Arc<Desk>) {
    // Only speed is lost when the option can't be set.
    let _ = stream.set_nodelay(true);
    let reset = Reset::default();
    let service = service_fn(|request| exchange::answer(&desk, request, &reset));
    let mut connection = http1::Builder::new()
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    let _ = (&mut connection).await;
    if reset.is_wanted() {
        // Closing without lingering sends RST instead of FIN.
        let _ = connection.into_parts().io.inner().set_zero_linger();
    }
}
