//! Verifies a few records with the library, at the built-in sandbox: `cargo run --example verify_records`.

#![expect(clippy::print_stdout, reason = "it shows what it did")]

use idv::{Record, Sandbox, Verifier};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (sandbox, folder) = (Sandbox::start()?, tempfile::tempdir()?);
    let builder = Verifier::builder(&sandbox.url()).account("my-code", "my-key");
    let verifier = builder.ledger(folder.path().join("ledger.db")).start().await?;
    let numbers = ["3310990101900001", "3310990101909001", "3310990101909005", "3310990101900001"];
    let records = numbers.map(|nik| Record::new(nik, "081234567890", "Budi Contoh"));
    let mut verdicts = verifier.verify_all(records);
    while let Some(done) = verdicts.next().await {
        println!("record {}: {}", done.number, done.verdict.outcome.word());
    }
    println!("{} of {} records were charged", sandbox.charged(), numbers.len());
    Ok(verifier.finish().await?)
}
