//! `harness key`: the API key in the operating system's keychain, and whose account pays.

use crate::{
    args::Format,
    open,
    print::{complain, say, say_json},
    unseen,
};
use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use harness_engine::{
    App,
    home::Home,
    secrets::{self, ApiKey, Payer},
};
use secrecy::zeroize::Zeroizing;
use std::io::{self, IsTerminal, Read};

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Put an API key into this machine's keychain: typed unseen, or read from standard input
    #[command(
        after_help = "The key is never an argument: those are in the shell's history, and other users see them.\n\
                      For example: harness key set < key.txt"
    )]
    Set,
    /// Say whether a key is stored and what runs are paid with
    Status {
        #[command(flatten)]
        format: Format,
    },
    /// Take the key out of the keychain
    #[command(visible_alias = "rm")]
    Remove,
    /// Choose what runs are paid with
    Use {
        /// What pays
        #[arg(value_enum)]
        payer: PayerArg,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PayerArg {
    /// The key in the keychain if one was stored, else the one in ANTHROPIC_API_KEY, else the subscription
    Auto,
    /// The key in the keychain
    #[value(alias = "key")]
    Keychain,
    /// The key in ANTHROPIC_API_KEY
    Environment,
    /// The login of the Claude CLI, whatever keys there are
    Subscription,
}

/// More than any key has.
const MOST_BYTES: u64 = 16 * 1024;

pub fn obey(command: KeyCommand) -> anyhow::Result<()> {
    match command {
        KeyCommand::Set => set(&open::app()?),
        KeyCommand::Status { format } => status(format),
        KeyCommand::Remove => {
            let was_there = secrets::remove_key(&open::app()?)?;
            say(if was_there { "The key is removed from the keychain." } else { "There was no key in the keychain." });
            Ok(())
        }
        KeyCommand::Use { payer } => {
            let app = open::app()?;
            let payer = match payer {
                PayerArg::Auto => Payer::Auto,
                PayerArg::Keychain => Payer::Keychain,
                PayerArg::Environment => Payer::Environment,
                PayerArg::Subscription => Payer::Subscription,
            };
            secrets::set_payer(&app, payer)?;
            say(&format!("From the next run on: {}.", words(&app)?));
            Ok(())
        }
    }
}

fn set(app: &App) -> anyhow::Result<()> {
    let key = ApiKey::parse(&read_key()?)?;
    if !key.has_known_form() {
        complain(
            "this does not look like a key of Anthropic (sk-ant-…); it is stored all the same, for a gateway of your own",
        );
    }
    secrets::store_key(app, &key)?;
    say("The key is in the keychain. Only the Claude CLI of your runs gets it.");
    if secrets::is_key_in_environment() {
        complain("ANTHROPIC_API_KEY is set too; the key in the keychain goes before it");
    }
    say(&format!("From the next run on: {}.", words(app)?));
    Ok(())
}

fn read_key() -> anyhow::Result<Zeroizing<String>> {
    if io::stdin().is_terminal() {
        return unseen::ask("paste the key and press Enter; it is not shown");
    }
    let mut text = Zeroizing::new(String::new());
    io::stdin().take(MOST_BYTES).read_to_string(&mut text).context("the key could not be read from standard input")?;
    Ok(text)
}

fn status(format: Format) -> anyhow::Result<()> {
    let app = open::existing()?;
    let stored = secrets::stored_key(&Home::look()?);
    let (payer, words) = match &app {
        Some(app) => (secrets::payer(app)?, words(app)?),
        None => (Payer::default(), spoken(Payer::default(), false)),
    };
    let is_in_environment = secrets::is_key_in_environment();
    if format.json {
        return say_json(&serde_json::json!({
            "keychain": match &stored { Ok(Some(_)) => "stored", Ok(None) => "empty", Err(_) => "unavailable" },
            "keychain_error": stored.as_ref().err().map(ToString::to_string),
            "environment": is_in_environment,
            "payer": payer,
            "words": words,
        }));
    }
    say(&match stored {
        Ok(Some(key)) => format!("keychain      a key of {} characters", key.reveal().len()),
        Ok(None) => "keychain      no key; `harness key set` stores one".into(),
        Err(error) => format!("keychain      {error}"),
    });
    say(if is_in_environment { "environment   ANTHROPIC_API_KEY is set" } else { "environment   no key" });
    say(&format!("runs          {words}"));
    Ok(())
}

/// What pays, without asking the keychain.
fn words(app: &App) -> anyhow::Result<&'static str> {
    Ok(spoken(secrets::payer(app)?, secrets::is_key_stored(app)?))
}

fn spoken(payer: Payer, is_stored: bool) -> &'static str {
    match payer {
        Payer::Keychain => "billed to the key in the keychain, by your choice",
        Payer::Environment => "billed to the key in ANTHROPIC_API_KEY, by your choice",
        Payer::Subscription => "on your subscription, by your choice; no key is used",
        Payer::Auto if is_stored => "billed to the key in the keychain",
        Payer::Auto if secrets::is_key_in_environment() => "billed to the key in ANTHROPIC_API_KEY",
        Payer::Auto => "on your subscription",
    }
}
