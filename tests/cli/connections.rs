//! Connections: TLS with an authority of one's own, forward proxies, reuse and its end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rustls::version::{TLS12, TLS13};

use crate::support::server::json;
use crate::support::tls::{Authority, Proxy, Rule, TlsServer};
use crate::support::{Folder, NIK, PHONE, Sandbox, applicants, lines, stderr};

const LOCAL: &[&str] = &["127.0.0.1", "localhost"];

/// A sandbox behind TLS, and a folder with the authority's certificate.
fn behind_tls() -> (Sandbox, TlsServer, Folder) {
    let (sandbox, authority) = (Sandbox::start(), Authority::new());
    let certificate = authority.certificate(LOCAL);
    let tls = TlsServer::before(&sandbox.url, certificate, &[&TLS12, &TLS13]);
    let folder = Folder::at(&tls.url());
    authority.file(&folder);
    (sandbox, tls, folder)
}

#[test]
fn an_authority_of_ones_own_is_trusted_when_it_is_named() {
    for version in [&TLS12, &TLS13] {
        let (sandbox, authority) = (Sandbox::start(), Authority::new());
        let tls = TlsServer::before(&sandbox.url, authority.certificate(LOCAL), &[version]);
        let folder = Folder::at(&tls.url());
        authority.file(&folder);
        folder.verify(NIK, PHONE, &["--ca-cert", "ca.pem"]).code(0);
        assert_eq!(sandbox.charged(), 1);
    }
}

#[test]
fn a_batch_over_tls_keeps_its_connections() {
    let (sandbox, tls, folder) = behind_tls();
    folder.write("a.csv", applicants(200));
    folder.idv(&["batch", "a.csv", "-c", "4", "--ca-cert", "ca.pem"]).code(0);
    let handshakes = tls.handshakes.load(Ordering::SeqCst);
    assert!((1..=8).contains(&handshakes), "{handshakes} handshakes for 4 at once");
    assert_eq!(sandbox.charged(), 200);
}

#[test]
fn an_authority_that_nobody_knows_is_not_trusted_unless_it_is_named() {
    let (sandbox, _tls, folder) = behind_tls();
    let run = folder.verify(NIK, PHONE, &[]).code(5);
    assert!(stderr(&run).contains("no trusted TLS connection"), "{}", stderr(&run));
    assert_eq!(sandbox.charged(), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_system_without_certificates_trusts_those_in_the_program() {
    let (sandbox, _tls, folder) = behind_tls();
    let mut command =
        folder.command(&["verify", "--nik", NIK, "--phone", PHONE, "--name", "B", "-v"]);
    command.env("SSL_CERT_FILE", folder.path("absent")).env("SSL_CERT_DIR", folder.path("absent"));
    let run = assert_cmd::Command::from_std(command).assert().code(5);
    let text = stderr(&run);
    assert!(text.contains("this system has no certificates"), "{text}");
    assert!(text.contains("no trusted TLS connection"), "{text}");
    assert_eq!(sandbox.charged(), 0);
}

#[test]
fn a_file_without_certificates_is_refused_before_anything_is_sent() {
    let (sandbox, _tls, folder) = behind_tls();
    folder.write("empty.pem", "");
    folder.write("key.pem", "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n");
    for file in ["empty.pem", "key.pem", "missing.pem"] {
        let run = folder.verify(NIK, PHONE, &["--ca-cert", file]).code(2);
        let said = stderr(&run);
        assert!(said.contains(&format!("--ca-cert {file}: ")), "{said}");
        assert!(said.contains("-----BEGIN CERTIFICATE-----"), "{said}");
    }
    assert_eq!(sandbox.charged(), 0);
}

#[test]
fn a_named_proxy_is_gone_through_and_sees_neither_key_nor_person() {
    let (sandbox, tls, folder) = behind_tls();
    let proxy = Proxy::start(Rule::To(tls.address));
    folder.write("a.csv", applicants(20));
    let flags = ["--ca-cert", "ca.pem", "--proxy", &proxy.url(), "-c", "2"];
    folder.idv(&[&["batch", "a.csv"], &flags[..]].concat()).code(0);
    assert_eq!(sandbox.charged(), 20);
    let asked = proxy.asked();
    assert!(!asked.is_empty() && asked.len() <= 4, "{} tunnels", asked.len());
    for head in asked {
        assert!(head.starts_with(&format!("CONNECT {} HTTP/1.1\r\n", tls.address)), "{head}");
        assert!(!head.contains("demo") && !head.contains("partner"), "{head}");
    }
}

/// A host that only the proxy knows, as in a company's network.
#[test]
fn the_environments_proxy_is_gone_through_but_not_to_this_machine() {
    let (sandbox, authority) = (Sandbox::start(), Authority::new());
    let certificate = authority.certificate(&["endpoint.invalid"]);
    let tls = TlsServer::before(&sandbox.url, certificate, &[&TLS13]);
    let proxy = Proxy::start(Rule::To(tls.address));
    let folder = Folder::at("https://endpoint.invalid/api");
    authority.file(&folder);
    folder.write("a.csv", applicants(3));
    let run = |endpoint: Option<&str>, no_proxy: &str| {
        let flags = ["batch", "a.csv", "--ca-cert", "ca.pem", "--retries", "0", "--fresh"];
        let mut command = folder.command(&flags);
        command.env("HTTPS_PROXY", proxy.url()).env("HTTP_PROXY", proxy.url());
        command.env("NO_PROXY", no_proxy);
        if let Some(endpoint) = endpoint {
            command.env("IDV_ENDPOINT", endpoint);
        }
        assert_cmd::Command::from_std(command).assert()
    };
    run(None, "").code(0);
    assert_eq!(sandbox.charged(), 3);
    let asked = proxy.asked().len();
    assert!(asked >= 1 && proxy.asked()[0].starts_with("CONNECT endpoint.invalid:443 "));
    // This machine is reached without it.
    run(Some(&sandbox.url), "").code(0);
    assert_eq!(sandbox.charged(), 6);
    assert_eq!(proxy.asked().len(), asked);
}

#[test]
fn a_password_for_the_proxy_goes_to_the_proxy_and_nowhere_else() {
    let (sandbox, tls, folder) = behind_tls();
    // user:s3cret
    let proxy = Proxy::start(Rule::For("Basic dXNlcjpzM2NyZXQ=", tls.address));
    let url = format!("http://user:s3cret@{}", proxy.address);
    let run = folder.verify(NIK, PHONE, &["--ca-cert", "ca.pem", "--proxy", &url, "-vv"]).code(0);
    assert!(!stderr(&run).contains("s3cret"));
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn a_proxy_that_makes_no_sense_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let http = Folder::at(&sandbox.url);
    let https = Folder::at("https://endpoint.invalid/");
    for (folder, proxy, why) in [
        (&http, "http://127.0.0.1:1", "goes with https"),
        (&https, "socks5://user:s3cret@127.0.0.1:1", "must begin with http:// or https://"),
        (&https, "http://", "is no URL of a proxy"),
    ] {
        let run = folder.verify(NIK, PHONE, &["--proxy", proxy]).code(2);
        let said = stderr(&run);
        assert!(said.contains(why) && !said.contains("s3cret"), "{said}");
    }
    assert_eq!(sandbox.charged(), 0);
}

/// Whether a whole request came before the other side went away.
fn read_request(reader: &mut impl std::io::BufRead) -> bool {
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return false;
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).is_ok()
}

#[test]
fn an_idle_connection_is_closed_before_a_server_would_close_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::at(&format!("http://{}/", listener.local_addr().unwrap()));
    let mut idv = folder.command(&["batch", "-", "-c", "1"]);
    let idv = idv.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = idv.spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(applicants(1).as_bytes()).unwrap();
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(&stream);
    assert!(read_request(&mut reader));
    (&stream).write_all(json(r#"{"code":200,"result":"pass"}"#).as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains(r#""outcome":"pass""#), "{line}");
    // stdin stays open: it is the client that ends the connection.
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let idle = Instant::now();
    assert_eq!(reader.read(&mut [0; 1]).unwrap(), 0);
    let idle = idle.elapsed();
    assert!(idle < Duration::from_secs(12), "{idle:?}");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

/// Real programs: nginx with TLS before the sandbox, tinyproxy before nginx.
#[test]
fn nginx_and_tinyproxy_are_gone_through_where_they_are_installed() {
    if !(installed("nginx", "-v") && installed("tinyproxy", "-v")) {
        println!("skipped: nginx and tinyproxy are not both installed here");
        return;
    }
    let (sandbox, authority) = (Sandbox::start(), Authority::new());
    let (certificate, key) = authority.certificate(LOCAL);
    let folder = Folder::bare();
    authority.file(&folder);
    folder.write("key.pem", key.serialize_pem());
    folder.write("cert.pem", certificate.pem());
    let nginx = Program::nginx(&folder, &sandbox.url);
    let tinyproxy = Program::tinyproxy(&folder);
    folder.write("a.csv", applicants(300));
    let proxy = format!("http://127.0.0.1:{}", tinyproxy.port);
    let mut command = folder.command(&["batch", "a.csv", "--ca-cert", "ca.pem", "--proxy", &proxy]);
    command.env("IDV_ENDPOINT", format!("https://127.0.0.1:{}/", nginx.port));
    command.env("IDV_PARTNER_CODE", "demo").env("IDV_PARTNER_KEY", "demo-key");
    let run = assert_cmd::Command::from_std(command).assert().code(0);
    assert_eq!(lines(&run).len(), 300);
    assert_eq!(sandbox.charged(), 300);
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
}

fn installed(program: &str, flag: &str) -> bool {
    let mut command = std::process::Command::new(program);
    command.arg(flag).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// A server program on a port of its own; it ends with this value.
struct Program {
    child: std::process::Child,
    port: u16,
}

impl Program {
    fn nginx(folder: &Folder, behind: &str) -> Self {
        let port = free_port();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {name};"))
            .concat();
        folder.write(
            "nginx.conf",
            format!(
                "daemon off; master_process off; pid nginx.pid; error_log stderr crit;
                 events {{}}
                 http {{
                     access_log off; {temporary}
                     server {{
                         listen 127.0.0.1:{port} ssl;
                         ssl_certificate cert.pem; ssl_certificate_key key.pem;
                         location / {{ proxy_pass {behind}; }}
                     }}
                 }}"
            ),
        );
        let mut command = std::process::Command::new("nginx");
        command.arg("-p").arg(folder.dir.path()).args(["-c", "nginx.conf", "-e", "stderr"]);
        Self::spawn(command, port)
    }

    fn tinyproxy(folder: &Folder) -> Self {
        let port = free_port();
        let pid = folder.path("tinyproxy.pid");
        let text = format!(
            "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nLogLevel Critical\n\
             PidFile \"{}\"\n",
            pid.display()
        );
        let file = folder.write("tinyproxy.conf", text);
        let mut command = std::process::Command::new("tinyproxy");
        command.args(["-d", "-c"]).arg(file);
        Self::spawn(command, port)
    }

    fn spawn(mut command: std::process::Command, port: u16) -> Self {
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "{command:?} does not listen");
            std::thread::yield_now();
        }
        Self { child, port }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
