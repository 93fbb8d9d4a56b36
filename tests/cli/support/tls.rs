//! What stands before an endpoint: a TLS server with an authority of its own, and a forward proxy.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::support::Folder;

/// A certificate authority that nobody knows.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// Its certificate as a file for `--ca-cert`.
    pub fn file(&self, folder: &Folder) -> PathBuf {
        folder.write("ca.pem", self.0.pem())
    }

    /// A certificate for these names, with its key.
    pub fn certificate(&self, names: &[&str]) -> (Certificate, KeyPair) {
        self.certificate_with(names, |_| {})
    }

    /// The same with something about it changed.
    pub fn certificate_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> (Certificate, KeyPair) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate, key)
    }
}

/// Runs a server's loop on a thread of its own; gives its address.
fn serve<F: Future<Output = ()> + Send + 'static>(
    each: impl Fn(TcpStream) -> F + Send + Sync + 'static,
) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(each(stream));
            }
        });
    });
    address
}

/// A TLS server that hands everything on to `behind`, an address. It counts its handshakes.
pub struct TlsServer {
    pub address: SocketAddr,
    pub handshakes: Arc<AtomicUsize>,
}

impl TlsServer {
    pub fn before(
        behind: &str,
        (certificate, key): (Certificate, KeyPair),
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Self::with_config(behind, config)
    }

    /// A server that demands a certificate of this authority from its clients.
    pub fn demanding(
        behind: &str,
        authority: &Authority,
        names: &[&str],
        version: &'static SupportedProtocolVersion,
    ) -> Self {
        let (certificate, key) = authority.certificate(names);
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = rustls::RootCertStore::empty();
        roots.add(authority.0.der().clone()).unwrap();
        let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::clone(&provider),
        );
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Self::with_config(behind, config)
    }

    fn with_config(behind: &str, config: ServerConfig) -> Self {
        let behind = behind.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let handshakes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&handshakes);
        let address = serve(move |stream| {
            let (acceptor, behind, counted) =
                (acceptor.clone(), behind.clone(), Arc::clone(&counted));
            async move {
                let mut tls = match acceptor.accept(stream).into_fallible().await {
                    Ok(tls) => tls,
                    // A client that does not trust us, or is not trusted, goes away here. Bytes that
                    // nobody reads would take our alert back on the way.
                    Err((_, mut stream)) => {
                        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
                        return;
                    }
                };
                counted.fetch_add(1, Ordering::SeqCst);
                let mut plain = TcpStream::connect(behind).await.unwrap();
                let _ = copy_bidirectional(&mut tls, &mut plain).await;
            }
        });
        Self { address, handshakes }
    }

    pub fn url(&self) -> String {
        format!("https://{}/", self.address)
    }
}

/// What a proxy does with a CONNECT.
#[derive(Clone, Copy)]
pub enum Rule {
    /// Connects whatever name was asked for to this address.
    To(SocketAddr),
    /// The same, for who gives this `Proxy-Authorization`.
    For(&'static str, SocketAddr),
    /// Answers with this line of status.
    Refuse(&'static str),
}

/// A forward proxy that remembers whom it was asked for.
pub struct Proxy {
    pub address: SocketAddr,
    asked: Arc<std::sync::Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn start(rule: Rule) -> Self {
        let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let address = serve(move |stream| connect(stream, rule, Arc::clone(&seen)));
        Self { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The request lines and headers that came, each tunnel's.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn connect(mut client: TcpStream, rule: Rule, seen: Arc<std::sync::Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match client.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let to = match rule {
        Rule::To(to) => Ok(to),
        Rule::For(who, to) if head.contains(who) => Ok(to),
        Rule::For(..) => Err("407 Proxy Authentication Required"),
        Rule::Refuse(status) => Err(status),
    };
    seen.lock().unwrap().push(head);
    match to {
        Ok(to) => {
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let mut server = TcpStream::connect(to).await.unwrap();
            let _ = copy_bidirectional(&mut client, &mut server).await;
        }
        Err(status) => {
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            client.write_all(answer.as_bytes()).await.unwrap();
        }
    }
}
