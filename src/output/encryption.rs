//! Encrypts outputs as age files, so that nothing plain is on the disk.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::iter;
use std::sync::{Arc, Mutex, PoisonError};

use age::stream::StreamWriter;
use age::x25519::{Identity, Recipient};
use age::{Decryptor, EncryptError, Encryptor};
use age_core::format::{FileKey, Stanza};

/// The first line of every age file.
const FIRST_LINE: &str = "age-encryption.org/v1\n";

/// The tag of a line in the header by which idv knows its own files. Other programs skip it.
const MARK: &str = "idv-output";

/// The recipients of the encrypted outputs of a run.
#[derive(Clone)]
pub(crate) struct Encryption {
    recipients: Vec<Recipient>,
    /// Reads the rows of a workbook back at the end of the run. It is never written.
    own: Identity,
}

impl std::fmt::Debug for Encryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encryption(..)")
    }
}

/// A text that is no recipient. The text is not shown, since it may be a secret key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecipientError {
    /// It is a secret key.
    #[error(
        "recipient {0} of --encrypt-to is a secret key\n\n  \
         hint: give its public key, which begins with age1: age-keygen -y FILE prints it"
    )]
    SecretKey(usize),
    /// It can't be read.
    #[error(
        "recipient {0} of --encrypt-to can't be read\n\n  \
         hint: give the public key of the person who will read the file, whole: it begins with age1"
    )]
    Unreadable(usize),
}

impl Encryption {
    /// Parses the recipients. Returns `None` if there are none.
    pub(crate) fn to(recipients: &[String]) -> Result<Option<Self>, RecipientError> {
        let parse = |(number, text): (usize, &String)| {
            let text = text.trim();
            if text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY") {
                return Err(RecipientError::SecretKey(number));
            }
            text.parse().map_err(|_| RecipientError::Unreadable(number))
        };
        let recipients = (1..).zip(recipients).map(parse).collect::<Result<Vec<_>, _>>()?;
        if recipients.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self { recipients, own: Identity::generate() }))
    }

    /// Begins an encrypted file that only the recipients can read.
    pub(super) fn begin(&self, file: File) -> io::Result<EncryptedFile> {
        self.begin_for(file, &[])
    }

    /// Begins an encrypted file that this run can read too.
    pub(super) fn begin_readable(&self, file: File) -> io::Result<EncryptedFile> {
        self.begin_for(file, &[self.own.to_public()])
    }

    fn begin_for(&self, file: File, more: &[Recipient]) -> io::Result<EncryptedFile> {
        let all = self.recipients.iter().chain(more).map(|it| it as &dyn age::Recipient);
        let mark: &dyn age::Recipient = &Mark;
        let encryptor = Encryptor::with_recipients(all.chain(iter::once(mark)));
        let encryptor = encryptor.map_err(io::Error::other)?;
        Ok(EncryptedFile(Arc::new(Mutex::new(Some(encryptor.wrap_output(file)?)))))
    }

    /// Reads a file that this run can read.
    pub(super) fn read(&self, file: File) -> io::Result<impl Read + use<>> {
        let decryptor = Decryptor::new_buffered(BufReader::new(file)).map_err(io::Error::other)?;
        let own: &dyn age::Identity = &self.own;
        decryptor.decrypt(iter::once(own)).map_err(io::Error::other)
    }
}

/// Whether a file that begins so is an encrypted output of idv.
pub(super) fn is_encrypted_output(beginning: &str) -> bool {
    beginning.starts_with(FIRST_LINE) && beginning.contains(&format!("\n-> {MARK}\n"))
}

/// Adds the mark of idv to the header. It holds nothing of the key.
struct Mark;

impl age::Recipient for Mark {
    fn wrap_file_key(&self, _: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let mark = Stanza { tag: MARK.to_owned(), args: Vec::new(), body: Vec::new() };
        Ok((vec![mark], HashSet::new()))
    }
}

/// A file that is being encrypted. All clones write to the same one.
#[derive(Clone)]
pub(super) struct EncryptedFile(Arc<Mutex<Option<StreamWriter<File>>>>);

impl std::fmt::Debug for EncryptedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EncryptedFile(..)")
    }
}

impl EncryptedFile {
    /// Takes the place of a stream whose file was emptied.
    pub(super) fn restart(&self, anew: &Self) {
        let anew = anew.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = anew;
    }

    /// Writes the last chunk. Without it the file counts as cut off.
    pub(super) fn finish(&self) -> io::Result<()> {
        let stream = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        stream.map_or(Ok(()), |stream| stream.finish().map(drop))
    }
}

impl Write for EncryptedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(stream) => stream.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Age encrypts chunks of 64 KiB: a part of one waits in memory.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
