//! Indonesian sentences about an input: what was detected, and why it can't be read.

use crate::model::record::Field;
use crate::words::indonesian::Indonesian;
use crate::words::{FormatProblem, InputWords};

impl InputWords for Indonesian {
    fn input(&self, detected: &str) -> String {
        format!("masukan: {detected}")
    }

    fn csv(&self, delimiter: u8, encoding: &str, bom: bool) -> String {
        let between = match delimiter {
            b',' => "koma".to_owned(),
            b';' => "titik koma".to_owned(),
            b'\t' => "tab".to_owned(),
            b'|' => "garis tegak".to_owned(),
            other => format!("'{}'", char::from(other).escape_default()),
        };
        let bom = if bom { " dengan penanda urutan byte" } else { "" };
        format!("CSV dengan pembatas {between}, {encoding}{bom}")
    }

    fn json_lines(&self, encoding: &str, bom: bool) -> String {
        let bom = if bom { " dengan penanda urutan byte" } else { "" };
        format!("JSON Lines, {encoding}{bom}")
    }

    fn workbook(&self, format: &str, sheet: &str, others: Option<&str>) -> String {
        let others = others
            .map(|others| format!(" (kolomnya juga ada di {others}: pilih dengan --sheet)"))
            .unwrap_or_default();
        format!("{format}, lembar \"{sheet}\"{others}")
    }

    fn header_in(&self, line: u64, of_sheet: bool) -> String {
        let _ = of_sheet;
        format!("judul kolom di baris {line}")
    }

    fn by_default(&self, field: Field, value: Option<&str>) -> String {
        format!("{} = {} (bawaan)", field.name(), value.unwrap_or("kosong"))
    }

    fn former_columns(&self, columns: usize) -> String {
        format!("{columns} kolom dari hasil sebelumnya tidak dipakai")
    }

    fn and_others(&self, others: usize) -> String {
        format!("dan {others} lagi")
    }

    fn or(&self) -> &'static str {
        " atau "
    }

    fn column_placeholder(&self) -> &'static str {
        "KOLOM"
    }

    fn no_such_file(&self, file: &str) -> String {
        format!(
            "{file}: berkas tidak ada; periksa namanya, atau tulis - untuk membaca masukan standar"
        )
    }

    fn is_directory(&self, file: &str) -> String {
        format!("{file} adalah folder; sebutkan berkas di dalamnya")
    }

    fn not_opened(&self, file: &str, why: &str) -> String {
        format!("{file} tidak dapat dibuka: {why}; pastikan berkas itu boleh dibaca")
    }

    fn not_read(&self, file: &str, line: u64, why: &str) -> String {
        format!(
            "{file}, baris {line}: gagal dibaca: {why}; baris sebelumnya sudah dibaca; salin berkas \
             ke disk komputer ini, lalu jalankan lagi"
        )
    }

    fn changed_input(&self, file: &str) -> String {
        format!(
            "{file} berubah saat dibaca atau saat menunggu jawaban; jalankan lagi perintahnya, yang \
             membaca isi sekarang"
        )
    }

    fn input_empty(&self, file: &str) -> String {
        format!(
            "{file} kosong; ekspor ulang, dengan judul kolom di baris pertama, misalnya \
             id_number,phone_number,name"
        )
    }

    fn no_table(&self, file: &str, problem: &FormatProblem) -> String {
        let (what, next) = format_problem(problem);
        format!("{file} {what}; {next}")
    }

    fn pointless_option(&self, file: &str, format: &str, option: &str) -> String {
        format!("{file} berformat {format}, jadi {option} tidak berlaku; hilangkan opsi itu")
    }

    fn no_header(&self, file: &str, line: u64) -> String {
        format!(
            "{file}, baris {line}: baris pertama tampak seperti data pemohon, bukan judul kolom; \
             tambahkan baris judul di atasnya, misalnya id_number,phone_number,name, atau sebutkan \
             kolomnya: `--no-header --map id_number=1 --map phone_number=2 --map name=3`; bila judul \
             kolom ada di baris lain, sebutkan: `--header-row N`"
        )
    }

    fn no_column(
        &self,
        place: (&str, u64),
        fields: &str,
        columns: &str,
        maps: &str,
        rows: Option<&str>,
    ) -> String {
        let (file, line) = place;
        let other = rows.map(|rows| {
            format!(
                "; bila judul kolom ada di baris lain, sebutkan dengan `--header-row N`: {rows}"
            )
        });
        format!(
            "{file}, baris {line}: tidak ada kolom {fields}; kolomnya {columns}; sebutkan yang mana: \
             {maps}{}",
            other.unwrap_or_default()
        )
    }

    fn header_not_found(&self, file: &str, searched: usize, rows: &str) -> String {
        format!(
            "{file}: tidak ada judul kolom di {searched} baris pertama; {rows}; sebutkan baris judul \
             kolom: `--header-row N`, dan kolomnya: `--map id_number=KOLOM --map phone_number=KOLOM \
             --map name=KOLOM`; tanpa judul kolom: `--no-header --map id_number=1 --map \
             phone_number=2 --map name=3`"
        )
    }

    fn no_such_row(&self, file: &str, line: u64) -> String {
        format!(
            "{file}: tidak ada data yang mulai di baris {line}; sebutkan baris judul kolom dengan --header-row"
        )
    }

    fn ambiguous_columns(
        &self,
        place: (&str, u64),
        field: &str,
        columns: &str,
        choices: &str,
    ) -> String {
        let (file, line) = place;
        format!(
            "{file}, baris {line}: lebih dari satu kolom dapat berarti {field}: {columns}; sebutkan \
             yang mana: {choices}"
        )
    }

    fn no_such_column(&self, place: (&str, u64), map: &str, columns: &str) -> String {
        let (file, line) = place;
        format!(
            "{file}, baris {line}: --map {map} tidak menyebut kolom yang ada; kolomnya {columns}"
        )
    }

    fn mapped_twice(&self, field: &str, columns: &str) -> String {
        format!("--map menyebut {field} dua kali: {columns}; sisakan satu")
    }

    fn shared_column(&self, column: &str, fields: [&str; 2]) -> String {
        let [one, other] = fields;
        format!("--map memakai kolom {column} untuk {one} dan {other}; sisakan satu")
    }

    fn no_delimiter(&self) -> &'static str {
        "pembatas harus satu karakter biasa, misalnya , ; | atau tab"
    }

    fn no_purpose(&self, require: &str, purpose: &str) -> String {
        format!(
            "tujuan pengecekan belum disebut, padahal {require} mewajibkannya\n\n  \
             saran: tambahkan --purpose TUJUAN, atau isi {purpose}"
        )
    }

    fn missing_settings(&self, names: &str) -> String {
        format!(
            "belum diisi: {names}\n\n  \
             saran: salin .env.example menjadi .env lalu isi, atau isi variabelnya;\n  \
             untuk mencoba idv tanpa akun, tambahkan --sandbox"
        )
    }
}

/// What the file is, and what to do.
fn format_problem(problem: &FormatProblem) -> (String, String) {
    const REPAIR: &str = "buka di aplikasi lembar kerja, lalu simpan";
    let (what, next) = match problem {
        FormatProblem::JsonArray => {
            ("adalah larik JSON", "tulis satu objek per baris, misalnya dengan: jq -c '.[]'")
        }
        FormatProblem::NoJsonObject => (
            "tidak memuat objek JSON di baris-baris pertamanya",
            "tulis setiap objek di baris tersendiri, misalnya dengan: jq -c .",
        ),
        FormatProblem::JsonForCsv => ("memuat JSON", "simpan sebagai CSV"),
        FormatProblem::WorkbookForCsv => ("adalah buku kerja", "simpan sebagai CSV"),
        FormatProblem::MisnamedWorkbook => ("adalah buku kerja", "hilangkan --input-format"),
        FormatProblem::MisnamedOldWorkbook => {
            ("adalah buku kerja .xls lama", "hilangkan --input-format")
        }
        FormatProblem::Compressed => {
            ("terkompresi", "buka kompresinya lebih dulu, misalnya dengan gunzip")
        }
        FormatProblem::Pdf => ("adalah PDF", "ekspor tabelnya sebagai .xlsx atau CSV"),
        FormatProblem::WebPage => (
            "adalah halaman web atau XML, apa pun akhiran namanya",
            "buka di aplikasi lembar kerja, lalu simpan sebagai .xlsx",
        ),
        FormatProblem::NoSuchSheet { sheets } => {
            let next = format!("sebutkan salah satu dengan --sheet: {sheets}");
            return ("tidak punya lembar itu".to_owned(), next);
        }
        FormatProblem::Protected => (
            "dilindungi kata sandi",
            "buka di aplikasi lembar kerja, lalu simpan tanpa kata sandi, sebagai .xlsx atau CSV",
        ),
        FormatProblem::Damaged { format } => {
            let what = format!("tidak dapat dibaca sebagai {format}: rusak, atau berformat lain");
            return (what, format!("{REPAIR} sebagai .xlsx atau CSV"));
        }
        FormatProblem::DamagedBehind { row } => {
            return (format!("rusak setelah baris {row}"), format!("{REPAIR} ulang"));
        }
        FormatProblem::WorkbookInStream { format } => {
            let what = format!("berformat {format}, yang tidak dapat dibaca dari aliran");
            return (what, "simpan sebagai berkas, lalu sebutkan namanya".to_owned());
        }
    };
    (what.to_owned(), next.to_owned())
}
