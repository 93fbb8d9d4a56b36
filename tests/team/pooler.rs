//! A pooler in transaction mode between the runs and the database.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::cluster::{Cluster, give, unprivileged};
use crate::machine::{Machine, assert_paid_once, finish, wait_until};
use crate::support::{Sandbox, applicants};

struct Pooler {
    child: Child,
    folder: tempfile::TempDir,
}

impl Pooler {
    /// Starts one, if it is installed.
    fn before(cluster: &Cluster) -> Option<Self> {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].map(Path::new);
        let Some(program) = program.into_iter().find(|program| program.exists()) else {
            println!("skipped: pgbouncer is not installed here");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let (own, server) = (folder.path().display(), cluster.folder().display());
        let database = cluster.database();
        let settings = format!(
            "[databases]\nidv = host={server} dbname={database}\n[pgbouncer]\npool_mode = transaction\n\
             listen_addr =\nlisten_port = 6432\nunix_socket_dir = {own}\nauth_type = trust\n\
             auth_file = {own}/users\ndefault_pool_size = 3\nlogfile = {own}/log\n"
        );
        std::fs::write(folder.path().join("pooler.ini"), settings).unwrap();
        std::fs::write(folder.path().join("users"), "\"idv\" \"\"\n").unwrap();
        give(folder.path());
        let mut command = unprivileged(program);
        command.arg(folder.path().join("pooler.ini")).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let pooler = Self { child, folder };
        wait_until(|| pooler.folder.path().join(".s.PGSQL.6432").exists());
        Some(pooler)
    }

    fn url(&self) -> String {
        format!("postgres://idv@/idv?host={}&port=6432", self.folder.path().display())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_pooler_in_transaction_mode_works() {
    let Some(cluster) = Cluster::empty() else { return };
    let Some(pooler) = Pooler::before(&cluster) else { return };
    let sandbox = Sandbox::with(&["--latency", "5ms"]);
    let machines = [(); 2].map(|()| Machine::new(&sandbox, &pooler.url()));
    let url = pooler.url();
    let idv = |words: &[&str]| machines[0].folder.idv(&[words, &["--ledger", &url]].concat());
    idv(&["ledger", "init", "--sandbox"]).success();
    idv(&["ledger", "doctor"]).success();
    let rows = applicants(2000);
    let begin = |machine: &Machine| machine.batch(&rows, &["-c", "16"]).spawn().unwrap();
    let mut runs = machines.each_ref().map(begin);
    wait_until(|| sandbox.requests() > 200);
    runs[0].kill().unwrap();
    runs[0].wait().unwrap();
    // Its machine starts again, and says at once that it is dead.
    runs[0] = begin(&machines[0]);
    for run in runs {
        let (code, said) = finish(run);
        assert!([0, 4].contains(&code), "{said}");
    }
    assert!(machines[0].outcomes("unknown") <= 16);
    assert_eq!(machines[0].outcomes("pass") + machines[0].outcomes("unknown"), 2000);
    assert_eq!(cluster.open_calls(), machines[0].outcomes("unknown"));
    assert_paid_once(&sandbox);
}
