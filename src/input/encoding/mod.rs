//! How the characters of a text file are written: decoding them, and telling UTF-8 from Windows-1252.

pub(crate) mod decoder;
pub(crate) mod encoding_check;
