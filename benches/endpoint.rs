//! The smallest endpoint that answers as the guide's example does, for measuring the client: it
//! must never be what is slow. `endpoint [LATENCY_MS]` prints its URL.

use std::io::Write as _;
use std::time::Duration;

use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const BODY: &str = r#"{"code":200,"message":"success","sequence_id":"1648777165770866F82AC7F326307055","result":"pass","id_phone_match":"pass","id_name_match":"pass"}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let latency = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "http://{}/", listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        // A client that goes away is no error here.
        tokio::spawn(async move { drop(serve(stream, Duration::from_millis(latency)).await) });
    }
}

async fn serve(mut stream: TcpStream, latency: Duration) -> std::io::Result<()> {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let mut buffer = Vec::with_capacity(4096);
    loop {
        while let Some(end) = request_end(&buffer) {
            buffer.drain(..end);
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            stream.write_all(answer.as_bytes()).await?;
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
}

/// Where the first whole request ends.
fn request_end(buffer: &[u8]) -> Option<usize> {
    let head = memmem::find(buffer, b"\r\n\r\n")? + 4;
    // Both spellings of Content-Length end so.
    let length = memmem::find(&buffer[..head], b"ength: ")? + 7;
    let digits = buffer[length..].iter().take_while(|byte| byte.is_ascii_digit());
    let length = digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
    (buffer.len() >= head + length).then_some(head + length)
}
