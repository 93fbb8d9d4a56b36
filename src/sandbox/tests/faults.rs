//! Every fault as it arrives at the socket.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;
use crate::sandbox::exchange::Desk;

fn about(phone_number: &str) -> Vec<u8> {
    post(&record("3310225629467", phone_number))
}

/// A single connection whose end can be awaited.
async fn lone_connection() -> (TcpStream, JoinHandle<()>, Charges) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let charges = Charges::default();
    let desk = Arc::new(Desk::new(Config::default(), charges.clone()));
    (client, tokio::spawn(crate::sandbox::converse(stream, desk)), charges)
}

#[tokio::test]
async fn the_silent_answer_is_charged_and_ends_when_the_client_gives_up() {
    let (mut client, connection, charges) = lone_connection().await;
    client.write_all(&about("0800100001")).await.unwrap();
    until(|| charges.charged() == 1).await;
    let silence = tokio::time::timeout(Duration::from_millis(30), client.read_u8()).await;
    assert!(silence.is_err(), "something was said: {silence:?}");
    assert!(!connection.is_finished());
    drop(client);
    soon(connection).await.unwrap();
}

#[tokio::test]
async fn a_connection_is_closed_without_a_byte_charged_or_not() {
    for (phone, charged) in [("0800100002", 1), ("0800100003", 0)] {
        let house = House::open(Config::default()).await;
        let mut client = house.connect().await;
        client.write_all(&about(phone)).await.unwrap();
        let mut got = Vec::new();
        soon(client.read_to_end(&mut got)).await.unwrap();
        assert!(got.is_empty(), "{phone}");
        assert_eq!((house.charges.requests(), house.charges.charged()), (1, charged), "{phone}");
    }
}

#[tokio::test]
async fn a_charged_answer_can_be_no_json() {
    let house = House::open(Config::default()).await;
    let answer = house.phone("0800100004").await;
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
    assert_eq!(house.charges.charged(), 1);
}

#[tokio::test]
async fn a_cut_body_ends_before_its_announced_length() {
    let house = House::open(Config::default()).await;
    let mut client = house.connect().await;
    client.write_all(&about("0800100005")).await.unwrap();
    let head = read_head(&mut client).await;
    let answer = Answer { status: 200, head, body: Vec::new() };
    let announced: usize = answer.header("content-length").unwrap().parse().unwrap();
    let mut got = Vec::new();
    soon(client.read_to_end(&mut got)).await.unwrap();
    assert!(got.starts_with(br#"{"code":200,"#));
    assert_eq!(got.len(), announced / 2);
    assert_eq!(house.charges.charged(), 1);
}

#[tokio::test]
async fn a_server_error_is_a_page_and_costs_nothing() {
    let house = House::open(Config::default()).await;
    let answer = house.phone("0800100006").await;
    assert_eq!((answer.status, answer.header("content-type")), (500, Some("text/html")));
    assert!(answer.body.starts_with(b"<html>"));
    assert_eq!(house.charges.charged(), 0);
}

#[tokio::test]
async fn a_push_back_comes_once_for_a_record_and_then_the_answer() {
    for (phone, status) in [("0800100007", 429), ("0800100013", 503)] {
        let house = House::open(Config::default()).await;
        let first = house.phone(phone).await;
        assert_eq!((first.status, first.header("retry-after")), (status, Some("1")));
        assert!(serde_json::from_slice::<Value>(&first.body).is_err(), "no code in it");
        assert_eq!(house.charges.charged(), 0);
        let other = house.ask(&post(&record("3310225629468", phone))).await;
        assert_eq!(other.status, status, "another record has its own first time");
        let second = house.phone(phone).await;
        assert_eq!((second.status, second.code()), (200, Some(200)));
        assert_eq!(house.charges.charged(), 1);
    }
}

#[tokio::test]
async fn a_busy_service_answers_at_the_third_time() {
    let house = House::open(Config::default()).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(house.phone("0800100008").await.code().unwrap());
    }
    assert_eq!(codes, [600, 600, 200, 200]);
}

#[tokio::test]
async fn a_redirect_leads_to_another_port_of_this_machine_without_the_key() {
    let house = House::open(Config::default()).await;
    let answer = house.phone("0800100009").await;
    let location = answer.header("location").unwrap();
    assert_eq!(answer.status, 307);
    assert!(location.starts_with("http://127.0.0.1:"), "{location}");
    assert!(!location.contains("partner") && !location.contains(&house.address.to_string()));
    assert_eq!(house.charges.charged(), 0);
}

#[tokio::test]
async fn an_endless_body_ends_only_when_the_client_leaves() {
    let (mut client, connection, charges) = lone_connection().await;
    client.write_all(&about("0800100010")).await.unwrap();
    let head = read_head(&mut client).await;
    assert!(!head.to_ascii_lowercase().contains("content-length"), "{head}");
    let mut taken = vec![0; 8 * 1024 * 1024];
    soon(client.read_exact(&mut taken)).await.unwrap();
    assert!(!connection.is_finished());
    assert_eq!(charges.charged(), 1);
    drop(client);
    soon(connection).await.unwrap();
}

#[tokio::test]
async fn a_dripping_body_brings_one_byte_a_second() {
    let (mut client, connection, charges) = lone_connection().await;
    client.write_all(&about("0800100011")).await.unwrap();
    let head = read_head(&mut client).await;
    assert!(head.to_ascii_lowercase().contains("content-length"), "{head}");
    let asked = Instant::now();
    let mut taken = [0; 64];
    assert_eq!(soon(client.read(&mut taken)).await.unwrap(), 1);
    assert_eq!(taken[0], b'{');
    assert!(asked.elapsed() > Duration::from_millis(900), "{:?}", asked.elapsed());
    assert_eq!(charges.charged(), 1);
    drop(client);
    soon(connection).await.unwrap();
}

#[tokio::test]
async fn an_undocumented_code_is_charged() {
    let house = House::open(Config::default()).await;
    assert_eq!(house.phone("0800100012").await.code(), Some(12223));
    assert_eq!(house.charges.charged(), 1);
}

#[tokio::test]
async fn a_reset_comes_after_the_headers() {
    let house = House::open(Config::default()).await;
    let mut client = house.connect().await;
    client.write_all(&about("0800100014")).await.unwrap();
    let mut got = Vec::new();
    let end = soon(client.read_to_end(&mut got)).await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(got.starts_with(b"HTTP/1.1 200 OK") && got.ends_with(b"\r\n\r\n"));
    assert_eq!(house.charges.charged(), 1);
}

#[tokio::test]
async fn a_torn_connection_leaves_the_others_alone() {
    let house = House::open(Config::default()).await;
    let mut steady = house.connect().await;
    for phone in ["0800100002", "0800100005", "0800100014"] {
        let mut client = house.connect().await;
        client.write_all(&about(phone)).await.unwrap();
        // How it ends is the other tests' matter.
        let _ = soon(client.read_to_end(&mut Vec::new())).await;
        assert_eq!(exchange(&mut steady, &about("081234567890")).await.code(), Some(200));
    }
}
