//! A sandbox on a thread of this process, so that its work does not count as the endpoint's latency.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::sandbox::charges::Charges;
use crate::sandbox::{Config, serve};

/// The built-in sandbox: the documented API on a free port of this machine. It answers made-up
/// verdicts, checks nobody, and runs until the process ends.
#[derive(Debug, Clone)]
pub struct Sandbox {
    address: SocketAddr,
    charges: Charges,
}

impl Sandbox {
    /// Starts a sandbox.
    ///
    /// # Errors
    /// The system gives no port on 127.0.0.1, or no thread.
    pub fn start() -> io::Result<Self> {
        let charges = Charges::default();
        let counted = charges.clone();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        std::thread::Builder::new().name("sandbox".to_owned()).spawn(
            move || -> io::Result<()> {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(async {
                    let listener = tokio::net::TcpListener::from_std(listener)?;
                    serve(listener, Config::default(), counted, std::future::pending()).await
                })
            },
        )?;
        Ok(Self { address, charges })
    }

    /// The URL of its endpoint.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Requests that arrived whole.
    pub fn requests(&self) -> u64 {
        self.charges.requests()
    }

    /// Requests that a real endpoint would have charged.
    pub fn charged(&self) -> u64 {
        self.charges.charged()
    }
}
