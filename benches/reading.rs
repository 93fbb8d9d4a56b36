//! How long reading and checking a million rows takes, against the `csv` crate alone reading the
//! same file into records: `cargo bench --bench reading`. Only ratios of one run mean anything.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use idv::checks;
use idv::checks::signs::Signs;
use idv::input::{Options, Reader};

const ROWS: u32 = 1_000_000;
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("applicants.csv");
    write_rows(&path)?;
    let (mut bare, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(timed(|| bare_csv(&path))?);
        whole.push(timed(|| read_and_check(&path))?);
    }
    report(&mut bare, &mut whole);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a measurement is for reading")]
fn report(bare: &mut [Duration], whole: &mut [Duration]) {
    bare.sort();
    whole.sort();
    let (bare, whole) = (bare[ROUNDS / 2].as_secs_f64(), whole[ROUNDS / 2].as_secs_f64());
    println!("{ROWS} rows, median of {ROUNDS}");
    println!("csv crate alone      {bare:.3} s");
    println!("reading and checking {whole:.3} s, {:.2} times", whole / bare);
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
    let mut signs = Signs::default();
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
