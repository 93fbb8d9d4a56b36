//! A man in the middle on TCP who cuts a connection to the database right after a COMMIT went through.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::Duration;

use crate::cluster::Cluster;

/// Listens until the process ends.
pub struct Cutter {
    port: u16,
    database: String,
    /// Cuts that are still to come.
    cuts: Arc<AtomicI64>,
}

impl Cutter {
    /// Stands before this database, and cuts so often, at random commits.
    pub fn before(cluster: &Cluster, cuts: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let cuts = Arc::new(AtomicI64::new(cuts));
        let (socket, left) = (cluster.socket(), Arc::clone(&cuts));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (socket, left) = (socket.clone(), Arc::clone(&left));
                thread::spawn(move || carry(client, &socket, &left));
            }
        });
        Self { port, database: cluster.database().to_owned(), cuts }
    }

    pub fn url(&self) -> String {
        format!("postgres://idv@127.0.0.1:{}/{}", self.port, self.database)
    }

    /// Cuts that were not made.
    pub fn left(&self) -> i64 {
        self.cuts.load(Ordering::SeqCst).max(0)
    }
}

fn carry(mut client: TcpStream, socket: &PathBuf, cuts: &AtomicI64) {
    let Ok(mut server) = UnixStream::connect(socket) else { return };
    let (mut back, mut from) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            // Read on when the client is cut off, so that the server does not notice.
            let _ = back.write_all(&bytes[..count]);
        }
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut bytes = vec![0; 1 << 16];
    loop {
        let count = client.read(&mut bytes).unwrap_or(0);
        if count == 0 || server.write_all(&bytes[..count]).is_err() {
            break;
        }
        let commits = bytes[..count].windows(7).any(|part| part == b"COMMIT\0");
        let is_due = || fastrand::bool() && cuts.fetch_sub(1, Ordering::SeqCst) > 0;
        if commits && is_due() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    // The server has the commit, and its time to carry it out.
    thread::sleep(Duration::from_millis(50));
    let _ = server.shutdown(Shutdown::Write);
}
