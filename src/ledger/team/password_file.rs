//! The password of a database user where the address has none: `PGPASSWORD`, then the file
//! `PGPASSFILE` or `~/.pgpass`, as libpq reads them.

use std::fs;
use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::model::warning::Warning;
use crate::platform;

/// The port of a server that names none.
const PORT: u16 = 5432;

/// Finds the password.
pub(super) fn password(config: &Config, database: &str, user: &str) -> Option<String> {
    let environment = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(password) = environment("PGPASSWORD") {
        return Some(password);
    }
    let home = || Some(platform::home_folder()?.join(".pgpass"));
    let file = environment("PGPASSFILE").map(PathBuf::from).or_else(home)?;
    if platform::is_readable_by_others(&file) {
        Warning::PasswordFileOpen { file: file.display().to_string() }.tell();
        return None;
    }
    let text = fs::read_to_string(file).ok()?;
    let host = match config.get_hosts().first()? {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(folder) => folder.to_string_lossy().into_owned(),
    };
    let port = config.get_ports().first().unwrap_or(&PORT).to_string();
    find(&text, [&host, &port, database, user])
}

/// Finds the first line whose four fields match.
fn find(text: &str, wanted: [&str; 4]) -> Option<String> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = split(line);
        let [known @ .., password] = fields.as_slice() else { return None };
        let matches = known.len() == wanted.len()
            && known.iter().zip(wanted).all(|(known, wanted)| {
                known == "*" || known == wanted || (wanted.starts_with('/') && known == "localhost")
            });
        matches.then(|| password.clone())
    })
}

/// Splits a line at its colons; `\` takes the next character as it is.
fn split(line: &str) -> Vec<String> {
    let (mut fields, mut field) = (Vec::new(), String::new());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => field.extend(characters.next()),
            ':' if fields.len() < 4 => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_matches_counts() {
        let text = "# ours\nother:5432:idv:idv:no\ndb.example.id:*:idv:idv:a\\:b:c\n*:*:*:*:last\n";
        let found = |host| find(text, [host, "5432", "idv", "idv"]);
        assert_eq!(found("db.example.id").as_deref(), Some("a:b:c"));
        assert_eq!(found("else.example.id").as_deref(), Some("last"));
        assert_eq!(find("a:b\n", ["a", "b", "c", "d"]), None);
    }
}
