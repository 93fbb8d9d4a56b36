//! Feeds any bytes to the reader and the checks: they must neither crash nor lose count.
#![no_main]

use std::io::Cursor;

use idv::checks;
use idv::input::{Options, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: Vec<u8>| {
    let source = Box::new(Cursor::new(bytes));
    let Ok(reader) = Reader::from_reader(source, "fuzz", &Options::default()) else { return };
    let mut number = 0;
    for row in reader {
        let mut row = row.expect("bytes in memory can be read");
        checks::prepare(&mut row);
        number += 1;
        assert_eq!(row.number, number);
    }
});
