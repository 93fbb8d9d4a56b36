//! `PostgreSQL` servers in temporary folders, as an unprivileged user, on Unix sockets.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use crate::machine::wait_until;

/// A database on a server. The server ends with the last database on it.
pub struct Cluster {
    server: Arc<Server>,
    database: String,
}

/// A server that ends with this value.
struct Server {
    folder: TempDir,
    programs: PathBuf,
    options: String,
    port: u16,
}

/// The server of all tests that neither stop it nor change its settings.
static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

static DATABASES: AtomicU32 = AtomicU32::new(0);

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

/// A folder for a server: in memory where there is room, which is faster and as durable as the machine.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map_or(0, |found| found.f_bavail * found.f_frsize);
    if room > 2 << 30 {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// The files of a new server, made once for all runs of the tests.
fn template(programs: &Path) -> PathBuf {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap();
    let name = programs.display().to_string().replace('/', "-");
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("postgres{name}"));
    if !made.exists() {
        let folder = new_files(programs);
        let part = made.with_extension(std::process::id().to_string());
        copy(&folder.path().join("data"), &part);
        // Another process may have been faster.
        let _ = std::fs::rename(&part, &made);
    }
    made
}

/// A folder with the files of a new server, under an identifier of their own.
fn new_files(programs: &Path) -> TempDir {
    let folder = folder();
    give(folder.path());
    let mut init = unprivileged(&programs.join("initdb"));
    init.args(["--no-sync", "-A", "trust", "-U", "idv", "-E", "UTF8", "--locale=C", "-D"]);
    init.arg(folder.path().join("data")).current_dir(folder.path());
    done(init);
    folder
}

fn copy(from: &Path, to: &Path) {
    let mut copy = Command::new("cp");
    copy.arg("-a").arg(from).arg(to);
    done(copy);
}

impl Server {
    fn start(options: &str, port: u16, add: impl FnOnce(&Path)) -> Option<Self> {
        let programs = programs()?;
        let folder = folder();
        copy(&template(&programs), &folder.path().join("data"));
        Some(Self::with_files(folder, programs, options, port, add))
    }

    /// Starts it, now that its files are there.
    fn with_files(
        folder: TempDir,
        programs: PathBuf,
        options: &str,
        port: u16,
        add: impl FnOnce(&Path),
    ) -> Self {
        give(folder.path());
        let server = Self { folder, programs, options: options.to_owned(), port };
        add(&server.data());
        server.control(&["-w", "start"]);
        server
    }

    /// The shared one.
    fn shared() -> Option<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start("", 5432, |_| {})?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self, words: &[&str]) {
        let mut command = unprivileged(&self.programs.join("pg_ctl"));
        let socket = self.folder.path().display();
        let options = format!("-k {socket} -c listen_addresses= {}", self.options);
        command.current_dir(self.folder.path());
        command.arg("-D").arg(self.data()).args(["-o", &options, "-l"]);
        command.arg(self.folder.path().join("log")).args(words);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        assert!(command.status().unwrap().success(), "pg_ctl {words:?}");
    }
}

impl Cluster {
    /// A server of its own, with an empty database.
    pub fn own() -> Option<Self> {
        Some(Self::on(Arc::new(Server::start("", 5432, |_| {})?)))
    }

    /// A server of its own with another identifier: no copy of the files of the others.
    pub fn elsewhere() -> Option<Self> {
        let programs = programs()?;
        let server = Server::with_files(new_files(&programs), programs, "", 5432, |_| {});
        Some(Self::on(Arc::new(server)))
    }

    /// A server of its own, with a team's ledger of kind sandbox and the roles.
    pub fn own_with_ledger() -> Option<Self> {
        let cluster = Self::own()?;
        cluster.init(&["--roles"]);
        Some(cluster)
    }

    /// An empty database.
    pub fn empty() -> Option<Self> {
        Some(Self::on(Server::shared()?))
    }

    /// A database with a team's ledger of kind sandbox.
    pub fn with_ledger() -> Option<Self> {
        let cluster = Self::empty()?;
        cluster.init(&[]);
        Some(cluster)
    }

    /// A server of its own that also listens on this machine, with this certificate and key.
    pub fn with_tls(certificate: &str, key: &str) -> Option<Self> {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let options = format!("-c listen_addresses=127.0.0.1 -c ssl=on -p {port}");
        let server = Server::start(&options, port, |data| {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::write(data.join("server.crt"), certificate).unwrap();
            std::fs::write(data.join("server.key"), key).unwrap();
            let private = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(data.join("server.key"), private).unwrap();
            give(data);
        });
        Some(Self::on(Arc::new(server?)))
    }

    fn on(server: Arc<Server>) -> Self {
        let database = format!("idv{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let cluster = Self { server, database };
        cluster.sql_in("postgres", &format!("CREATE DATABASE {}", cluster.database));
        cluster
    }

    /// Makes the ledger.
    pub fn init(&self, more: &[&str]) {
        let folder = crate::support::Folder::bare();
        let words = ["ledger", "init", "--sandbox", "--ledger", &self.url()];
        folder.idv(&[&words, more].concat()).success();
    }

    /// Takes a silent run for dead after so many seconds, not 60.
    pub fn hasten(&self, seconds: u32) {
        self.sql(&format!(
            "CREATE OR REPLACE FUNCTION idv.dead_after() RETURNS interval LANGUAGE sql IMMUTABLE
                 AS $$ SELECT interval '{seconds} seconds' $$"
        ));
    }

    pub fn database(&self) -> &str {
        &self.database
    }

    /// The address over TCP, with this sslmode.
    pub fn tls_url(&self, host: &str, mode: &str) -> String {
        let Self { server, database } = self;
        format!("postgres://idv@{host}:{}/{database}?sslmode={mode}", server.port)
    }

    /// The folder of the socket.
    pub fn folder(&self) -> &Path {
        self.server.folder.path()
    }

    pub fn socket(&self) -> PathBuf {
        self.folder().join(format!(".s.PGSQL.{}", self.server.port))
    }

    /// `pg_ctl`, for a server of its own.
    pub fn control(&self, words: &[&str]) {
        self.server.control(words);
    }

    /// Stops the server and recovers it from its own log, as after a failover: on a new timeline.
    pub fn recover(&self) {
        self.control(&["-m", "fast", "-w", "stop"]);
        let data = self.server.data();
        std::fs::write(data.join("recovery.signal"), "").unwrap();
        give(&data);
        let settings = data.join("postgresql.auto.conf");
        std::fs::write(&settings, "restore_command = 'false'\n").unwrap();
        self.control(&["-w", "start"]);
        wait_until(|| self.sql("SELECT pg_is_in_recovery()") == "f");
    }

    /// Makes the server a standby, which follows nobody.
    pub fn make_standby(&self) {
        self.control(&["-m", "fast", "-w", "stop"]);
        let data = self.server.data();
        std::fs::write(data.join("standby.signal"), "").unwrap();
        give(&data);
        self.control(&["-w", "start"]);
    }

    /// The address of the ledger.
    pub fn url(&self) -> String {
        self.url_as("idv")
    }

    /// The address for another user.
    pub fn url_as(&self, user: &str) -> String {
        let Self { server, database } = self;
        format!(
            "postgres://{user}@/{database}?host={}&port={}",
            self.folder().display(),
            server.port
        )
    }

    /// What a statement answers, without decoration.
    #[track_caller]
    pub fn sql(&self, statement: &str) -> String {
        self.sql_in(&self.database, statement)
    }

    #[track_caller]
    pub fn sql_in(&self, database: &str, statement: &str) -> String {
        let mut psql = self.client("psql");
        psql.args(["-AXqt", "-v", "ON_ERROR_STOP=1", "-U", "idv", "-d", database, "-c", statement]);
        String::from_utf8(done(psql).stdout).unwrap().trim().to_owned()
    }

    /// Runs the statements of a file, all or none.
    #[track_caller]
    pub fn sql_file(&self, file: &Path) {
        let mut psql = self.client("psql");
        psql.args(["-1", "-qX", "-v", "ON_ERROR_STOP=1", "-U", "idv", "-d", &self.database, "-f"]);
        psql.arg(file);
        done(psql);
    }

    /// The same with the text itself.
    #[track_caller]
    pub fn sql_file_text(&self, text: &str) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        self.sql_file(file.path());
    }

    /// What `pg_dump` writes.
    #[track_caller]
    pub fn dump(&self, more: &[&str]) -> String {
        let mut dump = self.client("pg_dump");
        dump.args(["-U", "idv", "-d", &self.database]).args(more);
        String::from_utf8(done(dump).stdout).unwrap()
    }

    /// A program of the client's side.
    fn client(&self, name: &str) -> Command {
        let own = self.server.programs.join(name);
        let mut command = if own.exists() { Command::new(own) } else { Command::new(name) };
        command.arg("-h").arg(self.folder()).args(["-p", &self.server.port.to_string()]);
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

impl Drop for Server {
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
