//! What the tests stand on: a sandbox in a process of its own, a server that says what it is told
//! to, and the program in a folder of its own.

pub mod server;
pub mod tls;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use assert_cmd::assert::Assert;
use serde_json::Value;
use tempfile::TempDir;

/// A NIK of a district that does not exist.
pub const NIK: &str = "3310990101900001";
pub const PHONE: &str = "081234567890";
pub const NAME: &str = "Budi Contoh";

/// A sandbox in a process of its own; it ends with this value.
pub struct Sandbox {
    child: Child,
    pub url: String,
}

impl Sandbox {
    pub fn start() -> Self {
        Self::with(&[])
    }

    pub fn with(flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idv"));
        command.arg("sandbox").args(flags);
        Self::spawn(command)
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url }
    }

    /// What `GET /charges` says.
    pub fn charges(&self) -> Value {
        let address = self.url.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /charges HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// How many calls it charged.
    pub fn charged(&self) -> u64 {
        self.charges()["charged"].as_u64().unwrap()
    }

    /// How many requests it got.
    pub fn requests(&self) -> u64 {
        self.charges()["requests"].as_u64().unwrap()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A folder of its own, with credentials and no settings from outside.
pub struct Folder {
    pub dir: TempDir,
    endpoint: Option<String>,
}

impl Folder {
    /// For runs against this endpoint.
    pub fn at(endpoint: &str) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), endpoint: Some(endpoint.to_owned()) }
    }

    /// Without endpoint and credentials.
    pub fn bare() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), endpoint: None }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program as a plain command.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_idv"));
        command.args(args).current_dir(self.dir.path());
        for variable in ["XDG_STATE_HOME", "LOCALAPPDATA"] {
            command.env(variable, self.dir.path().join("state"));
        }
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("IDV_") || text.to_lowercase().ends_with("_proxy") {
                command.env_remove(name);
            }
        }
        // Messages are English, and times UTC, wherever the tests run.
        command.env("LC_ALL", "C").env_remove("TZ");
        // A process without memory can't end while it captures where an error came from.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        if let Some(endpoint) = &self.endpoint {
            command.env("IDV_ENDPOINT", endpoint);
            command.env("IDV_PARTNER_CODE", "demo").env("IDV_PARTNER_KEY", "demo-key");
        }
        command
    }

    /// Runs the program to its end.
    pub fn idv(&self, args: &[&str]) -> Assert {
        assert_cmd::Command::from_std(self.command(args)).assert()
    }

    /// Runs `idv verify` for the usual person.
    pub fn verify(&self, nik: &str, phone: &str, more: &[&str]) -> Assert {
        let record = ["verify", "--nik", nik, "--phone", phone, "--name", NAME];
        self.idv(&[&record, more].concat())
    }
}

/// What a run wrote to stdout, as JSON Lines.
pub fn lines(assert: &Assert) -> Vec<Value> {
    jsonl(&stdout(assert))
}

pub fn jsonl(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

pub fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// A CSV of so many applicants who all pass.
pub fn applicants(count: u64) -> String {
    let row = |n: u64| {
        format!("331099010190{:04},08{:010},Contoh {n}\n", 1 + n % 8999, 1_200_000_000 + n)
    };
    (1..=count).map(row).fold("nik,phone,name\n".to_owned(), |text, row| text + &row)
}

/// A CSV with one applicant for each of these phones.
pub fn with_phones(phones: &[&str]) -> String {
    let rows = phones.iter().enumerate();
    rows.fold("nik,phone,name\n".to_owned(), |text, (i, phone)| {
        text + &format!("33109901019{:05},{phone},Contoh {i}\n", 10 + i)
    })
}

/// A results CSV as maps from column to cell.
pub fn table(text: &str, delimiter: u8) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// Whether there is the device on which there is never any room.
pub fn has_dev_full() -> bool {
    let is_there = Path::new("/dev/full").exists();
    if !is_there {
        println!("skipped: there is no /dev/full here");
    }
    is_there
}

/// The file mode's permission bits.
#[cfg(unix)]
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
