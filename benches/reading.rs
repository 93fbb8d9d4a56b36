//! How long reading and checking a million rows takes, against the `csv` crate alone reading the
//! same file into records, and how long the whole plan takes with a ledger of as many answers:
//! `cargo bench --bench reading`. Only ratios of one run mean anything.

use std::collections::VecDeque;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use idv::internal::checks;
use idv::internal::checks::FileSigns;
use idv::internal::input::{Options, Reader};
use idv::internal::ledger::{ClaimReply, Kind, Ledger, Reader as Past, ReuseRules, Run, RunEnd};
use idv::internal::model::Answer;
use idv::internal::model::Level;
use idv::internal::model::Row;
use idv::internal::plan::{Plan, Planner};

const ROWS: u32 = 1_000_000;
const ROUNDS: usize = 5;

/// Calls whose answers are written at once while the ledger is made.
const IN_FLIGHT: usize = 4096;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("applicants.csv");
    write_rows(&path)?;
    let ledger = folder.path().join("ledger.db");
    tokio::runtime::Builder::new_current_thread().build()?.block_on(answer_all(&path, &ledger))?;
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..ROUNDS {
        times[0].push(timed(|| bare_csv(&path))?);
        times[1].push(timed(|| read_and_check(&path))?);
        times[2].push(timed(|| plan_of(&path, None))?);
        times[3].push(timed(|| plan_of(&path, Some(&ledger)))?);
    }
    report(times);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a measurement is for reading")]
fn report(mut times: [Vec<Duration>; 4]) {
    for times in &mut times {
        times.sort();
    }
    let median = times.map(|times| times[ROUNDS / 2].as_secs_f64());
    let rate = |seconds: f64| f64::from(ROWS) / seconds;
    println!("{ROWS} rows, median of {ROUNDS}");
    println!("csv crate alone      {:.3} s", median[0]);
    println!("reading and checking {:.3} s, {:.2} times", median[1], median[1] / median[0]);
    println!("plan without ledger  {:.3} s, {:.0} rows/s", median[2], rate(median[2]));
    println!("plan with ledger     {:.3} s, {:.0} rows/s", median[3], rate(median[3]));
}

fn timed(run: impl Fn() -> Result<u32>) -> Result<Duration> {
    let start = Instant::now();
    assert_eq!(run()?, ROWS);
    Ok(start.elapsed())
}

/// Applicants as most files have them: good, with a column besides.
fn write_rows(path: &Path) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "nik,no_hp,nama,cabang")?;
    for row in 0..ROWS {
        let (day, serial) = (row % 28 + 1, row % 9999 + 1);
        writeln!(
            file,
            "331099{day:02}0190{serial:04},0812{row:08},BUDI SANTOSO {},Solo",
            NAMES[row as usize % 4]
        )?;
    }
    Ok(file.flush()?)
}

const NAMES: [&str; 4] = ["A", "WIJAYA", "BIN ALI", "HARTONO KUSUMO"];

/// The `csv` crate at its quickest: one record used again and again.
fn bare_csv(path: &Path) -> Result<u32> {
    let mut reader = csv::Reader::from_path(path)?;
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut record)? {
        black_box(&record);
        rows += 1;
    }
    Ok(rows)
}

fn read_and_check(path: &Path) -> Result<u32> {
    let mut signs = FileSigns::default();
    let mut rows = 0;
    for row in Reader::open(path, &Options::default())? {
        let mut row = row?;
        signs.observe(&row.record);
        checks::prepare(&mut row);
        black_box(&row);
        rows += 1;
    }
    black_box(signs.found());
    Ok(rows)
}

/// A plan as `idv check` makes it.
fn plan_of(path: &Path, ledger: Option<&Path>) -> Result<u32> {
    let past = ledger.map(|ledger| {
        let past = Past::open(ledger, Some(Kind::Sandbox))?;
        let look_up = past.look_up_parameters(Kind::Sandbox, PARTNER, terms());
        Ok::<_, anyhow::Error>((past, look_up))
    });
    let mut planner = Planner::new(Level::Suspect, None, past.transpose()?)?;
    for row in Reader::open(path, &Options::default())? {
        planner.take(&mut row?);
    }
    let plan: Plan = planner.finish()?;
    let known = plan.ledger.map_or(0, |survey| survey.answered);
    anyhow::ensure!(plan.to_send() + known == u64::from(ROWS), "a row is lost");
    Ok(u32::try_from(plan.rows)?)
}

const PARTNER: &str = "bench";

fn terms() -> ReuseRules {
    ReuseRules::default()
}

/// Makes a ledger in which every row is answered.
async fn answer_all(path: &Path, ledger: &Path) -> Result<()> {
    let ledger = Ledger::open(ledger, Kind::Sandbox)?;
    let run = ledger.start_run("batch", PARTNER).await?;
    let answer = Answer::read(
        br#"{"code":200,"message":"Success","sequence_id":"1719485838404-a8d9e1b2c3d4e5f6",
             "result":"pass","id_phone_match":"pass","id_name_match":"pass"}"#,
    )?;
    let mut rows = Reader::open(path, &Options::default())?;
    loop {
        let piece = rows.by_ref().take(IN_FLIGHT).collect::<Result<Vec<Row>, _>>()?;
        if piece.is_empty() {
            break;
        }
        answer_piece(&run, piece, &answer).await?;
    }
    Ok(run.finish(RunEnd::Done).await?)
}

async fn answer_piece(run: &Run, rows: Vec<Row>, answer: &Answer) -> Result<()> {
    let claim = |mut row: Row| {
        checks::prepare(&mut row);
        run.claim(&row.record, terms())
    };
    let claiming: VecDeque<_> = rows.into_iter().map(claim).collect();
    let mut settling = Vec::with_capacity(IN_FLIGHT);
    for claimed in claiming {
        let ClaimReply::Claim(claim) = claimed.await? else { bail!("a record comes twice") };
        settling.push(claim.settle(answer, 1));
    }
    for settled in settling {
        let _ = settled.await?;
    }
    Ok(())
}
