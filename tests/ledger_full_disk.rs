//! The ledger on a disk that is really full: nothing is sent any more, and no answer is lost.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Write;
use std::path::Path;
use std::process::Command;

use idv::internal::ledger::{
    Claim, ClaimReply, Kind, Ledger, LedgerError, ReuseRules, Run, WriteStatus,
};
use idv::internal::model::Answer;
use idv::internal::model::{Field, Record};

/// A disk of 2 MiB; unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(folder.path())
            .output();
        mounted.is_ok_and(|done| done.status.success()).then(|| Self(folder))
    }

    /// Writes until nothing more fits.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.0.path().join("junk")).unwrap();
        while file.write_all(&[0; 512]).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.path().join("junk")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

fn record(row: usize) -> Record {
    Record::from_fields(|field| match field {
        Field::IdNumber => format!("331099010190{row:04}"),
        Field::PhoneNumber => "081234567890".to_owned(),
        Field::Name => "Budi Santoso".to_owned(),
        Field::IdType => "KTP".to_owned(),
        Field::Country => "ID".to_owned(),
    })
}

async fn claim(run: &Run, row: usize) -> Result<Option<Claim>, LedgerError> {
    Ok(match run.claim(&record(row), ReuseRules::default()).await? {
        ClaimReply::Claim(claim) => Some(claim),
        ClaimReply::Answered(_) | ClaimReply::InDoubt(_) | ClaimReply::Busy(_) => None,
    })
}

async fn open(path: &Path) -> Run {
    let ledger = Ledger::open(path, Kind::Sandbox).unwrap();
    ledger.start_run("batch", "partner").await.unwrap()
}

#[tokio::test]
async fn a_full_disk_stops_the_claims_and_keeps_every_answer() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: a file system of 2 MiB cannot be mounted here");
        return;
    };
    let path = disk.0.path().join("idv/ledger.db");
    let run = open(&path).await;
    let mut held = Vec::new();
    for row in 0..64 {
        held.push(claim(&run, row).await.unwrap().unwrap());
    }
    disk.fill();
    let mut row = 1000;
    let refused = loop {
        match claim(&run, row).await {
            Ok(claim) => held.extend(claim),
            Err(error) => break error,
        }
        row += 1;
    };
    assert_eq!(refused, LedgerError::Full(path.clone()));
    let answer = Answer::read(br#"{"code":200,"result":"pass","sequence_id":"x-1"}"#).unwrap();
    for settling in held.into_iter().map(|claim| claim.settle(&answer, 1)).collect::<Vec<_>>() {
        assert_eq!(settling.await, Ok(WriteStatus::DiskTrouble));
    }
    drop(run);

    disk.make_room();
    let run = open(&path).await;
    for row in (0..64).chain(1000..row) {
        assert!(claim(&run, row).await.unwrap().is_none(), "row {row} would be paid twice");
    }
}
