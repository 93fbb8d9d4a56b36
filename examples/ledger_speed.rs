//! How fast the ledger is on this disk: intents and answers a second with so many calls in flight,
//! then look-ups of all of them. `cargo run --release --example ledger_speed -- ROWS IN_FLIGHT [FILE [FIRST_ROW]]`

use std::collections::VecDeque;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use idv::internal::ledger::{
    Claim, ClaimReply, Kind, Ledger, PendingClaim, PendingWrite, Reader, ReuseRules, Run, RunEnd,
};
use idv::internal::model::Answer;
use idv::internal::model::{Field, Record};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let rows = arguments.next().map_or(Ok(100_000), |text| text.parse::<u64>())?;
    let in_flight = arguments.next().map_or(Ok(64), |text| text.parse())?;
    let path = arguments.next().map_or_else(|| PathBuf::from("target/speed/ledger.db"), Into::into);
    let first = arguments.next().map_or(Ok(0), |text| text.parse::<u64>())?;
    let rows = first..first + rows;
    let begun = Instant::now();
    let ledger = Ledger::open(&path, Kind::Sandbox)?;
    let run = ledger.start_run("batch", "partner").await?;
    say(&format!("open and start: {:?}", begun.elapsed()));
    ask(&run, rows.clone(), in_flight).await?;
    look_up(&path, &run, &rows)?;
    run.finish(RunEnd::Done).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "its figures are what it is for")]
fn say(line: &str) {
    println!("{line}");
}

/// Each place of the window settles its call and claims the next in one commit.
async fn ask(run: &Run, rows: Range<u64>, in_flight: u64) -> anyhow::Result<()> {
    let answer = Answer::read(
        br#"{"code":200,"message":"Success","sequence_id":"1719485838404-a8d9e1b2c3d4e5f6",
             "result":"pass","id_phone_match":"pass","id_name_match":"pass"}"#,
    )?;
    let (mut next, rows) = (rows.clone(), rows.end - rows.start);
    let (begun, mut tenths) = (Instant::now(), vec![Instant::now()]);
    let mut places: VecDeque<(Option<PendingWrite>, Option<PendingClaim>)> = next
        .by_ref()
        .take(usize::try_from(in_flight)?)
        .map(|row| (None, Some(start(run, row))))
        .collect();
    let mut done = 0;
    while let Some((settling, claiming)) = places.pop_front() {
        if let Some(settling) = settling {
            let _ = settling.await?;
            done += 1;
            if done % (rows / 10).max(1) == 0 {
                tenths.push(Instant::now());
            }
        }
        let Some(claiming) = claiming else { continue };
        let claim = claim(claiming.await?)?;
        let settling = claim.settle(&answer, 1);
        places.push_back((Some(settling), next.next().map(|row| start(run, row))));
    }
    report("claims and settles", rows, begun.elapsed());
    let rates: Vec<_> = tenths.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    say(&format!("  each tenth in ms: {rates:?}"));
    Ok(())
}

fn start(run: &Run, row: u64) -> PendingClaim {
    run.claim(&record(row), ReuseRules::default())
}

fn claim(claimed: ClaimReply) -> anyhow::Result<Claim> {
    match claimed {
        ClaimReply::Claim(claim) => Ok(claim),
        other => anyhow::bail!("the file is not fresh: {other:?}"),
    }
}

fn look_up(path: &Path, run: &Run, rows: &Range<u64>) -> anyhow::Result<()> {
    let mut reader = Reader::open(path, Some(Kind::Sandbox))?;
    let look_up = run.look_up_parameters(ReuseRules::default());
    for window in [1, 256] {
        let begun = Instant::now();
        let mut row = rows.start;
        while row < rows.end {
            let records: Vec<_> = (row..rows.end.min(row + window)).map(record).collect();
            let known = reader.look_up_all(&look_up, &records)?;
            anyhow::ensure!(
                known
                    .iter()
                    .all(|known| matches!(known, idv::internal::ledger::LookUpResult::Answered(_)))
            );
            row += window;
        }
        report(&format!("look-ups by {window}"), rows.end - rows.start, begun.elapsed());
    }
    Ok(())
}

fn record(row: u64) -> Record {
    Record::from_fields(|field| match field {
        Field::IdNumber => format!("331099{row:010}"),
        Field::PhoneNumber => format!("0812{row:08}"),
        Field::Name => format!("Budi Santoso {row}"),
        Field::IdType => "KTP".to_owned(),
        Field::Country => "ID".to_owned(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn report(what: &str, rows: u64, time: Duration) {
    say(&format!("{what}: {rows} in {time:.2?}, {:.0} a second", rows as f64 / time.as_secs_f64()));
}
