//! Numbers in the English tables of `idv ledger`.

use crate::words::Lang;

/// A count with its noun: `1 row`, `2 rows`, `1,024 rows`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A number with a comma at each thousand.
pub(crate) fn thousands(number: u64) -> String {
    Lang::En.thousands(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_has_its_plural() {
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(1_234_567, "row"), "1,234,567 rows");
    }
}
