//! Parses the command line, runs it, exits: the only process exit.
fn main() {}
