//! An endpoint on bare TCP: it reads each request to its end, and what happens then is up to the
//! test. A connection is closed after what was done to it.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use crate::support::server::read;

/// The bodies of all requests that came whole are the witness of what may have been charged.
pub struct Endpoint {
    pub url: String,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Endpoint {
    /// Does this to each connection whose request has been read; it is given the request's number,
    /// from 0.
    pub fn start(act: impl Fn(usize, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let (seen, act) = (Arc::clone(&bodies), Arc::new(act));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, act) = (Arc::clone(&seen), Arc::clone(&act));
                std::thread::spawn(move || serve(stream.unwrap(), &seen, &*act));
            }
        });
        Self { url, bodies }
    }

    /// Writes these bytes, then closes.
    pub fn says(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_, stream| drop(stream.write_all(&answer)))
    }

    /// How many requests came whole.
    pub fn requests(&self) -> usize {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

fn serve(
    mut stream: TcpStream,
    bodies: &Mutex<Vec<String>>,
    act: &(dyn Fn(usize, &mut TcpStream) + Send + Sync),
) {
    let request = read(&mut BufReader::new(&stream));
    let Some(request) = request else { return };
    let number = {
        let mut bodies = bodies.lock().unwrap_or_else(PoisonError::into_inner);
        bodies.push(request.body);
        bodies.len() - 1
    };
    act(number, &mut stream);
}
