//! The sandbox over real sockets, asked in raw bytes: no HTTP client that could be too clever.

mod faults;
mod rules;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::sandbox::{Charges, Config, serve};

/// No test waits longer for anything; reached only when something is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// A sandbox that is being served.
struct House {
    address: SocketAddr,
    charges: Charges,
    stop: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
}

/// An answer that arrived whole.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn code(&self) -> Option<u64> {
        self.json()["code"].as_u64()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (given, value) = line.split_once(':')?;
            given.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl House {
    async fn open(config: Config) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let charges = Charges::default();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async { drop(stopped.await) };
        let served = tokio::spawn(serve(listener, config, charges.clone(), shutdown));
        Self { address, charges, stop, served }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// One request on a connection of its own.
    async fn ask(&self, request: &[u8]) -> Answer {
        exchange(&mut self.connect().await, request).await
    }

    /// One record about this phone, on a connection of its own.
    async fn phone(&self, phone_number: &str) -> Answer {
        self.ask(&post(&record("3310225629467", phone_number))).await
    }

    async fn charges(&self) -> Value {
        self.ask(b"GET /charges HTTP/1.1\r\nHost: x\r\n\r\n").await.json()
    }
}

fn record(id_number: &str, phone_number: &str) -> String {
    format!(
        r#"{{"country":"ID","phone_number":"{phone_number}","id_type":"KTP","id_number":"{id_number}","name":"Joe"}}"#
    )
}

fn post(body: &str) -> Vec<u8> {
    post_to("/?partner_code=demo&partner_key=secret", body)
}

fn post_to(target: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

async fn exchange(stream: &mut TcpStream, request: &[u8]) -> Answer {
    stream.write_all(request).await.unwrap();
    read_answer(stream).await
}

async fn read_answer(stream: &mut TcpStream) -> Answer {
    let head = read_head(stream).await;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut answer = Answer { status, head, body: Vec::new() };
    let length = answer.header("content-length").unwrap().parse().unwrap();
    answer.body.resize(length, 0);
    soon(stream.read_exact(&mut answer.body)).await.unwrap();
    answer
}

/// The head, byte by byte, so that nothing of the body is taken with it.
async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(soon(stream.read_u8()).await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it takes too long")
}

/// Lets the sandbox work until this holds.
async fn until(holds: impl Fn() -> bool) {
    soon(async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
