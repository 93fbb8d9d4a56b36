//! Parses the proxy, and reads the trusted certificates.

use std::fs;
use std::path::Path;

use reqwest::{Certificate, Proxy, Url};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::client::proxy::{self, ProxyError};
use crate::settings::SettingsError;

/// Finds the proxy: the flag's, else the environment's. An endpoint on this machine has none.
pub(super) fn find_proxy(
    flag: Option<&str>,
    endpoint: &Url,
    is_loopback: bool,
) -> Result<Option<Proxy>, SettingsError> {
    match flag {
        Some(_) if endpoint.scheme() == "http" => Err(SettingsError::Proxy(ProxyError::of_flag(
            "goes with https: an endpoint on this machine is reached without one",
        ))),
        Some(text) => {
            let parsed = proxy::parse(text).map_err(ProxyError::of_flag);
            parsed.map(Some).map_err(SettingsError::Proxy)
        }
        None if is_loopback => Ok(None),
        None => proxy::of_environment().map_err(SettingsError::Proxy),
    }
}

/// Reads the certificates that replace those of the system.
pub(super) fn read_certificates(file: &Path) -> Result<Vec<Certificate>, SettingsError> {
    let unusable = |why: &dyn ToString| SettingsError::Certificates {
        file: file.to_owned(),
        why: why.to_string(),
    };
    let text = fs::read(file).map_err(|error| unusable(&error))?;
    let count = |mark: &[u8]| memchr::memmem::find_iter(&text, mark).count();
    if count(b"-----BEGIN ") > count(b"-----END ") {
        return Err(unusable(&"the certificate file is cut off"));
    }
    let mut store = RootCertStore::empty();
    let mut roots = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|error| unusable(&error))?;
        roots.push(Certificate::from_der(&certificate).map_err(|error| unusable(&error))?);
        // The store refuses a certificate that can't be an authority. Here the error can name the
        // file.
        store.add(certificate).map_err(|error| unusable(&error))?;
    }
    if roots.is_empty() {
        return Err(unusable(&"there is no certificate in it"));
    }
    Ok(roots)
}
