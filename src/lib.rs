//! Verifies Indonesian identities: does this KTP number belong to this name and this phone?
//!
//! The program `idv` is a thin layer over this library. What makes it worth calling is the ledger: an
//! intent is on disk before a record is sent, its answer before you see it, so that no record is paid
//! for twice and no answer that was paid for is lost, whatever becomes of your process.
//!
//! One record, against the built-in sandbox (give another endpoint, and your account, for real):
//!
//! ```
//! use idv::run::pacing::Gauge;
//! use idv::client::Client;
//! use idv::ledger::{Ledger, RunEnd};
//! use idv::model::outcome::Outcome;
//! use idv::run::{Pipeline, Terms};
//! use idv::sandbox::{Charges, Config, serve};
//! use idv::settings::Settings;
//! use idv::run::stop::Stop;
//! use idv::{checks, input};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("idv-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let file = folder.join("ledger.db");
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let endpoint = format!("http://{}/", listener.local_addr()?);
//! let charges = Charges::default();
//! tokio::spawn(serve(listener, Config::default(), charges.clone(), std::future::pending()));
//!
//! // Once: the endpoint, the account, and the file that remembers. A run claims, sends and settles.
//! let settings = Settings::of(&endpoint, "my-code", "my-key".into(), &file)?;
//! let ledger = Ledger::open(&settings.ledger, settings.kind)?;
//! let run = ledger.start_run("verify", &settings.partner_code).await?;
//! let (client, stop) = (Client::new(settings.client)?, Stop::default());
//! let pipeline =
//!     Pipeline::new(client, run.clone(), Terms::default(), stop.clone(), Gauge::default());
//!
//! // For each record: normalise and check it, then ask. The same record again costs nothing.
//! let json = r#"{"nik": "3310990101909001", "phone": "+62 812-3456-7890", "name": "Budi Contoh"}"#;
//! for _ in 0..2 {
//!     let mut row = input::read_object(json)?;
//!     checks::prepare(&mut row);
//!     let verdict = pipeline.verify(&row).await.on_disk(&stop).await;
//!     assert_eq!(verdict.outcome, Outcome::Fail);
//! }
//! assert_eq!(charges.charged(), 1);
//!
//! // At the end; a process that dies before leaves what was in flight in doubt, and no more.
//! run.finish(RunEnd::Done).await?;
//! # drop((pipeline, ledger));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(())
//! # }
//! ```
//!
//! `on_disk` gives the verdict once it is durable. An [`outcome::Outcome::Unknown`] may have been
//! charged and is never sent again unasked; when [`stop::Stop::reason`] says something, the account
//! or the endpoint is in trouble, and nothing more is sent.
//!
//! A file: [`input::Reader`] gives rows, [`run::run`] sends a stream of them. Without a network:
//! [`checks::nik::Nik::read`] reads a NIK, [`code::find`] explains a status code.
//!
//! The modules, from the door down to the ground floor; which may use which is in ARCHITECTURE.md.

pub mod cli;
pub mod commands;
pub mod crash;
pub mod exit;
pub mod settings;

pub mod output;
pub mod plan;
pub mod run;

pub mod checks;
pub mod client;
pub mod input;
pub mod ledger;
pub mod sandbox;

pub mod model;
