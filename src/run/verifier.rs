//! The front door of the library: verifies records at one endpoint, with one ledger.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc;

use crate::checks;
use crate::client::endpoint_url::EndpointError;
use crate::client::{self, Client};
use crate::ledger::{self, Kind, Ledger, LedgerError};
use crate::model::explanation::Explanation;
use crate::model::outcome::Outcome;
use crate::model::problem::{Level, Problem};
use crate::model::record::Record;
use crate::model::row::Row;
use crate::model::send_error::SendError;
use crate::model::stop_reason::StopReason;
use crate::model::verdict::Verdict;
use crate::run::pacing::{Concurrency, SharedStatus};
use crate::run::pipeline::Pipeline;
use crate::run::retry::RetryPolicy;
use crate::run::send_options::SendOptions;
use crate::run::stop::{StopSwitch, run_end};
use crate::run::stream::{self, FinishedRow, RowSource, StreamLimits};

/// Verifies records at one endpoint, with one ledger. Made by [`Verifier::builder`]; needs a tokio
/// runtime with I/O and time.
///
/// Each record is normalised and checked, looked up in the ledger, and only then sent. The ledger
/// has the intent on disk before the request leaves, and the answer before [`verify`](Self::verify)
/// returns it. The same record again costs nothing.
pub struct Verifier {
    pipeline: Arc<Pipeline>,
    run: ledger::Run,
    stop: StopSwitch,
    concurrency: usize,
}

/// Settings of a [`Verifier`].
#[must_use]
pub struct VerifierBuilder {
    endpoint: String,
    partner_code: String,
    partner_key: SecretString,
    ledger: Option<PathBuf>,
    timeout: Duration,
    options: SendOptions,
}

/// The reason why a verifier could not be built. Its text shows no credentials.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// The URL can't be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// No ledger was named, or no account.
    #[error("the verifier has no {0}")]
    Missing(&'static str),
    /// The HTTP client can't be made, for want of the system's certificates for instance.
    #[error("the connection can't be set up: {0}")]
    Client(String),
    /// The ledger can't be opened or written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<SendError> for VerifierError {
    fn from(error: SendError) -> Self {
        Self::Client(error.to_string())
    }
}

/// A record of a stream with its verdict.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Position of the record in the stream, from 1.
    pub number: u64,
    /// The record as it is sent: normalised.
    pub record: Record,
    /// The problems that the checks found.
    pub problems: Vec<Problem>,
    /// The verdict. It is on disk.
    pub verdict: Verdict,
}

/// The verdicts on many records, in the order in which they come. Dropping it ends the stream: no
/// further record is taken, and the few already taken are still verified.
pub struct Verdicts {
    finished: mpsc::UnboundedReceiver<FinishedRow>,
    stop: StopSwitch,
    dropped: Arc<AtomicBool>,
}

impl Verifier {
    /// Begins with the endpoint's URL: `https`, or `http` on this machine.
    pub fn builder(endpoint: &str) -> VerifierBuilder {
        let policy = RetryPolicy::new(4, None);
        VerifierBuilder {
            endpoint: endpoint.to_owned(),
            partner_code: String::new(),
            partner_key: SecretString::default(),
            ledger: None,
            timeout: Duration::from_secs(30),
            options: SendOptions {
                policy,
                concurrency: Concurrency::Fixed(8),
                ..SendOptions::default()
            },
        }
    }

    /// Makes a verifier for a run of the ledger that has begun. `status` shows its pace.
    pub(crate) fn new(
        client: Client,
        run: ledger::Run,
        options: SendOptions,
        stop: StopSwitch,
        status: SharedStatus,
    ) -> Self {
        let concurrency = options.concurrency.most();
        let pipeline = Pipeline::new(client, run.clone(), options, stop.clone(), status);
        Self { pipeline: Arc::new(pipeline), run, stop, concurrency }
    }

    /// Verifies one record. Never fails: whatever happens is an [`Outcome`]. An
    /// [`Outcome::Unknown`] may have been charged, and is not sent again unless you ask for it.
    pub async fn verify(&self, record: &Record) -> Verdict {
        let row = checked_row(1, record.clone());
        let verdict = self.verify_row(&row).await;
        with_problems(verdict, &row.problems)
    }

    /// Verifies a row that is checked already.
    pub(crate) async fn verify_row(&self, row: &Row) -> Verdict {
        self.pipeline.verify(row).await.on_disk(&self.stop).await
    }

    /// Verifies many records, several at a time, in flat memory: records are taken from the
    /// iterator as their verdicts are taken from the stream.
    pub fn verify_all<I>(&self, records: I) -> Verdicts
    where
        I: IntoIterator<Item = Record>,
        I::IntoIter: Send + 'static,
    {
        let dropped = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&dropped);
        let rows = (1..).zip(records).map(|(number, record)| Ok(checked_row(number, record)));
        let rows = rows.take_while(move |_| !ended.load(Ordering::Relaxed));
        let source = RowSource { rows: Box::new(rows), finite: true, mostly_known: false };
        let (send, finished) = mpsc::unbounded_channel();
        let limits = StreamLimits::new(self.concurrency);
        let deliver = move |row| drop(send.send(row));
        tokio::spawn(stream::run(Arc::clone(&self.pipeline), source, limits, deliver));
        Verdicts { finished, stop: self.stop.clone(), dropped }
    }

    /// The reason why nothing more is sent: the account, the budget, or an endpoint in trouble.
    /// From then on only records that the ledger knows are answered; all others are `skipped`.
    pub fn stop_reason(&self) -> Option<StopReason> {
        self.stop.reason()
    }

    /// Notes the end of the run in the ledger. A process that ends without it loses nothing; its
    /// calls in flight are in doubt then.
    ///
    /// # Errors
    /// The ledger can't be written.
    pub async fn finish(self) -> Result<(), LedgerError> {
        self.run.finish(run_end(self.stop.reason().as_ref())).await
    }
}

impl VerifierBuilder {
    /// The account: partner code and partner key. Required.
    pub fn account(mut self, partner_code: &str, partner_key: &str) -> Self {
        partner_code.clone_into(&mut self.partner_code);
        self.partner_key = SecretString::from(partner_key);
        self
    }

    /// The ledger's file, which is made if it does not exist. Required.
    pub fn ledger(mut self, file: impl Into<PathBuf>) -> Self {
        self.ledger = Some(file.into());
        self
    }

    /// Requests in flight at most: 8 by default, at least 1.
    pub fn concurrency(mut self, requests: u16) -> Self {
        self.options.concurrency = Concurrency::Fixed(usize::from(requests.max(1)));
        self
    }

    /// Requests a second at most.
    pub fn rate(mut self, requests_a_second: f64) -> Self {
        self.options.rate = Some(requests_a_second);
        self
    }

    /// Time from the first byte sent to the last byte received: 30 s by default, at least 1 s. A
    /// call that is given up may have been charged.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.max(Duration::from_secs(1));
        self
    }

    /// Charged and possibly charged calls at most.
    pub fn max_charges(mut self, calls: u64) -> Self {
        self.options.max_charges = Some(calls);
        self
    }

    /// Sends records with a suspect problem too. They would be charged and can hardly match.
    pub fn send_suspect(mut self) -> Self {
        self.options.hold = Level::Malformed;
        self
    }

    /// Opens the ledger and begins a run in it.
    ///
    /// # Errors
    /// The endpoint's URL, the account or the ledger is missing or can't be used.
    pub async fn start(self) -> Result<Verifier, VerifierError> {
        let file = self.ledger.ok_or(VerifierError::Missing("ledger"))?;
        if self.partner_code.is_empty() {
            return Err(VerifierError::Missing("account"));
        }
        let options = client::Options::new(&self.endpoint, &self.partner_code, &self.partner_key)?;
        let kind = Kind::of_endpoint(options.loopback);
        let connections = self.options.concurrency.most();
        let options = client::Options { timeout: self.timeout, connections, ..options };
        let client = Client::new(options)?;
        let run = Ledger::open(&file, kind)?.start_run("library", &self.partner_code).await?;
        let timeout = self.timeout;
        let send = SendOptions { patience: timeout * 2, timeout, ..self.options };
        Ok(Verifier::new(client, run, send, StopSwitch::default(), SharedStatus::default()))
    }
}

impl Verdicts {
    /// The next verdict, once it is on disk. `None` after the last one.
    pub async fn next(&mut self) -> Option<Verified> {
        let FinishedRow { row, pending, window_permit, .. } = self.finished.recv().await?;
        let verdict = with_problems(pending.on_disk(&self.stop).await, &row.problems);
        drop(window_permit);
        let Row { number, record, problems, .. } = row;
        Some(Verified { number, record, problems, verdict })
    }
}

impl Drop for Verdicts {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::Relaxed);
    }
}

/// A row that was no row of a file, normalised and checked.
fn checked_row(number: u64, record: Record) -> Row {
    let mut row = Row {
        number,
        line: number,
        columns: Arc::default(),
        cells: csv::StringRecord::new(),
        record,
        problems: Vec::new(),
    };
    checks::prepare(&mut row);
    row
}

/// Explains a held record by its problems.
fn with_problems(verdict: Verdict, problems: &[Problem]) -> Verdict {
    if verdict.outcome != Outcome::Held || verdict.explanation.is_some() {
        return verdict;
    }
    Verdict { explanation: Some(Explanation::Problems(problems.to_vec())), ..verdict }
}
