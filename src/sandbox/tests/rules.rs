//! The rules of an exchange: method, credentials, limits, the books.

use std::collections::HashSet;
use std::fs::File;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::sandbox::{Dialect, Partner, RequestLimits, Troubles};

const PHONE: &str = "081234567890";

#[tokio::test]
async fn the_guides_own_example_passes() {
    let house = House::open(Config::default()).await;
    let answer = house.phone(PHONE).await;
    let body = answer.json();
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!((&body["code"], &body["result"]), (&json!(200), &json!("pass")));
    assert_eq!(body["sequence_id"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn the_dialect_is_spoken() {
    let house = House::open(Config { dialect: Dialect::Reason, ..Config::default() }).await;
    let body = house.ask(&post(&record("0000000000009001", PHONE))).await.json();
    assert_eq!(body["reason"], "The NIK does not match with the phone number");
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let house = House::open(Config::default()).await;
    let mut client = house.connect().await;
    let mut ids = HashSet::new();
    for _ in 0..50 {
        let answer = exchange(&mut client, &post(&record("3310225629467", PHONE))).await;
        ids.insert(answer.json()["sequence_id"].to_string());
    }
    assert_eq!(ids.len(), 50);
}

#[tokio::test]
async fn requests_may_be_sent_before_the_last_is_answered() {
    let house = House::open(Config::default()).await;
    let mut client = house.connect().await;
    let mut both = post(&record("0000000000009001", PHONE));
    both.extend(post(&record("3310225629467", PHONE)));
    assert_eq!(exchange(&mut client, &both).await.json()["result"], "fail");
    assert_eq!(read_answer(&mut client).await.json()["result"], "pass");
}

#[tokio::test]
async fn only_a_post_is_answered() {
    let house = House::open(Config::default()).await;
    for method in ["GET", "PUT", "DELETE"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: x\r\n\r\n");
        let answer = house.ask(request.as_bytes()).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
        assert!(serde_json::from_slice::<Value>(&answer.body).is_err(), "no code in it");
    }
    assert_eq!(house.charges.requests(), 0);
}

#[tokio::test]
async fn any_path_will_do() {
    let house = House::open(Config::default()).await;
    let body = record("3310225629467", PHONE);
    for path in ["/", "/verify/v1", "/charges"] {
        let target = format!("{path}?partner_code=a&partner_key=b");
        assert_eq!(house.ask(&post_to(&target, &body)).await.code(), Some(200), "{path}");
    }
}

#[tokio::test]
async fn refusals_name_what_is_wrong_and_cost_nothing() {
    let house = House::open(Config::default()).await;
    let body = record("3310225629467", PHONE);
    let nameless = body.replace("Joe", "");
    let abroad = body.replace("\"ID\"", "\"SG\"");
    let table = [
        ("/", body.as_str(), 11301, "partner_code empty"),
        ("/?partner_code=a", &body, 11301, "partner_key empty"),
        ("/?partner_code=a&partner_key=b", &nameless, 11301, "name empty"),
        ("/?partner_code=a&partner_key=b", &abroad, 11340, "country error"),
        ("/?partner_code=a&partner_key=b", "{", 11340, "body error"),
    ];
    for (target, body, code, message) in table {
        let answer = house.ask(&post_to(target, body)).await;
        assert_eq!((answer.status, answer.code()), (200, Some(code)), "{message}");
        assert_eq!(answer.json()["message"], message);
    }
    assert_eq!((house.charges.requests(), house.charges.charged()), (5, 0));
}

#[tokio::test]
async fn with_a_partner_only_its_credentials_are_accepted() {
    let key = SecretString::from("k+/=%26 Zz");
    let partner = Some(Partner { code: "demo".to_owned(), key });
    let house = House::open(Config { partner, ..Config::default() }).await;
    let body = record("3310225629467", PHONE);
    let table = [
        ("/?partner_code=demo&partner_key=k%2B%2F%3D%2526+Zz", "success"),
        ("/?partner_code=demo&partner_key=k%2B%2F%3D%2526%20Zz", "success"),
        ("/?partner_code=demo&partner_key=wrong", "partner_key error"),
        ("/?partner_code=other&partner_key=wrong", "partner_code error"),
    ];
    for (target, message) in table {
        assert_eq!(house.ask(&post_to(target, &body)).await.json()["message"], message);
    }
}

#[tokio::test]
async fn every_documented_code_can_be_asked_for() {
    let house = House::open(Config::default()).await;
    for code in crate::model::code::CODES {
        let answer = house.phone(&format!("08000{:05}", code.number)).await;
        assert_eq!(answer.code(), Some(u64::from(code.number)));
        let message = answer.json()["message"].as_str().unwrap().to_lowercase();
        assert_eq!(message, code.message.to_lowercase());
    }
    assert_eq!(house.charges.charged(), 1);
}

#[tokio::test]
async fn the_charges_can_be_read_and_reading_counts_nowhere() {
    let house = House::open(Config::default()).await;
    house.phone(PHONE).await;
    house.phone(PHONE).await;
    house.phone("0812345678").await;
    house.phone("0800000305").await;
    house.phone("0800100006").await;
    let expected = json!({
        "requests": 5,
        "charged": 3,
        "by_code": {"200": 3, "305": 1},
        "records": 2,
        "most_charges_for_one_record": 2,
    });
    assert_eq!(house.charges().await, expected);
    assert_eq!(house.charges().await, expected);
    assert_eq!(serde_json::from_str::<Value>(&house.charges.json()).unwrap(), expected);
}

#[tokio::test]
async fn each_charge_is_in_the_file_before_its_answer_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charges");
    let file = File::options().create(true).append(true).open(&path).unwrap();
    let house = House::open(Config { charges: Some(file), ..Config::default() }).await;
    // From sha256sum, over the bodies as they are sent.
    let guide = "0d933e9d5861ad8eb0ae33e6de04cc7233e5f21484b22f4ebd3428784b138ba5";
    let other = "85b34ecd8edad22442fbe3ddad3b094640713c837bef2e6dabdcf84583a30088";
    let mut expected = String::new();
    for (id_number, digest) in
        [("3310225629467", guide), ("0000000000009001", other), ("3310225629467", guide)]
    {
        let answer = house.ask(&post(&record(id_number, PHONE))).await.json();
        expected.extend([answer["sequence_id"].as_str().unwrap(), "\t", digest, "\n"]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
    }
    house.phone("0800000301").await;
    assert_eq!(std::fs::read_to_string(&path).unwrap(), expected, "uncharged, so not noted");
}

#[tokio::test]
async fn a_charge_that_cannot_be_noted_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("charges");
    File::create(&path).unwrap();
    let read_only = File::open(&path).unwrap();
    let house = House::open(Config { charges: Some(read_only), ..Config::default() }).await;
    let answer = house.phone(PHONE).await;
    assert_eq!(answer.status, 500);
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err(), "no code in it");
    let charges = house.charges().await;
    assert_eq!((&charges["charged"], &charges["by_code"]), (&json!(0), &json!({})));
    assert_eq!(house.phone("0800000301").await.code(), Some(301), "uncharged codes still come");
}

#[tokio::test]
async fn more_than_the_rate_is_blocked() {
    let limits = RequestLimits { rate_limit: Some(3), ..RequestLimits::default() };
    let house = House::open(Config { limits, ..Config::default() }).await;
    let start = Instant::now();
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(house.phone(PHONE).await.code().unwrap());
    }
    // On a machine so slow that the second has gone by there is nothing to see.
    if start.elapsed() < Duration::from_secs(1) {
        assert_eq!(codes, [200, 200, 200, 302]);
    }
}

#[tokio::test]
async fn more_at_once_than_allowed_are_told_that_it_is_busy() {
    let limits = RequestLimits { max_in_flight: Some(2), ..RequestLimits::default() };
    let latency = PATIENCE * 2;
    let house = House::open(Config { latency, limits, ..Config::default() }).await;
    let mut clients = Vec::new();
    for asked in 1..=3 {
        let mut client = house.connect().await;
        client.write_all(&post(&record("3310225629467", PHONE))).await.unwrap();
        until(|| house.charges.requests() == asked).await;
        clients.push(client);
    }
    assert_eq!(house.charges().await["by_code"], json!({"200": 2, "600": 1}));
    assert_eq!(house.charges.charged(), 2);
}

#[tokio::test]
async fn a_queue_makes_answers_wait_and_refuses_none() {
    let limits = RequestLimits { queue: Some(20.0), ..RequestLimits::default() };
    let house = House::open(Config { limits, ..Config::default() }).await;
    let start = Instant::now();
    let mut clients = Vec::new();
    for _ in 0..4 {
        let mut client = house.connect().await;
        client.write_all(&post(&record("3310225629467", PHONE))).await.unwrap();
        clients.push(client);
    }
    for client in &mut clients {
        assert_eq!(read_answer(client).await.code(), Some(200));
    }
    assert!(start.elapsed() >= Duration::from_millis(190), "{:?}", start.elapsed());
    assert_eq!(house.charges.charged(), 4);
}

#[tokio::test]
async fn the_daily_limit_holds_however_many_ask_at_once() {
    let house = House::open(Config { daily_limit: Some(5), ..Config::default() }).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = house.connect().await;
        client.write_all(&post(&record("3310225629467", PHONE))).await.unwrap();
        clients.push(client);
    }
    let mut codes = Vec::new();
    for client in &mut clients {
        codes.push(read_answer(client).await.code().unwrap());
    }
    codes.sort_unstable();
    assert_eq!(codes, [vec![200; 5], vec![305; 15]].concat());
    assert_eq!(house.charges.charged(), 5);
}

#[tokio::test]
async fn the_first_connections_are_dropped() {
    let house = House::open(Config { drop_connections: 2, ..Config::default() }).await;
    for _ in 0..2 {
        let mut client = house.connect().await;
        let mut got = Vec::new();
        soon(client.read_to_end(&mut got)).await.unwrap();
        assert!(got.is_empty());
    }
    assert_eq!(house.phone(PHONE).await.code(), Some(200));
    assert_eq!(house.charges.requests(), 1);
}

#[tokio::test]
async fn an_answer_waits_for_its_latency_but_the_charges_do_not() {
    let latency = Duration::from_millis(60);
    let house = House::open(Config { latency, ..Config::default() }).await;
    let start = Instant::now();
    let mut client = house.connect().await;
    client.write_all(&post(&record("3310225629467", PHONE))).await.unwrap();
    until(|| house.charges.charged() == 1).await;
    read_answer(&mut client).await;
    assert!(start.elapsed() >= latency, "{:?}", start.elapsed());

    let house = House::open(Config { latency: PATIENCE * 2, ..Config::default() }).await;
    assert_eq!(house.charges().await["requests"], 0);
}

#[tokio::test]
async fn who_hangs_up_while_waiting_has_paid() {
    let latency = PATIENCE * 2;
    let house = House::open(Config { latency, ..Config::default() }).await;
    let mut client = house.connect().await;
    client.write_all(&post(&record("3310225629467", PHONE))).await.unwrap();
    until(|| house.charges.requests() == 1).await;
    drop(client);
    assert_eq!(house.charges.charged(), 1);
}

#[tokio::test]
async fn a_body_in_pieces_is_the_same_record() {
    let house = House::open(Config::default()).await;
    let body = record("3310225629467", PHONE);
    house.ask(&post(&body)).await;
    let (left, right) = body.split_at(20);
    let chunked = format!(
        "POST /?partner_code=a&partner_key=b HTTP/1.1\r\nHost: x\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{left}\r\n{:x}\r\n{right}\r\n0\r\n\r\n",
        left.len(),
        right.len()
    );
    assert_eq!(house.ask(chunked.as_bytes()).await.code(), Some(200));
    assert_eq!(house.charges().await["most_charges_for_one_record"], 2);
}

#[tokio::test]
async fn a_body_that_did_not_arrive_whole_is_no_request() {
    let house = House::open(Config::default()).await;
    let mut client = house.connect().await;
    let request = post(&record("3310225629467", PHONE));
    client.write_all(&request[..request.len() - 1]).await.unwrap();
    client.shutdown().await.unwrap();
    let mut got = Vec::new();
    soon(client.read_to_end(&mut got)).await.unwrap();
    assert_eq!(house.charges.requests(), 0);
}

#[tokio::test]
async fn a_body_beyond_all_measure_is_refused_unread() {
    let house = House::open(Config::default()).await;
    let mut client = house.connect().await;
    let request = post(&" ".repeat(1024 * 1024 + 1));
    let (mut reader, mut writer) = client.split();
    // The sandbox may close before all of it is written.
    let (_, head) = tokio::join!(writer.write_all(&request), async {
        let mut head = [0; 12];
        soon(reader.read_exact(&mut head)).await.unwrap();
        head
    });
    assert_eq!(&head, b"HTTP/1.1 413");
    assert_eq!(house.charges.requests(), 0);
}

#[tokio::test]
async fn chance_strikes_at_the_wire_too() {
    let troubles = Troubles { fail_rate: 1.0, ..Troubles::default() };
    let config = Config { troubles, ..Config::default() };
    let house = House::open(config).await;
    for asked in 1..=20 {
        let mut client = house.connect().await;
        client.write_all(&post(&record("3310225629467", PHONE))).await.unwrap();
        until(|| house.charges.requests() == asked).await;
    }
    let charged = house.charges.charged();
    assert!(charged > 0 && charged < 20, "{charged} of 20 were charged");
}

#[tokio::test]
async fn shutting_down_drops_connections_and_returns() {
    let House { address, charges, stop, served } = House::open(Config::default()).await;
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(&post(&record("3310225629467", "0800100001"))).await.unwrap();
    until(|| charges.charged() == 1).await;
    stop.send(()).unwrap();
    soon(served).await.unwrap().unwrap();
    // Whether with FIN or RST: the client isn't left waiting.
    let _ = soon(client.read_u8()).await.unwrap_err();
    assert!(TcpStream::connect(address).await.is_err());
}
