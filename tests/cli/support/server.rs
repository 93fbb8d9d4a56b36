//! A server that answers as it is told, and remembers the requests and how many were open at once.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub head: String,
    pub body: String,
    /// When it had arrived.
    pub at: Instant,
}

/// What is known of all requests.
#[derive(Debug, Default)]
pub struct Seen {
    pub requests: Mutex<Vec<Request>>,
    pub connections: AtomicUsize,
    open: AtomicUsize,
    pub most_open: AtomicUsize,
}

pub struct Server {
    pub url: String,
    pub seen: Arc<Seen>,
}

impl Server {
    /// Gives `answer` (a whole HTTP response) to every request, after `latency`.
    pub fn start(answer: impl Into<Vec<u8>>, latency: Duration) -> Self {
        let answer = answer.into();
        Self::with(move |_| answer.clone(), latency)
    }

    /// Gives each request the response that `answer` makes of its number, from 0.
    pub fn with(
        answer: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static,
        latency: Duration,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                seen.connections.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || serve(&stream.unwrap(), &seen, &*answer, latency));
            }
        });
        Self { url, seen }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.requests.lock().unwrap().clone()
    }
}

/// An HTTP response with this body.
pub fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// The endpoint's answer with this body.
pub fn json(body: &str) -> String {
    response("200 OK", "Content-Type: application/json\r\n", body)
}

/// Answers so many requests, each on a connection of its own, and tells the bodies.
pub fn serve_some(listener: &TcpListener, count: usize, body: &str, bodies: &mpsc::Sender<String>) {
    let answer = response("200 OK", "Connection: close\r\n", body);
    for stream in listener.incoming().take(count) {
        let stream = stream.unwrap();
        if let Some(request) = read(&mut BufReader::new(&stream)) {
            let _ = bodies.send(request.body);
            let _ = (&stream).write_all(answer.as_bytes());
        }
    }
}

fn serve(stream: &TcpStream, seen: &Seen, answer: &dyn Fn(usize) -> Vec<u8>, latency: Duration) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let open = seen.open.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most_open.fetch_max(open, Ordering::SeqCst);
        let number = {
            let mut requests = seen.requests.lock().unwrap();
            requests.push(request);
            requests.len() - 1
        };
        std::thread::sleep(latency);
        seen.open.fetch_sub(1, Ordering::SeqCst);
        let mut stream = stream;
        if stream.write_all(&answer(number)).is_err() {
            return;
        }
    }
}

/// The next request of a connection; `None` when the other side has gone.
pub fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Request { head, body: String::from_utf8(body).unwrap(), at: Instant::now() })
}
