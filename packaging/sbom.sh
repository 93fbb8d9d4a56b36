#!/bin/sh
# Writes the software bill of materials of the program to stdout: CycloneDX 1.5, JSON. It reads
# `cargo metadata` and Cargo.lock, and needs no network once the crates are there.
#
#   packaging/sbom.sh [TARGET] > idv.cdx.json      (TARGET as x86_64-unknown-linux-gnu; this machine's by default)
set -eu
cd "$(dirname "$0")/.."
target=${1:-$(rustc -vV | sed -n 's/^host: //p')}
cargo metadata --locked --offline --format-version 1 --filter-platform "$target" |
  SBOM_TARGET=$target python3 packaging/sbom.py
