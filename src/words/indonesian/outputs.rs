//! Indonesian sentences about an output that can't be written.

use crate::words::OutputWords;
use crate::words::indonesian::Indonesian;

impl OutputWords for Indonesian {
    fn output_is_input(&self, file: &str) -> String {
        format!("{file} adalah berkas masukan: hasil memerlukan berkas sendiri")
    }

    fn output_not_named_age(&self, file: &str) -> String {
        format!(
            "{file} akan dienkripsi, dan namanya harus menunjukkan itu\n\n  \
             saran: tulis {file}.age"
        )
    }

    fn output_without_recipient(&self, file: &str) -> String {
        format!(
            "nama {file} menunjukkan berkas terenkripsi, tetapi penerimanya belum disebut\n\n  \
             saran: tambahkan --encrypt-to dengan kunci publik orang yang akan membacanya, atau \
             hilangkan .age"
        )
    }

    fn output_is_ledger(&self, file: &str) -> String {
        format!("{file} milik catatan pengecekan: hasil memerlukan berkas sendiri")
    }

    fn output_is_database(&self, file: &str) -> String {
        format!(
            "{file} adalah basis data, mungkin catatan pengecekan: tidak pernah diganti\n\n  \
             saran: pilih nama lain"
        )
    }

    fn output_locked(&self, file: &str) -> String {
        format!(
            "proses lain sedang menulis {file}\n\n  \
             saran: tunggu sampai selesai, atau pilih nama lain"
        )
    }

    fn output_named_twice(&self, file: &str) -> String {
        format!("{file} disebut untuk dua keluaran: beri masing-masing berkas sendiri")
    }

    fn output_not_ours(&self, file: &str) -> String {
        format!(
            "{file} sudah ada dan bukan hasil dari idv\n\n  \
             saran: pilih nama lain, atau ganti dengan --force"
        )
    }

    fn output_in_use(&self, file: &str, why: &str) -> String {
        format!(
            "{file} tidak dapat diganti: {why}\n\n  \
             saran: tutup di Excel atau program lain, atau pilih nama lain"
        )
    }

    fn output_unwritable(&self, file: &str, why: &str) -> String {
        format!(
            "{file} tidak dapat ditulis: {why}\n\n  \
             saran: pilih berkas di dalam folder yang boleh ditulisi"
        )
    }
}
