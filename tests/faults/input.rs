//! Files as people have them: a record is its content, what is damaged is not paid for, and a file
//! that can't be read is refused before anything is sent.

use crate::ledger_agreement::{calls, count};
use crate::support::{Folder, NIK, Sandbox, applicants, lines, stderr};

#[test]
fn fault_54_rows_that_were_edited_or_moved_are_known_by_their_content() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(6));
    folder.idv(&["batch", "a.csv"]).code(0);
    // Turned round, with other columns between, one row corrected and one new.
    let text = applicants(7);
    let mut rows: Vec<_> = text.lines().skip(1).map(|row| format!("note,{row}\n")).collect();
    rows.reverse();
    rows[3] = rows[3].replace("Contoh", "Contoh Benar");
    folder.write("b.csv", format!("catatan,nik,hp,nama\n{}", rows.concat()));
    let run = folder.idv(&["batch", "b.csv"]).code(0);
    let rows = lines(&run);
    assert_eq!((count(&rows, "pass", "yes"), count(&rows, "pass", "no")), (2, 5));
    assert_eq!(
        (rows[0]["source"].as_str(), rows[3]["source"].as_str()),
        (Some("api"), Some("api"))
    );
    assert_eq!((sandbox.charged(), calls(&folder).len()), (8, 8));
}

#[test]
fn fault_55_marks_encodings_and_delimiters_are_found_and_shown() {
    let sandbox = Sandbox::start();
    let text = |delimiter: &str| {
        let header = ["nik", "hp", "nama"].join(delimiter);
        let row = [NIK, "081234567890", "Renée Wijaya"].join(delimiter);
        format!("{header}\r\n{row}\r\n")
    };
    let utf16 = |text: String, mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        [mark.to_vec(), text.encode_utf16().flat_map(unit).collect()].concat()
    };
    let latin = text(";").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (bytes, shown) in [
        (format!("\u{feff}{}", text(",")).into_bytes(), "commas, UTF-8"),
        (text("|").into_bytes(), "UTF-8"),
        (latin, "semicolons, Windows-1252"),
        (utf16(text("\t"), &[0xff, 0xfe], u16::to_le_bytes), "tabs, UTF-16LE"),
        (utf16(text("\t"), &[0xfe, 0xff], u16::to_be_bytes), "tabs, UTF-16BE"),
    ] {
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", bytes);
        let run = folder.idv(&["batch", "a.csv", "--fresh"]).code(0);
        let said = stderr(&run);
        assert!(said.to_lowercase().contains(&shown.to_lowercase()), "{shown}: {said}");
        assert_eq!(lines(&run)[0]["sent"]["name"], "Renée Wijaya", "{shown}");
        assert_eq!(count(&calls(&folder), "pass", "yes"), 1);
    }
    assert_eq!(sandbox.charged(), 5);
}

#[test]
fn fault_56_what_a_spreadsheet_has_damaged_is_held() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write(
        "a.csv",
        "nik,phone,name\n\
         3.31099E+15,081234567890,Notation\n\
         3310990101900000,8.12346E+11,Notation of a phone\n\
         331099010190001,081234567890,Lost a digit\n\
         3310990101900001,081234567890,Well\n\
         #REF!,081234567890,Formula\n",
    );
    let run = folder.idv(&["batch", "a.csv"]).code(3);
    let rows = lines(&run);
    assert_eq!((count(&rows, "held", "no"), count(&rows, "pass", "yes")), (4, 1), "{rows:?}");
    assert!(rows.iter().filter(|row| row["outcome"] == "held").all(|row| row["problems"] != "[]"));
    assert!(stderr(&run).contains("repair the held rows"), "{}", stderr(&run));
    assert_eq!((sandbox.charged(), calls(&folder).len()), (1, 1));
}

#[test]
fn fault_57_a_header_that_is_missing_doubled_or_ambiguous_is_refused_with_the_fix() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    for (text, fix) in [
        (format!("{NIK},081234567890,Budi\n"), "--no-header --map id_number=1"),
        (format!("nik,nama\n{NIK},Budi\n"), "--map phone_number="),
        (format!("nik,phone,hp,nama\n{NIK},0812,0813,Budi\n"), "--map phone_number="),
        (format!("nik,nik,phone,name\n{NIK},{NIK},081234567890,Budi\n"), "--map id_number="),
    ] {
        folder.write("a.csv", &text);
        let run = folder.idv(&["batch", "a.csv"]).code(2).stdout("");
        let said = stderr(&run);
        assert!(said.contains("a.csv") && said.contains(fix), "{fix}: {said}");
        assert!(!said.contains(NIK), "{said}");
    }
    assert!(!folder.path("state").exists(), "a ledger was made");
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}

#[test]
fn fault_58_a_row_that_is_ragged_torn_or_huge_is_held_and_the_others_go_on() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let good = |n: u32| format!("331099010190000{n},08123456789{n},Contoh {n}\n");
    for bad in [
        "3310990101900007,081234567890\n".to_owned(),
        "3310990101900007,081234567890,A,B,C\n".to_owned(),
        "3310990101900007,081234567890,Nul\u{0}byte\n".to_owned(),
        format!("3310990101900007,081234567890,{}\n", "x".repeat(10 << 20)),
    ] {
        folder.write("a.csv", format!("nik,phone,name\n{}{bad}{}", good(1), good(2)));
        let args = ["batch", "a.csv", "--fresh", "-o", "r.csv", "--force"];
        let before = sandbox.charged();
        let run = folder.idv(&args).code(3);
        let rows = crate::support::table(&folder.read("r.csv"), b',');
        let outcomes: Vec<_> = rows.iter().map(|row| row["idv_outcome"].as_str()).collect();
        assert_eq!(outcomes, ["pass", "held", "pass"], "{}", stderr(&run));
        assert_eq!(sandbox.charged() - before, 2);
        let check = folder.idv(&["check", "a.csv", "-f", "jsonl"]).code(3);
        let held = &lines(&check)[0]["problems"][0]["first"][0];
        assert_eq!(held["line"], 3, "{}", lines(&check)[0]);
    }
    let calls = calls(&folder);
    assert_eq!(count(&calls, "pass", "yes"), calls.len());
}

#[test]
fn fault_58_a_quote_that_never_ends_holds_its_row_alone() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let mut text = applicants(3);
    text += "3310990101900007,081234567890,\"Never closed\n";
    text += applicants(300).split_once('\n').unwrap().1;
    folder.write("a.csv", text);
    let rows = lines(&folder.idv(&["batch", "a.csv"]).code(3));
    assert_eq!((rows.len(), count(&rows, "held", "no")), (304, 1));
    assert_eq!((&rows[3]["outcome"], &rows[4]["outcome"]), (&"held".into(), &"pass".into()));
    assert_eq!((sandbox.charged(), count(&calls(&folder), "pass", "yes")), (300, 300));
}

#[test]
fn fault_59_an_empty_file_is_refused_and_a_header_alone_is_zero_rows() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", "");
    let run = folder.idv(&["batch", "a.csv"]).code(2).stdout("");
    assert!(stderr(&run).contains("a.csv is empty"), "{}", stderr(&run));
    assert!(!folder.path("state").exists(), "a ledger was made");
    folder.write("a.csv", "nik,phone,name\n");
    let run = folder.idv(&["batch", "a.csv"]).code(0).stdout("");
    assert!(stderr(&run).contains("0 rows"), "{}", stderr(&run));
    assert_eq!(calls(&folder).len(), 0);
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}
