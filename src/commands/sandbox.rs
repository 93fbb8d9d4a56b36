//! `idv sandbox`: the documented API on this machine, until Ctrl-C.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::Ipv4Addr;

use anyhow::{Context as _, bail};
use secrecy::SecretString;
use tokio::net::TcpListener;

use crate::cli::{self, SandboxArgs};
use crate::commands::endpoint::url_of;
use crate::exit::Exit;
use crate::output;
use crate::output::progress::Progress;
use crate::run::interrupt::Interrupts;
use crate::run::stop::StopSwitch;
use crate::sandbox::{
    Burst, Charges, Config, Dialect, FailKind, Partner, RequestLimits, Troubles, serve,
};
use crate::settings::{PARTNER_CODE, PARTNER_KEY};
use crate::words::Lang;

/// Serves until it is told to stop.
pub(crate) async fn run(args: SandboxArgs) -> anyhow::Result<Exit> {
    let interrupts = Interrupts::install().context("can't watch for Ctrl-C")?;
    let config = config(&args)?;
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await.with_context(|| {
            format!(
                "can't listen on port {} of 127.0.0.1 (choose another --port, or leave it out and \
                 take the one that is shown)",
                args.port
            )
        })?;
    let url = url_of(listener.local_addr()?)?;
    let mut out = output::stdout()?;
    writeln!(out, "listening on {url}").and_then(|()| out.flush())?;
    explain(args.lang.unwrap_or_default());
    let stop = StopSwitch::default();
    let first = async {
        tokio::select! {
            () = interrupts.watch(&stop, || ()) => {}
            () = stop.stopped() => {}
        }
    };
    serve(listener, config, Charges::default(), first).await.context("the sandbox broke off")?;
    Ok(Exit::Ok)
}

/// Explains the test values to a person at a terminal, who may hold a training.
fn explain(lang: Lang) {
    if io::stderr().is_terminal() {
        Progress::messages(false, lang).say(lang.words().sandbox_explained());
    }
}

fn config(args: &SandboxArgs) -> anyhow::Result<Config> {
    let charges = match &args.charges {
        None => None,
        Some(file) => {
            let opened = OpenOptions::new().append(true).create(true).open(file);
            Some(opened.with_context(|| format!("can't write the charges to {}", file.display()))?)
        }
    };
    Ok(Config {
        latency: args.latency,
        jitter: args.jitter,
        limits: RequestLimits {
            rate_limit: args.rate_limit,
            window: args.window,
            max_in_flight: args.max_in_flight,
            queue: args.queue,
        },
        daily_limit: args.daily_limit,
        troubles: troubles(args),
        drop_connections: args.drop_connections,
        dialect: match args.dialect {
            cli::Dialect::Guide => Dialect::Guide,
            cli::Dialect::Reason => Dialect::Reason,
            cli::Dialect::Detailed => Dialect::Detailed,
        },
        charges,
        partner: if args.check_partner { Some(partner()?) } else { None },
    })
}

fn troubles(args: &SandboxArgs) -> Troubles {
    let fail_kind = args.fail_kind.map(|kind| match kind {
        cli::FailKind::Code(code) => FailKind::Code(code),
        cli::FailKind::Close => FailKind::Close,
        cli::FailKind::Mixed => FailKind::Mixed,
    });
    let burst =
        args.burst.map(|cli::Burst { every, length, share }| Burst { every, length, share });
    Troubles { fail_rate: args.fail_rate, fail_kind, burst, outage: args.outage, seed: args.seed }
}

fn partner() -> anyhow::Result<Partner> {
    let get = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    match (get(PARTNER_CODE), get(PARTNER_KEY)) {
        (Some(code), Some(key)) => Ok(Partner { code, key: SecretString::from(key) }),
        _ => bail!(
            "--check-partner needs {PARTNER_CODE} and {PARTNER_KEY} in the environment\n\n  \
             hint: set both to what your client will send, or leave the flag out"
        ),
    }
}
