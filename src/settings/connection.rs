//! Parses the proxy, and reads the trusted certificates.

use std::fs;
use std::path::Path;

use reqwest::{Certificate, Proxy, Url};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::settings::SettingsError;

/// Parses the URL of a proxy. It goes before the proxy variables of the environment.
pub(super) fn parse_proxy(text: &str, endpoint: &Url) -> Result<Proxy, SettingsError> {
    if endpoint.scheme() == "http" {
        return Err(SettingsError::Proxy(
            "goes with https: an endpoint on this machine is reached without one",
        ));
    }
    let scheme = text.split_once("://").map_or("http", |(scheme, _)| scheme);
    if !matches!(scheme, "http" | "https") {
        return Err(SettingsError::Proxy("must begin with http:// or https://"));
    }
    Proxy::all(text.trim()).map_err(|_| SettingsError::Proxy("is no URL of a proxy"))
}

/// Reads the certificates that replace those of the system.
pub(super) fn read_certificates(file: &Path) -> Result<Vec<Certificate>, SettingsError> {
    let unusable = |why: &dyn ToString| SettingsError::Certificates {
        file: file.to_owned(),
        why: why.to_string(),
    };
    let text = fs::read(file).map_err(|error| unusable(&error))?;
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
