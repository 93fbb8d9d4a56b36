//! A `PostgreSQL` server in a temporary folder, as an unprivileged user, on a Unix socket.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A server that ends with this value.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    options: String,
    port: u16,
}

/// The folder of the server's programs; says so if there are none.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    let found = folders.into_iter().rev().find(|folder| folder.join("initdb").exists());
    if found.is_none() {
        println!("skipped: the server programs of PostgreSQL are not installed here");
    }
    found
}

/// A program as a user that is not root: a server refuses root.
pub fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
    command
}

pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// Gives a folder to the unprivileged user.
pub fn give(folder: &Path) {
    if is_root() {
        let given = Command::new("chown").arg("-R").arg("65534:65534").arg(folder).status();
        assert!(given.unwrap().success());
    }
}

#[track_caller]
pub fn done(mut command: Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {said}{}",
        String::from_utf8_lossy(&output.stdout)
    );
    output
}

impl Cluster {
    /// Starts a server with an empty database `idv` of the user `idv`, if the programs are there.
    pub fn start() -> Option<Self> {
        Self::with("")
    }

    /// Starts one with more options.
    pub fn with(options: &str) -> Option<Self> {
        Self::prepare(options, 5432, |_| {})
    }

    /// Starts one that also listens on this machine, with this certificate and key.
    pub fn with_tls(certificate: &str, key: &str) -> Option<Self> {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let options = format!("-c listen_addresses=127.0.0.1 -c ssl=on -p {port}");
        Self::prepare(&options, port, |data| {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::write(data.join("server.crt"), certificate).unwrap();
            std::fs::write(data.join("server.key"), key).unwrap();
            let private = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(data.join("server.key"), private).unwrap();
            give(data);
        })
    }

    fn prepare(options: &str, port: u16, add: impl FnOnce(&Path)) -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::tempdir().unwrap();
        give(folder.path());
        let cluster = Self { folder, programs, options: options.to_owned(), port };
        let mut init = cluster.program("initdb");
        init.args(["--no-sync", "-A", "trust", "-U", "idv", "-E", "UTF8", "--locale=C", "-D"]);
        init.arg(cluster.data());
        done(init);
        add(&cluster.data());
        cluster.control(&["-w", "start"]);
        cluster.sql_in("postgres", "CREATE DATABASE idv");
        Some(cluster)
    }

    /// Starts one with a team's ledger of kind sandbox.
    pub fn with_ledger() -> Option<Self> {
        let cluster = Self::start()?;
        cluster.init();
        Some(cluster)
    }

    /// Makes the ledger.
    pub fn init(&self) {
        let folder = crate::support::Folder::bare();
        folder.idv(&["ledger", "init", "--sandbox", "--roles", "--ledger", &self.url()]).success();
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The address over TCP, with this sslmode.
    pub fn tls_url(&self, host: &str, mode: &str) -> String {
        format!("postgres://idv@{host}:{}/idv?sslmode={mode}", self.port)
    }

    /// The folder of the socket.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(format!(".s.PGSQL.{}", self.port))
    }

    fn program(&self, name: &str) -> Command {
        let mut command = unprivileged(&self.programs.join(name));
        command.current_dir(self.folder.path());
        command
    }

    /// `pg_ctl`.
    pub fn control(&self, words: &[&str]) {
        let mut command = self.program("pg_ctl");
        let socket = self.folder.path().display();
        let options = format!("-k {socket} -c listen_addresses= {}", self.options);
        command.arg("-D").arg(self.data()).args(["-o", &options, "-l"]);
        command.arg(self.folder.path().join("log")).args(words);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        assert!(command.status().unwrap().success(), "pg_ctl {words:?}");
    }

    /// The address of the ledger.
    pub fn url(&self) -> String {
        self.url_as("idv")
    }

    /// The address for another user.
    pub fn url_as(&self, user: &str) -> String {
        format!("postgres://{user}@/idv?host={}&port={}", self.folder.path().display(), self.port)
    }

    /// What a statement answers, without decoration.
    #[track_caller]
    pub fn sql(&self, statement: &str) -> String {
        self.sql_in("idv", statement)
    }

    #[track_caller]
    pub fn sql_in(&self, database: &str, statement: &str) -> String {
        let mut psql = self.client("psql");
        psql.args(["-AXqt", "-v", "ON_ERROR_STOP=1", "-U", "idv", "-d", database, "-c", statement]);
        String::from_utf8(done(psql).stdout).unwrap().trim().to_owned()
    }

    /// A program of the client's side.
    pub fn client(&self, name: &str) -> Command {
        let own = self.programs.join(name);
        let mut command = if own.exists() { Command::new(own) } else { Command::new(name) };
        command.arg("-h").arg(self.folder.path()).args(["-p", &self.port.to_string()]);
        command
    }

    /// A number that a query answers.
    #[track_caller]
    pub fn count(&self, query: &str) -> u64 {
        self.sql(query).parse().unwrap()
    }

    /// Calls without an end.
    pub fn open_calls(&self) -> u64 {
        self.count("SELECT count(*) FROM idv.calls c LEFT JOIN idv.answers a ON a.call = c.id WHERE a.call IS NULL")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        if let Some(pid) = pid.lines().next() {
            let _ = Command::new("kill").args(["-QUIT", pid]).status();
            // Its files are taken away only when it is gone.
            for _ in 0..100 {
                if !self.data().join("postmaster.pid").exists() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
    }
}
