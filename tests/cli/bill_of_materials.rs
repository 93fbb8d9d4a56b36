//! The software bill of materials: one command writes every crate of the program, as Cargo.lock has it.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Versions and checksums in Cargo.lock, by `name@version`.
fn locked() -> BTreeMap<String, String> {
    let lock = std::fs::read_to_string(format!("{ROOT}/Cargo.lock")).unwrap();
    let value = |block: &str, key: &str| {
        let line = block.lines().find(|line| line.starts_with(&format!("{key} = ")))?;
        Some(line.split('"').nth(1).unwrap().to_owned())
    };
    let crates = lock.split("[[package]]").skip(1).map(|block| {
        let name =
            format!("{}@{}", value(block, "name").unwrap(), value(block, "version").unwrap());
        (name, value(block, "checksum").unwrap_or_default())
    });
    crates.collect()
}

#[test]
fn the_bill_of_materials_names_every_crate_with_the_checksum_of_the_lock_file() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is missing, and packaging/sbom.sh needs it");
        return;
    }
    let output = Command::new("sh").arg(format!("{ROOT}/packaging/sbom.sh")).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let bill: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
    assert_eq!(bill["metadata"]["component"]["version"], env!("CARGO_PKG_VERSION"));
    let locked = locked();
    let components = bill["components"].as_array().unwrap();
    for component in components {
        let text = |key: &str| component[key].as_str().unwrap().to_owned();
        let name = format!("{}@{}", text("name"), text("version"));
        let checksum = locked.get(&name).unwrap_or_else(|| panic!("{name} is not in Cargo.lock"));
        assert_eq!(component["hashes"][0]["content"], checksum.as_str(), "{name}");
        assert_eq!(text("purl"), format!("pkg:cargo/{name}"));
        assert!(component["licenses"][0]["expression"].is_string(), "{name} has no licence");
    }
    let names: Vec<_> =
        components.iter().map(|component| component["name"].as_str().unwrap()).collect();
    for own in ["clap", "reqwest", "rustls", "rusqlite", "tokio-postgres", "age"] {
        assert!(names.contains(&own), "{own} is missing");
    }
    for test_only in ["assert_cmd", "proptest", "insta"] {
        assert!(!names.contains(&test_only), "{test_only} is no part of the program");
    }
}
