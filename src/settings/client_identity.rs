//! Reads the certificate with which the client proves who it is (mutual TLS), and its key.

use std::fs;
use std::path::Path;

use reqwest::Identity;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use secrecy::zeroize::Zeroizing;

use crate::settings::SettingsError;

const CERTIFICATE: PemFile = PemFile {
    flag: "--client-cert",
    name: "the certificate file",
    hint: "it must hold the certificate in PEM form, from -----BEGIN CERTIFICATE----- to \
           -----END CERTIFICATE-----, and those between it and its authority after it",
};

const KEY: PemFile = PemFile {
    flag: "--client-key",
    name: "the key file",
    hint: "it must hold a private key in PEM form, from -----BEGIN PRIVATE KEY----- to \
           -----END PRIVATE KEY-----, without a passphrase",
};

/// Reads a certificate and its key, and checks that they belong together.
pub(super) fn read_identity(cert: &Path, key: &Path) -> Result<Identity, SettingsError> {
    let chain = CERTIFICATE.read(cert)?;
    let certificates = CertificateDer::pem_slice_iter(&chain).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| CERTIFICATE.error(cert, &error))?;
    if certificates.is_empty() {
        return Err(CERTIFICATE.error(cert, &"there is no certificate in it"));
    }
    let private = KEY.read(key)?;
    let parsed = PrivateKeyDer::from_pem_slice(&private);
    let parsed = parsed.map_err(|_| KEY.error(key, &"there is no private key in it"))?;
    let provider = rustls::crypto::ring::default_provider();
    match CertifiedKey::from_der(certificates, parsed, &provider) {
        Ok(_) => {}
        Err(rustls::Error::InconsistentKeys(_)) => {
            return Err(KEY.error(key, &"it is not the key of this certificate"));
        }
        Err(error) => return Err(KEY.error(key, &error)),
    }
    let both = Zeroizing::new([private.as_slice(), b"\n", &chain].concat());
    Identity::from_pem(&both).map_err(|error| KEY.error(key, &error.without_url()))
}

/// A kind of PEM file.
struct PemFile {
    flag: &'static str,
    name: &'static str,
    hint: &'static str,
}

impl PemFile {
    /// Reads a file, and refuses one that is cut off or needs a passphrase. The bytes are wiped
    /// when they are dropped.
    fn read(&self, file: &Path) -> Result<Zeroizing<Vec<u8>>, SettingsError> {
        let bytes = Zeroizing::new(fs::read(file).map_err(|error| self.error(file, &error))?);
        let count = |mark: &[u8]| memchr::memmem::find_iter(&bytes, mark).count();
        if count(b"-----BEGIN ") > count(b"-----END ") {
            return Err(self.error(file, &format!("{} is cut off", self.name)));
        }
        let encrypted = [&b"ENCRYPTED PRIVATE KEY-----"[..], b"Proc-Type: 4,ENCRYPTED"];
        if encrypted.iter().any(|mark| count(mark) > 0) {
            let why = "the key is encrypted, and idv asks for no passphrase: decrypt it into a file \
                       of your own, as with openssl pkey -in KEY -out PLAIN";
            return Err(self.error(file, &why));
        }
        Ok(bytes)
    }

    fn error(&self, file: &Path, why: &dyn ToString) -> SettingsError {
        let (flag, hint) = (self.flag, self.hint);
        SettingsError::ClientIdentity { flag, file: file.to_owned(), why: why.to_string(), hint }
    }
}
