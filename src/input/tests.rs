//! What the reader makes of files as people have them.

use std::io::{Cursor, Read};

use proptest::prelude::*;

use super::*;
use crate::model::problem::Problem;

/// Gives one byte a read, as a slow pipe may.
struct Drops(Cursor<Vec<u8>>);

impl Read for Drops {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let end = buf.len().min(1);
        self.0.read(&mut buf[..end])
    }
}

fn reader_with(bytes: &[u8], options: &Options) -> Result<Reader, InputError> {
    Reader::from_reader(Box::new(Cursor::new(bytes.to_vec())), "applicants.csv", options)
}

fn reader(bytes: &[u8]) -> Reader {
    reader_with(bytes, &Options::default()).unwrap()
}

fn rows(bytes: &[u8]) -> Vec<Row> {
    reader(bytes).map(Result::unwrap).collect()
}

fn error(bytes: &[u8]) -> String {
    reader_with(bytes, &Options::default()).err().unwrap().to_string()
}

fn mapped(map: &[(Field, &str)]) -> Options {
    let map = map.iter().map(|(field, column)| (*field, (*column).to_owned())).collect();
    Options { map, ..Options::default() }
}

fn codes(row: &Row) -> Vec<&str> {
    row.problems.iter().map(Problem::code).collect()
}

fn seen(rows: &[Row]) -> Vec<(u64, u64, Vec<&str>)> {
    rows.iter().map(|row| (row.number, row.line, codes(row))).collect()
}

const HEADER: &str = "nik,hp,nama\n";

fn with_header(body: &str) -> Vec<u8> {
    format!("{HEADER}{body}").into_bytes()
}

#[test]
fn a_plain_file_becomes_rows_with_the_fields_in_their_places() {
    let rows = rows(b"Nama,No HP,Cabang,No. KTP\nBudi,0812,Solo,3310990101909001\n");
    let record = &rows[0].record;
    assert_eq!(record.get(Field::IdNumber), "3310990101909001");
    assert_eq!(record.get(Field::PhoneNumber), "0812");
    assert_eq!(record.get(Field::Name), "Budi");
    assert_eq!(record.get(Field::IdType), "KTP");
    assert_eq!(record.get(Field::Country), "ID");
    assert_eq!(
        rows[0].cells.iter().collect::<Vec<_>>(),
        ["Budi", "0812", "Solo", "3310990101909001"]
    );
    assert_eq!(rows[0].columns[..], ["Nama", "No HP", "Cabang", "No. KTP"].map(String::from));
    assert_eq!((rows[0].number, rows[0].line), (1, 2));
}

#[test]
fn every_delimiter_is_found_from_the_header() {
    for delimiter in [",", ";", "\t", "|"] {
        let text = "nik,hp,nama\n4,2,3\n".replace(',', delimiter);
        let reader = reader(text.as_bytes());
        assert_eq!(reader.detected().delimiter, delimiter.as_bytes()[0]);
        assert_eq!(reader.map(Result::unwrap).next().unwrap().record.get(Field::Name), "3");
    }
}

#[test]
fn the_delimiter_with_most_fields_wins_over_the_one_with_most_columns() {
    let reader = reader(b"nik;hp;nama;alamat, kota, provinsi, kode pos, negara\n4;2;3;4\n");
    assert_eq!(reader.detected().delimiter, b';');
    assert_eq!(reader.columns().len(), 4);
}

#[test]
fn a_delimiter_given_is_not_guessed() {
    let options = Options { delimiter: Some(b'#'), ..Options::default() };
    let mut reader = reader_with(b"nik#hp#nama\n4#2#3\n", &options).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().record.get(Field::PhoneNumber), "2");
    for wrong in [b'"', b'\n', 0xe9] {
        let options = Options { delimiter: Some(wrong), ..Options::default() };
        assert!(matches!(reader_with(b"nik,hp,nama\n", &options), Err(InputError::Delimiter)));
    }
}

#[test]
fn the_shape_is_one_line_that_says_what_was_detected() {
    let bytes = b"\xef\xbb\xbfNo KTP;HP;Nama;idv_outcome;IDV_code\n4;2;3;pass;200\n";
    let detected = reader(bytes).detected().to_string();
    assert_eq!(
        detected,
        "CSV with semicolons, UTF-8 with a byte order mark; id_number = \"No KTP\", \
         phone_number = \"HP\", name = \"Nama\", id_type = KTP by default, \
         country = ID by default; 2 columns of a former result are left out"
    );
}

#[test]
fn the_columns_of_a_former_result_are_dropped_wherever_they_stand() {
    let rows =
        rows(b"idv_row,nik,idv_name_sent,hp,nama,Idv_Code\n1,a,x,b,c,200\n1,a,x,b,c\n1,a,x,b\n");
    assert_eq!(rows[0].columns[..], ["nik", "hp", "nama"].map(String::from));
    assert_eq!(rows[0].cells.iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(rows[0].record.get(Field::Name), "c");
    assert_eq!(codes(&rows[1]), Vec::<&str>::new(), "only a former result is missing");
    assert_eq!(codes(&rows[2]), ["row.ragged"]);
}

#[test]
fn a_column_without_a_name_is_numbered_and_doubled_names_stay() {
    let reader = reader(b"nik,,catatan,hp,catatan,nama,\n4,2,3,4,5,6,7\n");
    assert_eq!(
        reader.columns()[..],
        ["nik", "column_2", "catatan", "hp", "catatan", "nama", "column_7"].map(String::from)
    );
}

#[test]
fn any_line_end_will_do_and_lines_are_counted_as_an_editor_does() {
    let text = "nik,hp,nama\n4,2,3\n\n\"a\nb\",5,6\n7,8,9";
    let expected = vec![(1, 2, vec![]), (2, 4, vec![]), (3, 6, vec![])];
    assert_eq!(seen(&rows(text.as_bytes())), expected);
    assert_eq!(seen(&rows(text.replace('\n', "\r\n").as_bytes())), expected);
    assert_eq!(seen(&rows(text.replace('\n', "\r").as_bytes())), expected);
}

#[test]
fn a_header_alone_is_no_error_and_no_row() {
    assert!(rows(b"nik,hp,nama\n").is_empty());
    assert!(rows(b"nik,hp,nama").is_empty());
}

#[test]
fn an_empty_file_is_refused() {
    for empty in ["", "\n\r\n", "\u{feff}"] {
        let error = reader_with(empty.as_bytes(), &Options::default()).err().unwrap();
        assert!(matches!(error, InputError::Empty { .. }), "{empty:?}: {error}");
    }
}

#[test]
fn a_ragged_row_is_held_and_the_next_one_is_read() {
    let rows = rows(&with_header("1,2\n4,2,3,4\n4,2,3,,\n4,2,3\n"));
    let ragged = vec!["row.ragged"];
    let expected = vec![(1, 2, ragged.clone()), (2, 3, ragged), (3, 4, vec![]), (4, 5, vec![])];
    assert_eq!(seen(&rows), expected);
    assert_eq!(rows[0].cells.len(), 2);
    assert_eq!(rows[1].cells.iter().collect::<Vec<_>>(), ["4", "2", "3", "4"]);
    assert_eq!(rows[2].cells.len(), 3);
    assert!(rows[0].is_held());
}

#[test]
fn a_cell_that_is_no_utf8_holds_its_row_alone() {
    let rows = rows(b"nik,hp,nama\n1,2,Ren\xe9e\n1,\xc3,\xa9\n1,2,Ren\xc3\xa9e\n");
    assert_eq!(codes(&rows[0]), ["row.encoding"]);
    assert_eq!(&rows[0].cells[2], "Ren\u{fffd}e");
    assert_eq!(codes(&rows[1]), ["row.encoding"]);
    assert!(codes(&rows[2]).is_empty());
}

#[test]
fn a_nul_holds_its_row_alone() {
    let rows = rows(b"nik,hp,nama\n1,2,Bu\0di\n4,2,3\n");
    assert_eq!(codes(&rows[0]), ["row.nul"]);
    assert!(codes(&rows[1]).is_empty());
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_line_only() {
    let rows = rows(&with_header("1,2,\"Budi\n4,5,Siti\n7,8,Ani\n"));
    let expected = vec![(1, 2, vec!["row.quote"]), (2, 3, vec![]), (3, 4, vec![])];
    assert_eq!(seen(&rows), expected);
    assert_eq!(rows[1].record.get(Field::Name), "Siti");
}

#[test]
fn an_open_quote_does_not_swallow_the_rows_up_to_the_next_quote() {
    let quoted_later = with_header("1,2,\"Budi\n4,5,6\n7,8,\"Ani, S.E.\"\n10,11,12\n");
    let expected = vec![(1, 2, vec!["row.quote"]), (2, 3, vec![]), (3, 4, vec![]), (4, 5, vec![])];
    assert_eq!(seen(&rows(&quoted_later)), expected);
    let closes_by_chance = with_header("1,\"2,Budi\n4,5,6\n7\",8,9\n10,11,12\n");
    let found = rows(&closes_by_chance);
    assert_eq!(found.last().unwrap().record.get(Field::Name), "12");
}

#[test]
fn a_quoted_cell_may_hold_delimiters_quotes_and_lines() {
    let rows = rows(&with_header("1,2,\"Abd. \"\"Bud\"\" S,\r\nS.E.\"\n4,5,6\n"));
    assert_eq!(rows[0].record.get(Field::Name), "Abd. \"Bud\" S,\r\nS.E.");
    assert_eq!(rows[1].line, 4);
}

#[test]
fn a_cell_of_ten_megabytes_holds_its_row_and_the_window_stays_small() {
    for quote in ["", "\""] {
        let cell = "x".repeat(10 * 1024 * 1024);
        let text = format!("{HEADER}1,2,{quote}{cell}{quote}\n4,5,6\n");
        let rows = rows(text.as_bytes());
        assert_eq!(seen(&rows), [(1, 2, vec!["row.too_long"]), (2, 3, vec![])]);
        assert_eq!(&rows[0].cells[0], "1");
        assert!(rows[0].cells.as_slice().len() < 2048);
    }
}

#[test]
fn a_slow_pipe_gives_the_same_rows() {
    let bytes = with_header("1,2,\"a\r\nb\"\r\n\r\n4,5,\"6\"\"\"\r\n7,8,\"9");
    let slow = Box::new(Drops(Cursor::new(bytes.clone())));
    let slow: Vec<_> =
        Reader::from_reader(slow, "-", &Options::default()).unwrap().map(Result::unwrap).collect();
    assert_eq!(seen(&slow), seen(&rows(&bytes)));
    assert_eq!(codes(&slow[2]), ["row.quote"]);
}

#[test]
fn a_file_without_a_header_is_refused_and_shows_nobody() {
    let error = error(b"3310990101909001,081234567890,BUDI SANTOSO\n");
    assert!(error.contains("id_number,phone_number,name"), "{error}");
    assert!(!error.contains("BUDI") && !error.contains("3310"), "{error}");
}

#[test]
fn a_missing_field_names_the_columns_and_the_flag() {
    let error = error(b"no_kk;hp;nama_ibu_kandung\n4;2;3\n");
    assert_eq!(
        error,
        "applicants.csv, line 1: no column is id_number or name; the columns are \"no_kk\", \
         \"hp\", \"nama_ibu_kandung\"; say which it is: `--map id_number=COLUMN --map name=COLUMN`; if another line is the \
         header, name it with `--header-row N`: line 1: \"no_kk\", \"hp\", \"nama_ibu_kandung\"; \
         line 2: \"4\", \"2\", \"3\""
    );
}

#[test]
fn two_columns_for_one_field_are_refused_with_the_flag_that_settles_it() {
    assert_eq!(
        error(b"nik,No KTP,hp,nama\n"),
        "applicants.csv, line 1: more than one column could be id_number: \"nik\", \"No KTP\"; \
         say which: `--map id_number=nik` or `--map 'id_number=No KTP'`"
    );
    assert!(
        error(b"nik,hp,nama,hp\n").contains("`--map phone_number=2` or `--map phone_number=4`")
    );
}

#[test]
fn the_users_word_settles_which_column_is_which() {
    let bytes = b"nik,No KTP,hp,hp,nama\na,b,c,d,e\n";
    let options = mapped(&[(Field::IdNumber, "no_ktp"), (Field::PhoneNumber, "4")]);
    let mut reader = reader_with(bytes, &options).unwrap();
    assert_eq!(reader.detected().column_of(Field::IdNumber), Some("No KTP"));
    let row = reader.next().unwrap().unwrap();
    assert_eq!(row.record.get(Field::IdNumber), "b");
    assert_eq!(row.record.get(Field::PhoneNumber), "d");
}

#[test]
fn a_column_given_to_one_field_is_not_taken_for_another() {
    let options = mapped(&[(Field::IdNumber, "hp"), (Field::PhoneNumber, "kontak")]);
    let reader = reader_with(b"hp,kontak,nama\n", &options).unwrap();
    assert_eq!(reader.detected().column_of(Field::PhoneNumber), Some("kontak"));
}

#[test]
fn a_map_that_makes_no_sense_is_refused() {
    let refused = |map: &[(Field, &str)]| {
        reader_with(b"nik,hp,nama\n", &mapped(map)).err().unwrap().to_string()
    };
    assert!(refused(&[(Field::Name, "naam")]).contains("--map name=naam names no column"));
    assert!(refused(&[(Field::Name, "4")]).contains("names no column"));
    let twice = refused(&[(Field::Name, "nama"), (Field::Name, "hp")]);
    assert!(twice.contains("--map gives name twice"), "{twice}");
    let shared = refused(&[(Field::Name, "hp"), (Field::PhoneNumber, "hp")]);
    assert!(shared.contains("makes column hp both phone_number and name"), "{shared}");
}

#[test]
fn optional_fields_are_read_where_they_are_given() {
    let rows = rows(b"nik,hp,nama,id_type,country\n4,2,3,ktp,\n4,2,3, ,SG\n");
    assert_eq!(rows[0].record.get(Field::IdType), "ktp");
    assert_eq!(rows[0].record.get(Field::Country), "ID");
    assert_eq!(rows[1].record.get(Field::IdType), "KTP");
    assert_eq!(rows[1].record.get(Field::Country), "SG");
}

#[test]
fn paths_that_are_no_file_say_so() {
    let missing = Reader::open(Path::new("/no/such/file.csv"), &Options::default());
    assert!(matches!(missing, Err(InputError::NotFound { .. })));
    let directory = Reader::open(&std::env::temp_dir(), &Options::default());
    assert!(matches!(directory, Err(InputError::Directory { .. })));
}

#[test]
fn a_read_that_fails_ends_the_rows_and_names_the_line() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the cable is out"))
        }
    }
    let source = Cursor::new(b"nik,hp,nama\n4,2,3\n4,5".to_vec()).chain(Fails);
    let mut reader = Reader::from_reader(Box::new(source), "pipe", &Options::default()).unwrap();
    assert!(reader.next().unwrap().is_ok());
    let error = reader.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("pipe, line 3: reading failed: the cable is out"), "{error}");
    assert!(reader.next().is_none());
}

#[test]
fn a_reader_can_be_sent_to_another_thread() {
    fn sendable<T: Send>(_: &T) {}
    sendable(&reader(b"nik,hp,nama\n"));
}

#[test]
fn without_a_header_columns_go_by_number() {
    let map = [(Field::IdNumber, "1"), (Field::PhoneNumber, "column_3"), (Field::Name, "2")];
    let options = Options { no_header: true, ..mapped(&map) };
    let reader = reader_with(b"3310990101909001;\"Budi; S\";0812\n2;3;4\n", &options).unwrap();
    assert_eq!(reader.detected().delimiter, b';');
    assert_eq!(reader.columns()[..], ["column_1", "column_2", "column_3"].map(String::from));
    let rows: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!((rows.len(), rows[0].line), (2, 1));
    assert_eq!(rows[0].record.get(Field::Name), "Budi; S");
    let unmapped = Options { no_header: true, ..Options::default() };
    let error = reader_with(b"3310990101909001;x;0812\n", &unmapped).err().unwrap().to_string();
    assert!(error.contains("\"column_1\"") && !error.contains("3310"), "{error}");
}

#[test]
fn a_line_that_tells_the_delimiter_is_obeyed_and_no_header() {
    let reader = reader(b"sep=|\r\nnik|hp|nama\r\n4|2|3\r\n");
    assert_eq!(reader.detected().delimiter, b'|');
    assert_eq!(reader.map(Result::unwrap).next().unwrap().line, 3);
}

fn utf16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn utf16_is_read_from_a_slow_pipe_with_a_mark_or_without() {
    let text = "nik\thp\tnama\r\n1\t2\tRenée\r\n";
    for marked in [true, false] {
        let mark = if marked { "\u{feff}" } else { "" };
        let bytes = utf16le(&format!("{mark}{text}"));
        let total = bytes.len() as u64;
        let slow = Box::new(Drops(Cursor::new(bytes)));
        let mut reader = Reader::from_reader(slow, "-", &Options::default()).unwrap();
        assert_eq!(
            (reader.detected().encoding, reader.detected().bom),
            (Encoding::Utf16Le, marked)
        );
        assert_eq!(reader.next().unwrap().unwrap().record.get(Field::Name), "Renée");
        assert!(reader.next().is_none());
        assert_eq!(reader.position_bytes(), total);
    }
}

#[test]
fn half_a_character_of_utf16_holds_its_row() {
    let mut bytes = utf16le("\u{feff}nik,hp,nama\n4,2,3\n4,5,");
    bytes.extend([0x00, 0xd8]);
    bytes.extend(utf16le("x\n7,8,9\n"));
    let rows = rows(&bytes);
    assert_eq!(rows.iter().map(codes).collect::<Vec<_>>(), [vec![], vec!["row.encoding"], vec![]]);
}

#[test]
fn windows_1252_is_read_from_a_stream_where_its_first_lines_tell() {
    let reader = reader(b"nik,hp,nama\n1,2,Ren\xe9e\n");
    assert_eq!(reader.detected().encoding, Encoding::Windows1252);
    assert_eq!(reader.map(Result::unwrap).next().unwrap().record.get(Field::Name), "Renée");
}

#[test]
fn what_is_no_table_says_what_it_is() {
    for (bytes, what) in [
        (&b"PK\x03\x04...."[..], "an .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0....", "an old .xls workbook"),
        (b"\x1f\x8b......", "compressed"),
        (b"%PDF-1.7", "a PDF"),
        (b"[{\"nik\":1}]", "a JSON array"),
        (b"{\n \"nik\": 1\n}", "no JSON object on any of its first lines"),
    ] {
        let error = error(bytes);
        assert!(error.contains(what), "{error}");
    }
}

#[test]
fn objects_may_differ_in_their_keys() {
    let rows = rows(
        b"{\"nik\":3310990101909001,\"hp\":\"0812\",\"nama\":\"A\"}\n\
          {\"nama\":\"B\",\"no_ktp\":\"x\",\"hp\":812}\n\n\
          {\"nik\":\"1\",\"hp\":null}\n",
    );
    assert_eq!(rows[0].record.get(Field::IdNumber), "3310990101909001");
    assert_eq!(rows[1].record.get(Field::IdNumber), "x");
    assert_eq!(rows[1].columns[..], ["nama", "no_ktp", "hp"].map(String::from));
    assert_eq!((rows[2].record.get(Field::PhoneNumber), rows[2].line), ("", 4));
}

#[test]
fn an_object_with_two_keys_for_one_field_is_held_wherever_it_stands() {
    let good = "{\"nik\":\"1\",\"hp\":\"2\",\"nama\":\"3\"}\n";
    let twice = "{\"nik\":\"1\",\"no_ktp\":\"2\",\"hp\":\"3\",\"nama\":\"4\"}\n";
    let same = "{\"nik\":\"1\",\"hp\":\"2\",\"nama\":\"3\",\"nik\":\"4\"}\n";
    for (text, held) in [
        (format!("{good}{twice}{good}"), 1),
        (format!("{twice}{good}"), 0),
        (format!("{same}{good}"), 0),
        (format!("{}{same}{good}", good.repeat(120)), 120),
    ] {
        let rows = rows(text.as_bytes());
        for (at, row) in rows.iter().enumerate() {
            let expected = if at == held { vec!["row.ambiguous"] } else { vec![] };
            assert_eq!(codes(row), expected, "row {at} of {text}");
        }
    }
    let error = error(twice.as_bytes());
    assert!(error.starts_with("applicants.csv, line 1: more than one column"), "{error}");
    let rows = rows(format!("{}{twice}{good}", good.repeat(100)).as_bytes());
    assert_eq!(codes(&rows[100]), ["row.ambiguous"]);
    assert!(codes(&rows[101]).is_empty());
}

#[test]
fn the_first_objects_tell_which_key_is_which_field() {
    let reader = reader(b"{\"nik\":1,\"idv_code\":2}\n{\"hp\":2}\n{\"nama\":3,\"x\":4}\n");
    assert_eq!(reader.columns()[..], ["nik", "hp", "nama", "x"].map(String::from));
    assert_eq!(
        reader.detected().to_string(),
        "JSON Lines, UTF-8; id_number = \"nik\", phone_number = \"hp\", name = \"nama\", \
         id_type = KTP by default, country = ID by default; \
         1 column of a former result is left out"
    );
    assert!(error(b"{\"nik\":1,\"hp\":2,\"x\":3}\n").contains("no column is name"));
    let options = mapped(&[(Field::Name, "x")]);
    assert!(reader_with(b"{\"nik\":1,\"hp\":2,\"x\":3}\n", &options).is_ok());
    assert!(reader_with(b"{\"nik\":1,\"hp\":2,\"nama\":3}\n", &options).is_err());
}

#[test]
fn a_line_that_is_no_object_is_held_and_the_next_one_is_read() {
    let good = "{\"nik\":\"1\",\"hp\":\"2\",\"nama\":\"3\"}\n";
    let long = format!("{{\"nik\":\"{}\"}}\n", "x".repeat(2 * 1024 * 1024));
    let text = format!("{good}{{\"nik\":\n[1]\n{long}{good}");
    let rows = rows(text.as_bytes());
    let held = |code| vec![code];
    assert_eq!(
        seen(&rows),
        [
            (1, 1, vec![]),
            (2, 2, held("row.json")),
            (3, 3, held("row.json")),
            (4, 4, held("row.too_long")),
            (5, 5, vec![])
        ]
    );
}

#[test]
fn a_value_that_is_no_text_holds_its_row_where_a_field_needs_it() {
    let rows = rows(
        b"{\"nik\":\"1\",\"hp\":\"2\",\"nama\":{\"first\":\"A\"},\"tags\":[1]}\n\
          {\"nik\":\"1\",\"hp\":\"2\",\"nama\":\"A\\u0000\",\"tags\":[1]}\n\
          {\"nik\":\"1\",\"hp\":\"2\",\"nama\":\"A\",\"tags\":[1]}\n",
    );
    let found: Vec<_> = rows.iter().map(codes).collect();
    assert_eq!(found, [vec!["row.value"], vec!["row.nul"], vec![]]);
    assert_eq!(&rows[2].cells[3], "[1]");
}

#[test]
fn a_former_result_in_json_is_read_as_its_input() {
    let reader = reader(
        b"{\"row\":1,\"outcome\":\"pass\",\"sequence_id\":null,\"sent\":{\"name\":\"X\"},\
          \"input\":{\"NIK\":\"1\",\"HP\":\"2\",\"Nama\":\"3\"}}\n",
    );
    assert_eq!(reader.columns()[..], ["NIK", "HP", "Nama"].map(String::from));
    assert!(reader.detected().to_string().ends_with("5 columns of a former result are left out"));
    assert_eq!(reader.map(Result::unwrap).next().unwrap().record.get(Field::Name), "3");
}

#[test]
fn the_encoding_of_a_file_is_seen_however_late_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.csv");
    let plain = "4,2,3\n".repeat(100_000);
    std::fs::write(&path, [HEADER.as_bytes(), plain.as_bytes(), b"1,2,Ren\xe9e\n"].concat())
        .unwrap();
    let reader = Reader::open(&path, &Options::default()).unwrap();
    assert_eq!(reader.detected().encoding, Encoding::Windows1252);
    assert_eq!(reader.map(Result::unwrap).last().unwrap().record.get(Field::Name), "Renée");
}

proptest! {
    #[test]
    fn whatever_the_csv_crate_writes_is_read_back(
        cells in prop::collection::vec(prop::collection::vec("[ -~\n\r\té,;\"]{0,12}", 4), 1..20)
    ) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["nik", "hp", "nama", "x"]).unwrap();
        // No record is blank, or a header.
        let cells: Vec<_> = cells
            .into_iter()
            .map(|mut record| {
                record[0].insert(0, 'x');
                record
            })
            .collect();
        for record in &cells {
            writer.write_record(record).unwrap();
        }
        let rows = rows(&writer.into_inner().unwrap());
        prop_assert_eq!(rows.len(), cells.len());
        for (row, record) in rows.iter().zip(&cells) {
            prop_assert!(row.problems.iter().all(|problem| problem.code() == "row.formula"));
            prop_assert_eq!(&row.cells.iter().collect::<Vec<_>>(), record);
        }
    }

    #[test]
    fn no_bytes_whatever_break_the_reader(
        bytes in prop::collection::vec(prop_oneof![
            any::<u8>(), Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r')
        ], 0..300),
        head in prop::sample::select(vec![
            HEADER.as_bytes(), b"\xff\xfen\0i\0k\0,\0h\0p\0,\0n\0a\0m\0a\0\n\0",
            b"{\"nik\":1,\"hp\":2,\"nama\":3}\n{\"", b"sep=,\nnik,hp,nama\n",
        ]),
        one_by_one in any::<bool>()
    ) {
        let bytes = [head, &bytes].concat();
        let source: Box<dyn Read + Send> = if one_by_one {
            Box::new(Drops(Cursor::new(bytes.clone())))
        } else {
            Box::new(Cursor::new(bytes.clone()))
        };
        let mut reader = Reader::from_reader(source, "-", &Options::default()).unwrap();
        let mut last = (0, 0);
        for row in reader.by_ref() {
            let row = row.unwrap();
            prop_assert_eq!(row.number, last.0 + 1);
            prop_assert!(row.line > last.1);
            last = (row.number, row.line);
        }
        prop_assert_eq!(reader.position_bytes(), bytes.len() as u64);
    }
}
