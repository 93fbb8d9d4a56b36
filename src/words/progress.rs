//! The sentences of the progress of a run.

use std::time::Duration;

/// The sentences of the progress of a run.
pub(crate) trait ProgressWords {
    /// Rows that are done, of how many, if that is known.
    fn done(&self, rows: u64, total: Option<u64>) -> String;
    /// Rows a second.
    fn rows_per_second(&self, rate: f64) -> String;
    /// The time that is left, in its two largest units.
    fn left(&self, left: Duration) -> String;
    /// Rows that were charged.
    fn charged(&self, rows: u64) -> String;
    /// Rows that may have been charged.
    fn unknown(&self, rows: u64) -> String;
    /// The run tests whether failures depend on the pace.
    fn testing(&self, rate: Option<f64>) -> String;
    /// The run tries whether the endpoint takes more.
    fn probing(&self, rate: Option<f64>) -> String;
    /// The run stays below a limit.
    fn limited(&self, rate: Option<f64>, limit: &str) -> String;
    /// The run keeps fewer calls in flight, since more make answers slower.
    fn queueing(&self, window: usize) -> String;
    /// Calls fail whatever the pace.
    fn noisy(&self, share: f64) -> String;
    /// The run is paused for so many seconds.
    fn paused(&self, seconds: f64, cause: &str, asked: bool) -> String;
    /// One call is sent after a pause.
    fn asking_once(&self, cause: &str, asked: bool) -> String;
    /// No usable answer came.
    fn no_usable_answer(&self) -> &'static str;
    /// There is no connection.
    fn no_connection(&self) -> &'static str;
    /// This machine has too many open files.
    fn too_many_open_files(&self) -> &'static str;
}
