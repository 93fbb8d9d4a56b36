//! TLS to a team's database: which certificates are trusted, by the protection that is wanted.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use crate::ledger::team::address::{Protection, TeamAddress};
use crate::ledger::team::error::TeamError;
use crate::platform;

/// Makes the TLS settings of an address.
pub(super) fn config(address: &TeamAddress) -> Result<ClientConfig, TeamError> {
    let provider = Arc::new(ring::default_provider());
    let inner = match (address.protection, &address.authorities) {
        (Protection::None | Protection::Encrypted, _) => None,
        (_, Some(file)) => Some(verifier(roots(file)?, &provider)?),
        (_, None) => Some(system(&provider)?),
    };
    let any_name = address.protection < Protection::Host;
    let trust = Trust { inner, any_name, provider: Arc::clone(&provider) };
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| TeamError::Tls(error.to_string()))?;
    let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(trust));
    Ok(builder.with_no_client_auth())
}

type Inner = Arc<dyn ServerCertVerifier>;

fn verifier(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Inner, TeamError> {
    let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    Ok(built.build().map_err(|error| TeamError::Tls(error.to_string()))?)
}

/// The authorities of the system; those in the program where it has none.
fn system(provider: &Arc<CryptoProvider>) -> Result<Inner, TeamError> {
    if let Ok(system) = Verifier::new(Arc::clone(provider)) {
        return Ok(Arc::new(system));
    }
    let mut roots = RootCertStore::empty();
    for certificate in platform::built_in_certificates() {
        // One that can't be used is left out, as a system does it.
        let _ = roots.add(CertificateDer::from(certificate));
    }
    verifier(roots, provider)
}

fn roots(file: &Path) -> Result<RootCertStore, TeamError> {
    let unusable = |why: &dyn std::fmt::Display| {
        TeamError::Tls(format!("sslrootcert {}: {why}", file.display()))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unusable(&error))? {
        let certificate = certificate.map_err(|error| unusable(&error))?;
        roots.add(certificate).map_err(|error| unusable(&error))?;
    }
    if roots.is_empty() { Err(unusable(&"there is no certificate in it")) } else { Ok(roots) }
}

/// Trusts what libpq trusts under the same sslmode.
#[derive(Debug)]
struct Trust {
    /// `None` trusts any certificate: `sslmode=require`.
    inner: Option<Inner>,
    /// Whether the certificate of another host is fine: `sslmode=verify-ca`.
    any_name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(inner) = &self.inner else { return Ok(ServerCertVerified::assertion()) };
        let verified = inner.verify_server_cert(certificate, intermediates, name, ocsp, now);
        match verified {
            // The name is looked at last, when all else is fine.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.any_name => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
