//! `idv ledger find` and `idv ledger forget`: the calls about one person, and their erasure.

use std::io::{self, BufRead as _, IsTerminal as _, Write};

use anyhow::{Context as _, bail};

use crate::checks;
use crate::cli::{LedgerFormat, PersonArgs};
use crate::commands::ledger::{Listing, say};
use crate::commands::options::RecordOptions;
use crate::commands::record_source;
use crate::ledger::{FoundCall, Kind, Ledger, PersonSearch, Reader};
use crate::output::number_format::count;
use crate::output::text::escape;
use crate::output::text_layout::cut;
use crate::settings;
use crate::words::Lang;

/// Reads the person: from flags, from one JSON object, or from an answer on a terminal.
pub(super) fn search(reader: &Reader, args: PersonArgs) -> anyhow::Result<PersonSearch> {
    match (args.stdin, args.nik, args.phone) {
        (Some(_), _, _) => whole_record(reader),
        (None, Some(nik), _) => Ok(PersonSearch::IdNumber(with_digits(nik, "--nik")?)),
        (None, None, Some(phone)) => Ok(PersonSearch::PhoneNumber(with_digits(phone, "--phone")?)),
        (None, None, None) if io::stdin().is_terminal() && io::stderr().is_terminal() => {
            Ok(PersonSearch::IdNumber(with_digits(ask("The person's NIK: ")?, "--nik")?))
        }
        (None, None, None) => bail!(
            "name the person\n\n  hint: --nik NIK, --phone PHONE, or one JSON object on stdin: \
             idv ledger find - < applicant.json"
        ),
    }
}

fn whole_record(reader: &Reader) -> anyhow::Result<PersonSearch> {
    let mut row = record_source::read_row(RecordOptions::Stdin, Lang::En.words())?;
    checks::prepare(&mut row);
    let partner_code = match reader.kind()? {
        Some(Kind::Sandbox) => {
            settings::partner_code()?.or_else(|| Some(settings::SANDBOX_PARTNER_CODE.to_owned()))
        }
        _ => settings::partner_code()?,
    };
    let partner_code = partner_code.context(
        "a whole record is found by its partner code\n\n  \
         hint: set IDV_PARTNER_CODE, or give --nik",
    )?;
    Ok(PersonSearch::Record {
        record: Box::new(row.record),
        keys: Box::new(reader.keys(&partner_code)?),
    })
}

fn with_digits(value: String, flag: &str) -> anyhow::Result<String> {
    if value.chars().filter(char::is_ascii_digit).count() < 6 {
        bail!("{flag} holds no number: give the whole number");
    }
    Ok(value)
}

fn ask(question: &str) -> anyhow::Result<String> {
    write!(io::stderr(), "{question}")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Lists the calls about a person.
pub(super) fn find(
    reader: &mut Reader,
    search: &PersonSearch,
    format: Option<LedgerFormat>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let person = reader.person(search);
    let header = format!(
        "{:>8} {:>5}  {:<20}  {:<12} {:<8} {:<16} {:<16} {:<20} SEQUENCE_ID",
        "CALL", "RUN", "TIME", "OUTCOME", "CHARGED", "OPERATOR", "REFERENCE", "PURPOSE"
    );
    let found = reader.find(&person)?;
    let mut listing = Listing::new(format, &header, out)?;
    for call in &found {
        listing.row(call, || line(call))?;
    }
    if found.is_empty() {
        say("no call about this person is in the ledger");
    }
    say_older(reader, search)
}

fn line(call: &FoundCall) -> String {
    let text = |text: &Option<String>, width| cut(&escape(text.as_deref().unwrap_or("-")), width);
    format!(
        "{:>8} {:>5}  {:<20}  {:<12} {:<8} {:<16} {:<16} {:<20} {}",
        call.call,
        call.run,
        format!("{:.0}", call.at),
        call.outcome,
        call.charged.word(),
        text(&call.operator, 16),
        text(&call.reference, 16),
        text(&call.purpose, 20),
        text(&call.sequence_id, 40),
    )
}

/// Says which calls this search can't find.
fn say_older(reader: &Reader, search: &PersonSearch) -> anyhow::Result<()> {
    let older = reader.calls_without_person()?;
    if older > 0 && !matches!(search, PersonSearch::Record { .. }) {
        let calls = count(older, "call");
        say(&format!(
            "{calls} of an earlier idv can be found by the whole record only: \
             idv ledger find - < applicant.json"
        ));
    }
    Ok(())
}

/// Asks before a person is erased, unless `--yes`. Returns whether to go on.
pub(super) fn confirm(yes: bool) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        bail!("nothing was erased: add --yes, or run it on a terminal");
    }
    let answer = ask("Erase this person for good? Asking again pays again. [y/N] ")?;
    Ok(["y", "yes", "ya"].contains(&answer.to_lowercase().as_str()))
}

/// Erases a person.
pub(super) async fn forget(
    ledger: &Ledger,
    reader: Reader,
    search: &PersonSearch,
) -> anyhow::Result<()> {
    let person = reader.person(search);
    say_older(&reader, search)?;
    // An open reader would keep the erased bytes in the log.
    drop(reader);
    let forgotten = ledger.forget(person).await?;
    if forgotten.calls == 0 && forgotten.kept_in_doubt == 0 {
        say("no call about this person is in the ledger");
        return Ok(());
    }
    say(&format!("erased for good: {}", count(forgotten.calls as u64, "call")));
    if forgotten.kept_in_doubt > 0 {
        let kept = count(forgotten.kept_in_doubt as u64, "call");
        say(&format!(
            "kept, since in doubt: {kept}; settle with idv ledger resolve, then erase again"
        ));
    }
    say("asking about this person again pays again");
    Ok(())
}
