//! The provinces of Indonesia by the first two digits of a NIK.
//!
//! The codes and names are the Ministry of Home Affairs' own table of regions (Decree of the
//! Minister of Home Affairs 100.1.1-6117 of 2022). Its youngest rows are Kalimantan Utara (65, Law
//! 20 of 2012) and the four provinces of 2022: Papua Selatan (93, Law 14), Papua Tengah (94, Law
//! 15), Papua Pegunungan (95, Law 16) and Papua Barat Daya (96, Law 29). The statistics office
//! numbers some of them otherwise (97 is its).

const PROVINCES: [(u8, &str); 38] = [
    (11, "Aceh"),
    (12, "Sumatera Utara"),
    (13, "Sumatera Barat"),
    (14, "Riau"),
    (15, "Jambi"),
    (16, "Sumatera Selatan"),
    (17, "Bengkulu"),
    (18, "Lampung"),
    (19, "Kepulauan Bangka Belitung"),
    (21, "Kepulauan Riau"),
    (31, "DKI Jakarta"),
    (32, "Jawa Barat"),
    (33, "Jawa Tengah"),
    (34, "DI Yogyakarta"),
    (35, "Jawa Timur"),
    (36, "Banten"),
    (51, "Bali"),
    (52, "Nusa Tenggara Barat"),
    (53, "Nusa Tenggara Timur"),
    (61, "Kalimantan Barat"),
    (62, "Kalimantan Tengah"),
    (63, "Kalimantan Selatan"),
    (64, "Kalimantan Timur"),
    (65, "Kalimantan Utara"),
    (71, "Sulawesi Utara"),
    (72, "Sulawesi Tengah"),
    (73, "Sulawesi Selatan"),
    (74, "Sulawesi Tenggara"),
    (75, "Gorontalo"),
    (76, "Sulawesi Barat"),
    (81, "Maluku"),
    (82, "Maluku Utara"),
    (91, "Papua"),
    (92, "Papua Barat"),
    (93, "Papua Selatan"),
    (94, "Papua Tengah"),
    (95, "Papua Pegunungan"),
    (96, "Papua Barat Daya"),
];

/// The same by code: every row of a file asks.
const BY_CODE: [Option<&str>; 100] = {
    let mut names = [None; 100];
    let mut index = 0;
    while index < PROVINCES.len() {
        names[PROVINCES[index].0 as usize] = Some(PROVINCES[index].1);
        index += 1;
    }
    names
};

/// The name of a province.
pub(crate) fn name(code: u8) -> Option<&'static str> {
    BY_CODE.get(usize::from(code)).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_province_is_found_by_its_code() {
        assert!(PROVINCES.is_sorted_by(|a, b| a.0 < b.0), "none stands there twice");
        for (code, province) in PROVINCES {
            assert_eq!(name(code), Some(province));
        }
    }

    #[test]
    fn a_code_of_another_numbering_is_no_province() {
        for code in [0, 10, 20, 22, 37, 54, 66, 77, 83, 90, 97, 98, 99] {
            assert_eq!(name(code), None, "{code}");
        }
    }
}
