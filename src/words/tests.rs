//! Every sentence in every language: no argument is lost on the way into the other language.

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;

use crate::model::code::{CODES, Charge, Class};
use crate::model::explanation::DoubtReason;
use crate::model::field_match::Match;
use crate::model::file_sign::FileSign;
use crate::model::left_out::LeftOut;
use crate::model::outcome::Outcome;
use crate::model::price::Price;
use crate::model::problem::{IdNumberProblem, Level, NameProblem, PhoneNumberProblem, RowProblem};
use crate::model::record::Field;
use crate::model::send_error::{SendError, Trouble};
use crate::model::warning::Warning;
use crate::words::{ErrorHint, FormatProblem, Lang, NextStep, Words};

/// The files of the traits.
const TOPICS: [&str; 13] = [
    include_str!("card.rs"),
    include_str!("explanations.rs"),
    include_str!("input.rs"),
    include_str!("messages.rs"),
    include_str!("next_steps.rs"),
    include_str!("outputs.rs"),
    include_str!("plan.rs"),
    include_str!("problems.rs"),
    include_str!("progress.rs"),
    include_str!("report.rs"),
    include_str!("stops.rs"),
    include_str!("summary.rs"),
    include_str!("verdicts.rs"),
];

/// A sentence, and what it must show of its arguments.
type Sentence = (String, Vec<&'static str>);

/// The text without what the languages write differently in numbers.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '.' | ',' | '\u{a0}')).collect()
}

fn check(sentences: fn(&dyn Words) -> Vec<Sentence>) {
    for lang in Lang::ALL {
        for (text, arguments) in sentences(lang.words()) {
            for argument in arguments {
                assert!(
                    plain(&text).contains(&plain(argument)),
                    "{} without {argument}: {text}",
                    lang.name()
                );
            }
        }
    }
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn moment() -> Timestamp {
    "2026-11-24T15:14:26Z".parse().unwrap()
}

#[test]
fn the_table_of_sentences_is_whole() {
    let table = include_str!("tests.rs");
    let mut found = 0;
    for topic in TOPICS {
        let topic = &topic[topic.find("pub(crate) trait").unwrap()..];
        let end = topic.find("\n}").unwrap();
        for part in topic[..end].split("    fn ").skip(1) {
            let (name, arguments) = part.split_once('(').unwrap();
            if arguments.starts_with("&self)") {
                continue;
            }
            found += 1;
            assert!(table.contains(&format!(".{name}(")), "no sentence of {name} is tried");
        }
    }
    assert!(found > 100, "{found}");
}

#[test]
fn no_argument_of_a_card_or_an_explanation_is_lost() {
    check(|w| {
        vec![
            (w.read_as("VALUE"), vec!["VALUE"]),
            (w.moment(moment()), vec!["2026", "14"]),
            (w.nik_facts(Some("PLACE"), true, "BIRTH"), vec!["PLACE", "BIRTH"]),
            (w.birth(date(1990, 2, 17)), vec!["1990", "17"]),
            (w.birth_or(date(2017, 2, 13), 1917), vec!["2017", "13", "1917"]),
            (w.no_birth_day(31, 11, 7), vec!["31", "11", "07"]),
            (w.phone_said("SAID"), vec!["SAID"]),
            (w.name_said("SAID"), vec!["SAID"]),
            (w.answer_not_written("WHY"), vec!["WHY"]),
            (w.missing_flags("--nik"), vec!["--nik"]),
            (w.send_error(&SendError::NotSent(Trouble::Said("WHY".into()))), vec!["WHY"]),
            (w.send_error(&SendError::Tls("WHY".into())), vec!["WHY"]),
            (w.send_error(&SendError::Proxy(Trouble::Said("WHY".into()))), vec!["WHY"]),
            (w.send_error(&SendError::Busy { status: 429, retry_after: None }), vec!["429"]),
            (w.send_error(&SendError::Denied(403)), vec!["403"]),
            (w.send_error(&SendError::Redirected(307)), vec!["307"]),
            (
                w.send_error(&SendError::NoAnswer {
                    status: Some(502),
                    trouble: Trouble::TimedOut(seconds(31)),
                }),
                vec!["502", "31"],
            ),
            (w.trouble(&Trouble::Said("WHY".into())), vec!["WHY"]),
            (
                w.trouble(&Trouble::System {
                    kind: io::ErrorKind::ConnectionRefused,
                    text: "refused (os error 111)".into(),
                }),
                vec!["(os error 111)"],
            ),
            (w.not_on_disk("WHY"), vec!["WHY"]),
            (w.still_asked(4711), vec!["4711"]),
            (w.in_doubt_call(4711, 12, &DoubtReason::RunEnded), vec!["4711", "12"]),
            (w.in_doubt_call(4711, 12, &DoubtReason::NoAnswer(None)), vec!["4711", "12"]),
            (
                w.in_doubt_call(4711, 12, &DoubtReason::UndocumentedCode(9999)),
                vec!["4711", "12", "9999"],
            ),
            (w.in_doubt_call(4711, 12, &DoubtReason::Paid), vec!["4711", "12"]),
            (w.not_sent("REASON"), vec!["REASON"]),
        ]
    });
}

#[test]
fn no_argument_of_a_sentence_about_the_input_is_lost() {
    check(|w| {
        let place = ("FILE", 4711);
        let damaged = FormatProblem::DamagedBehind { row: 4711 };
        let sheets = FormatProblem::NoSuchSheet { sheets: "SHEETS".into() };
        vec![
            (w.input("DETECTED"), vec!["DETECTED"]),
            (w.csv(b';', "ENCODING", true), vec!["ENCODING"]),
            (w.json_lines("ENCODING", true), vec!["ENCODING"]),
            (w.workbook("xlsx", "SHEET", Some("OTHERS")), vec!["xlsx", "SHEET", "OTHERS"]),
            (w.header_in(4711, true), vec!["4711"]),
            (w.by_default(Field::Country, Some("VALUE")), vec!["VALUE"]),
            (w.former_columns(17), vec!["17"]),
            (w.and_others(17), vec!["17"]),
            (w.no_such_file("FILE"), vec!["FILE"]),
            (w.is_directory("FILE"), vec!["FILE"]),
            (w.not_opened("FILE", "WHY"), vec!["FILE", "WHY"]),
            (w.not_read("FILE", 4711, "WHY"), vec!["FILE", "4711", "WHY"]),
            (w.changed_input("FILE"), vec!["FILE"]),
            (w.input_empty("FILE"), vec!["FILE"]),
            (w.no_table("FILE", &damaged), vec!["FILE", "4711"]),
            (w.no_table("FILE", &sheets), vec!["FILE", "SHEETS"]),
            (w.pointless_option("FILE", "FORMAT", "--option"), vec!["FILE", "FORMAT", "--option"]),
            (w.no_header("FILE", 4711), vec!["FILE", "4711"]),
            (
                w.no_column(place, "FIELDS", "COLUMNS", "MAPS", Some("ROWS")),
                vec!["FILE", "4711", "FIELDS", "COLUMNS", "MAPS", "ROWS"],
            ),
            (w.header_not_found("FILE", 17, "ROWS"), vec!["FILE", "17", "ROWS"]),
            (w.no_such_row("FILE", 4711), vec!["FILE", "4711"]),
            (
                w.ambiguous_columns(place, "FIELD", "COLUMNS", "CHOICES"),
                vec!["FILE", "4711", "FIELD", "COLUMNS", "CHOICES"],
            ),
            (w.no_such_column(place, "MAP", "COLUMNS"), vec!["FILE", "4711", "MAP", "COLUMNS"]),
            (w.mapped_twice("FIELD", "COLUMNS"), vec!["FIELD", "COLUMNS"]),
            (w.shared_column("COLUMN", ["ONE", "TWO"]), vec!["COLUMN", "ONE", "TWO"]),
            (w.no_purpose("REQUIRE", "PURPOSE"), vec!["REQUIRE", "PURPOSE"]),
            (w.missing_settings("NAMES"), vec!["NAMES"]),
        ]
    });
}

#[test]
fn no_argument_of_a_message_is_lost() {
    check(|w| {
        let full = io::Error::other("WHY");
        let replaced = Warning::NotReplaced { wanted: "WANTED".into(), place: "PLACE".into() };
        let command = Some("COMMAND".to_owned());
        vec![
            (w.endpoint("URL"), vec!["URL"]),
            (w.sandbox_got(4711, 17), vec!["4711", "17"]),
            (w.results("FILE"), vec!["FILE"]),
            (w.purged(4711, 17), vec!["4711", "17"]),
            (w.not_purged("WHY"), vec!["WHY"]),
            (w.checked_rows("FILE"), vec!["FILE"]),
            (w.rows_not_written("WHY"), vec!["WHY"]),
            (w.results_so_far("FILE"), vec!["FILE"]),
            (w.left_at_once("FILE"), vec!["FILE"]),
            (w.error("WHY"), vec!["WHY"]),
            (w.hint("HINT"), vec!["HINT"]),
            (w.file_not_written("NAME", "WHY"), vec!["NAME", "WHY"]),
            (w.beside_run(&Warning::SharedSequenceId { row: 4711 }), vec!["4711"]),
            (w.beside_run(&replaced), vec!["WANTED", "PLACE"]),
            (w.beside_run(&Warning::CallsPutBack { calls: 4711 }), vec!["4711"]),
            (w.beside_run(&Warning::OtherServer), vec!["server"]),
            (w.beside_run(&Warning::PasswordFileOpen { file: "FILE".into() }), vec!["FILE"]),
            (w.system_error(&full), vec!["WHY"]),
            (
                w.next_step(&NextStep::SettleUnknown { ledger: " --sandbox".into() }),
                vec!["ledger show --sandbox"],
            ),
            (w.next_step(&NextStep::RunAgain { fresh: None, command }), vec!["COMMAND"]),
            (w.output_is_input("FILE"), vec!["FILE"]),
            (w.output_not_named_age("FILE"), vec!["FILE", "FILE.age"]),
            (w.output_without_recipient("FILE"), vec!["FILE", "--encrypt-to"]),
            (w.output_is_ledger("FILE"), vec!["FILE"]),
            (w.output_is_database("FILE"), vec!["FILE"]),
            (w.output_locked("FILE"), vec!["FILE"]),
            (w.output_named_twice("FILE"), vec!["FILE"]),
            (w.output_not_ours("FILE"), vec!["FILE", "--force"]),
            (w.output_in_use("FILE", "WHY"), vec!["FILE", "WHY"]),
            (w.output_unwritable("FILE", "WHY"), vec!["FILE", "WHY"]),
        ]
    });
}

#[test]
fn no_argument_of_the_plan_is_lost() {
    check(|w| {
        let money = Some((price("250"), price("4711000")));
        let left_out = LeftOut { blank: 17, header: 23 };
        vec![
            (w.rows(4711), vec!["4711"]),
            (w.left_out(left_out).unwrap(), vec!["17", "23"]),
            (w.duplicates(4711, &[(12, 3)]), vec!["12", "3"]),
            (w.answered(Some(date(2026, 11, 17))), vec!["2026", "17"]),
            (w.to_send(Some(4711), money), vec!["4711", "250"]),
            (w.plan("COUNTS"), vec!["COUNTS"]),
            (
                w.problem_line(Level::Malformed, "CODE", 4711, Some("PLACE"), "WHY"),
                vec!["CODE", "4711", "PLACE", "WHY"],
            ),
            (w.place(4711, 4713), vec!["4711", "4713"]),
            (w.warning("WARNING"), vec!["WARNING"]),
            (w.ledger("PATH"), vec!["PATH"]),
            (w.no_ledger_yet("PATH"), vec!["PATH"]),
            (w.ledger_not_consulted("PATH"), vec!["PATH"]),
            (w.question(4711, true, money), vec!["4711", "4711000"]),
            (w.likely("VALUE"), vec!["VALUE"]),
            (w.unsupported(Field::Country, "ONLY"), vec!["ONLY"]),
            (w.sign(&FileSign::IdNumberRounded { rounded: 17, of: 4711 }), vec!["17", "4711"]),
        ]
    });
}

#[test]
fn no_argument_of_the_progress_is_lost() {
    check(|w| {
        vec![
            (w.done(4711, Some(9000)), vec!["4711", "9000"]),
            (w.rows_per_second(17.0), vec!["17"]),
            (w.left(seconds(17)), vec!["17"]),
            (w.charged(4711), vec!["4711"]),
            (w.unknown(4711), vec!["4711"]),
            (w.testing(Some(17.0)), vec!["17"]),
            (w.probing(Some(17.0)), vec!["17"]),
            (w.limited(Some(17.0), "LIMIT"), vec!["17", "LIMIT"]),
            (w.queueing(17), vec!["17"]),
            (w.noisy(0.17), vec!["17%"]),
            (w.paused(17.0, "CAUSE", true), vec!["17", "CAUSE"]),
            (w.asking_once("CAUSE", true), vec!["CAUSE"]),
            (w.stopped_by_account(305), vec!["305"]),
            (w.stopped_by_credentials(11340), vec!["11340"]),
            (w.stopped_by_refusals(17), vec!["17"]),
            (w.stopped_by_unknowns(17), vec!["17"]),
            (w.stopped_by_max_unknown(17, 4711), vec!["17", "4711"]),
            (w.gave_up(seconds(17)), vec!["17"]),
            (w.redirected(307), vec!["307"]),
            (w.denied(403), vec!["403"]),
            (w.no_tls("WHY"), vec!["WHY"]),
            (w.proxy_refuses("WHY"), vec!["WHY"]),
            (w.budget_used_up(4711), vec!["4711"]),
            (w.ledger_failed("WHY"), vec!["WHY"]),
            (w.results_failed("WHY"), vec!["WHY"]),
            (w.input_failed("WHY"), vec!["WHY"]),
        ]
    });
}

#[test]
fn no_argument_of_the_summary_or_the_report_is_lost() {
    check(|w| {
        let (each, all) = (price("250"), price("4711000"));
        let millis = Duration::from_millis;
        vec![
            (w.title(false, moment()), vec!["2026"]),
            (w.when(moment(), moment(), seconds(17), 4711), vec!["2026", "17", "4711"]),
            (w.it_was_slowed("HOW"), vec!["HOW"]),
            (w.rows_answered(4711), vec!["4711"]),
            (w.of_all_rows(17, 4711), vec!["0.4%"]),
            (w.costs(false, all), vec!["4711000"]),
            (w.at_most_more(all), vec!["4711000"]),
            (w.not_asked_about(4711), vec!["4711"]),
            (w.unknown_calls(17, 17), vec!["17"]),
            (w.at_a_call(each), vec!["250"]),
            (w.saved_rows(4711, 17), vec!["4711", "17"]),
            (w.outcome_share("WORD", 4711, 9000), vec!["WORD", "4711"]),
            (w.first_rows(&[4711, 17], true), vec!["4711", "17"]),
            (w.calls(4711), vec!["4711"]),
            (w.charges_chart(4711, seconds(17), 23), vec!["4711", "17", "23"]),
            (w.latency_chart([11, 12, 13, 14].map(millis)), vec!["11", "12", "13"]),
            (w.answers(4711), vec!["4711"]),
            (w.and_more(millis(17)), vec!["17"]),
            (w.made_by("1.2.3"), vec!["1.2.3"]),
            (w.headline(4711, seconds(17), 23.0), vec!["4711", "17", "23"]),
            (w.charges(4711, 17, 23), vec!["4711", "17", "23"]),
            (w.price(all, each, Some(price("17"))), vec!["4711000", "250", "17"]),
            (w.known(4711, 17, 23, Some(all)), vec!["4711", "17", "23", "4711000"]),
            (w.latency(millis(11), millis(12), millis(13)), vec!["11", "12", "13"]),
            (w.pauses(17, seconds(23)), vec!["17", "23"]),
            (w.refused_calls(4711), vec!["4711"]),
            (w.limit("LIMIT"), vec!["LIMIT"]),
            (w.per_second(17.0), vec!["17"]),
            (w.at_once(17), vec!["17"]),
            (w.noise(0.17), vec!["17%"]),
        ]
    });
}

/// What depends on one of few values has a sentence for each, and no two share one by mistake.
#[test]
fn each_value_has_a_sentence_of_its_own() {
    for lang in Lang::ALL {
        let w = lang.words();
        let distinct = |sentences: Vec<&str>| {
            let all = sentences.len();
            let set: std::collections::BTreeSet<_> = sentences.into_iter().collect();
            assert_eq!(set.len(), all, "{}: {set:?}", lang.name());
            assert!(set.iter().all(|sentence| !sentence.is_empty()), "{}: {set:?}", lang.name());
        };
        let nik = [
            IdNumberProblem::Empty,
            IdNumberProblem::Province,
            IdNumberProblem::Notation,
            IdNumberProblem::Digits,
            IdNumberProblem::Length { digits: 15 },
            IdNumberProblem::FirstDigit,
            IdNumberProblem::Serial,
            IdNumberProblem::BirthDate,
            IdNumberProblem::NumberCell,
            IdNumberProblem::Shared,
        ]
        .map(|problem| w.id_number_problem(problem));
        assert!(nik[4].contains("15"), "{}", nik[4]);
        distinct(nik.iter().map(|sentence| &**sentence).collect());
        let phone = [
            PhoneNumberProblem::Empty,
            PhoneNumberProblem::Notation,
            PhoneNumberProblem::Format,
            PhoneNumberProblem::Service,
            PhoneNumberProblem::Operator,
            PhoneNumberProblem::Shared,
        ];
        distinct(phone.map(|problem| w.phone_number_problem(problem)).to_vec());
        let name = [
            NameProblem::Empty,
            NameProblem::Long,
            NameProblem::Control,
            NameProblem::Digits,
            NameProblem::NoLetters,
            NameProblem::Placeholder,
        ];
        distinct(name.map(|problem| w.name_problem(problem)).to_vec());
        let ragged = w.row_problem(RowProblem::Ragged { cells: 17, header: 23 });
        assert!(ragged.contains("17") && ragged.contains("23"), "{ragged}");
        assert_ne!(w.no_answer_for(Field::Name), w.no_answer_for(Field::IdNumber));
        assert!(w.rows_noun(2).chars().all(char::is_alphabetic));
        distinct(Outcome::ALL.map(|outcome| w.outcome(outcome)).to_vec());
        distinct(Outcome::ALL.map(|outcome| w.outcome_meaning(outcome)).to_vec());
        distinct(CODES.map(|code| w.code_meaning(code.name)).to_vec());
        distinct(Match::ALL.map(|value| w.matched(value)).to_vec());
        distinct(Match::ALL.map(|value| w.name_matched(value)).to_vec());
        distinct(Match::ALL.map(|value| w.phone_matched(value)).to_vec());
        distinct(
            [Charge::Yes, Charge::No, Charge::Unknown].map(|charge| w.charge(charge)).to_vec(),
        );
        distinct(Field::ALL.map(|field| w.field(field)).to_vec());
        distinct(Field::ALL.map(|field| w.ask_field(field)).to_vec());
        let levels = [Level::Note, Level::Suspect, Level::Malformed];
        distinct(levels.map(|level| w.level(level)).to_vec());
        distinct(levels.map(|level| w.level_meaning(level)).to_vec());
        let classes = [Class::Answered, Class::Account, Class::Passing, Class::Record];
        distinct(classes.map(|class| w.code_reaction(class)).to_vec());
        distinct(vec![w.match_meaning(Match::NoRecord, true), w.match_meaning(Match::Pass, true)]);
        let hints = [ErrorHint::CheckTheName, ErrorHint::ChooseAnotherFile, ErrorHint::MakeRoom];
        distinct(hints.map(|hint| w.error_hint(hint)).to_vec());
        let owned = Match::ALL.map(|value| (w.name_column(value), w.phone_line(value)));
        distinct(owned.iter().map(|(name, _)| name.as_str()).collect());
        distinct(owned.iter().map(|(_, phone)| phone.as_str()).collect());
        let stops = CODES.iter().filter(|code| matches!(code.class, Class::Account | Class::Quota));
        assert!(stops.clone().count() > 3);
        for code in stops {
            assert!(!w.code_next(code.name).is_empty(), "{} {}", lang.name(), code.number);
        }
    }
}
