//! Searches bytes for secrets: the key in every form in which it may be written, and a person.

use std::path::Path;

use calamine::Reader as _;

/// A key whose characters every encoding has to change.
pub const KEY: &str = "k+/=%26 Zz";

/// A made-up person.
pub const PERSON: [&str; 3] = ["3310990101900123", "Zulkarnaen", "081377788899"];

/// Base64 of some bytes, without the end that depends on what follows.
fn base64(bytes: &[u8], alphabet: &[u8; 64]) -> Vec<u8> {
    let mut text = Vec::new();
    for three in bytes.chunks_exact(3) {
        let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        text.extend([18, 12, 6, 0].map(|shift| alphabet[(bits >> shift & 63) as usize]));
    }
    text
}

/// The key as it is, percent-encoded, escaped for JSON and HTML, in base64 wherever it begins, in
/// hexadecimal, in UTF-16; and pieces of it that nothing else holds.
pub fn forms() -> Vec<Vec<u8>> {
    let standard = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let for_urls = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut forms: Vec<Vec<u8>> = [
        KEY,
        "k%2B%2F%3D%2526%20Zz",
        "k%2B%2F%3D%2526+Zz",
        "k%2b%2f%3d%2526%20Zz",
        "k+/=%2526%20Zz",
        "k+/=%26%20Zz",
        "k+\\/=%26 Zz",
        "k\\u002b\\u002f",
        "k&#43;",
        "k+&#x2F;",
        "k+&#47;",
        "%2526",
        "=%26 Z",
    ]
    .map(|form| form.as_bytes().to_vec())
    .to_vec();
    for skipped in 0..3 {
        for alphabet in [standard, for_urls] {
            forms.push(base64(&KEY.as_bytes()[skipped..], alphabet));
        }
    }
    let hex = |upper: bool| {
        let byte = |byte: u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
        KEY.bytes().map(byte).collect::<String>().into_bytes()
    };
    forms.extend([hex(false), hex(true)]);
    forms.push(KEY.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms
}

fn contains(bytes: &[u8], piece: &[u8]) -> bool {
    memchr::memmem::find(bytes, piece).is_some()
}

/// Checks that no form of the key is in these bytes.
#[track_caller]
pub fn no_key(what: &str, bytes: &[u8]) {
    for form in forms() {
        let form_shown = String::from_utf8_lossy(&form);
        assert!(!contains(bytes, &form), "{what} holds the key as {form_shown}:\n{}", shown(bytes));
    }
}

/// Checks that neither the key nor the person is in these bytes.
#[track_caller]
pub fn no_key_or_person(what: &str, bytes: &[u8]) {
    no_key(what, bytes);
    let lower = bytes.to_ascii_lowercase();
    for person in PERSON {
        assert!(
            !contains(&lower, person.to_ascii_lowercase().as_bytes()),
            "{what} holds {person}:\n{}",
            shown(bytes)
        );
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(4000)]).into_owned()
}

/// The bytes of a file, and the unpacked cells of a workbook.
pub fn bytes_of(file: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(file).unwrap();
    if file.extension().is_some_and(|ending| ending == "xlsx") {
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(file).unwrap();
        for (_, sheet) in book.worksheets() {
            for (_, _, cell) in sheet.used_cells() {
                bytes.extend(format!("{cell}\n").bytes());
            }
        }
    }
    bytes
}

/// Every file under a folder.
pub fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn the_search_finds_each_secret_in_a_text() {
    let found = |text: &[u8]| std::panic::catch_unwind(|| no_key_or_person("this", text)).is_err();
    assert!(!found(b"nothing at all"));
    for text in ["x k+/=%26 Zz", "partner_key=k%2B%2F%3D%2526%20Zz&", "a3Urx", "081377788899"] {
        assert_eq!(found(text.as_bytes()), text != "a3Urx", "{text}");
    }
    // As three programs would encode a longer text with the key in it.
    for text in ["aysvPSUyNiBaeg==", "eGsrLz0lMjYgWno=", "eHhrKy89JTI2IFp6"] {
        assert!(found(text.as_bytes()), "{text}");
    }
}
