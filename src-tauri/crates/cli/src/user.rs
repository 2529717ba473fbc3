//! `harness user`: who can sign in from another device. Works while a server runs: they share the database.

use crate::{
    args::Format,
    features::time,
    open,
    print::{complain, say, say_json, say_table},
    unseen,
};
use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use harness_domain::account::{LONGEST_PASSWORD, User, UserRole};
use harness_engine::accounts::Accounts;
use secrecy::SecretString;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Read},
    path::PathBuf,
};

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add somebody who can sign in
    #[command(
        after_help = "The password is never an argument: those are in the shell's history, and other users see them.\n\
                      For example: harness user add ada --role admin --password-stdin < password.txt"
    )]
    Add {
        /// Letters, digits, `.`, `_`, `-` and `@`
        name: String,
        /// What they may do
        #[arg(long, value_enum)]
        role: RoleArg,
        #[command(flatten)]
        password: PasswordArg,
    },
    /// List who can sign in
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Remove somebody with their devices and tokens
    #[command(visible_alias = "rm")]
    Remove {
        /// Whom
        name: String,
    },
    /// Give somebody another role; it counts at once
    Role {
        /// Whom
        name: String,
        /// What they may do
        #[arg(value_enum)]
        role: RoleArg,
    },
    /// Give somebody another password; all their devices are signed out
    Password {
        /// Whom
        name: String,
        #[command(flatten)]
        password: PasswordArg,
    },
    /// Take over the users of the older system, with the passwords they have
    Import {
        /// Its users.json
        file: PathBuf,
        /// What each of them may do: the older system let everybody do everything
        #[arg(long, value_enum)]
        role: RoleArg,
    },
}

/// What somebody may do. Each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Look
    Viewer,
    /// Change cards, start and stop runs, answer what waits
    Operator,
    /// Change projects, policies and settings, and decide who else may come in
    Admin,
}

#[derive(Debug, Clone, Copy, Args)]
pub struct PasswordArg {
    /// Read the password from standard input: its first line
    #[arg(long)]
    password_stdin: bool,
}

impl From<RoleArg> for UserRole {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Viewer => UserRole::Viewer,
            RoleArg::Operator => UserRole::Operator,
            RoleArg::Admin => UserRole::Admin,
        }
    }
}

/// A user as the older system kept them. It had no roles.
#[derive(Deserialize)]
struct OlderUser {
    hashed_password: String,
    #[serde(default = "yes")]
    is_active: bool,
}

fn yes() -> bool {
    true
}

pub async fn obey(command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add { name, role, password } => {
            let accounts = Accounts::of(&open::app()?);
            let user = accounts.add_user(&name, role.into(), read_password(password)?).await?;
            say(&format!("{} can sign in as {}.", user.name, user.role.as_str()));
        }
        UserCommand::List { format } => list(format)?,
        UserCommand::Remove { name } => {
            let (accounts, user) = named(&name)?;
            accounts.remove_user(user.id, None)?;
            say(&format!("{} is removed, and signed out everywhere.", user.name));
        }
        UserCommand::Role { name, role } => {
            let (accounts, user) = named(&name)?;
            let user = accounts.edit_user(user.id, Some(role.into()), None).await?;
            say(&format!("{} is {} from now on.", user.name, user.role.as_str()));
        }
        UserCommand::Password { name, password } => {
            let (accounts, user) = named(&name)?;
            accounts.edit_user(user.id, None, Some(read_password(password)?)).await?;
            say(&format!("{} has another password, and is signed out everywhere.", user.name));
        }
        UserCommand::Import { file, role } => import(&file, role.into())?,
    }
    Ok(())
}

fn list(format: Format) -> anyhow::Result<()> {
    let users = match open::existing()? {
        Some(app) => Accounts::of(&app).users()?,
        None => Vec::new(),
    };
    if format.json {
        return say_json(&users);
    }
    if users.is_empty() {
        say("Nobody can sign in yet; `harness user add NAME --role admin` adds somebody.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = users
        .into_iter()
        .map(|user| vec![user.name, user.role.as_str().to_owned(), time(user.created_at_ms)])
        .collect();
    say_table(&["name", "role", "added"], &rows);
    Ok(())
}

fn import(file: &std::path::Path, role: UserRole) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))?;
    let users: BTreeMap<String, OlderUser> = serde_json::from_str(&text)
        .with_context(|| format!("{} is no list of users of the older system", file.display()))?;
    let accounts = Accounts::of(&open::app()?);
    let mut failed = 0;
    for (name, user) in users {
        if !user.is_active {
            complain(&format!("{name} was switched off there, and is left out"));
            continue;
        }
        match accounts.import_user(&name, role, &user.hashed_password) {
            Ok(user) => say(&format!("{} can sign in as {}.", user.name, user.role.as_str())),
            Err(error) => {
                failed += 1;
                complain(&format!("{name}: {error}"));
            }
        }
    }
    if failed > 0 {
        bail!("{failed} of them could not be taken over");
    }
    Ok(())
}

fn named(name: &str) -> anyhow::Result<(Accounts, User)> {
    let accounts = open::existing()?.map(|app| Accounts::of(&app));
    let user = match &accounts {
        Some(accounts) => accounts.user_named(name)?,
        None => None,
    };
    match accounts.zip(user) {
        Some(found) => Ok(found),
        None => bail!("there is no user {name:?}; `harness user list` shows those there are"),
    }
}

fn read_password(PasswordArg { password_stdin }: PasswordArg) -> anyhow::Result<SecretString> {
    if password_stdin {
        let mut text = String::new();
        let most = u64::try_from(LONGEST_PASSWORD + 2).unwrap_or(u64::MAX);
        let read = io::stdin().take(most).read_to_string(&mut text);
        read.context("the password could not be read from standard input")?;
        return Ok(text.lines().next().unwrap_or_default().into());
    }
    if !io::stdin().is_terminal() {
        bail!("give the password on standard input, and say --password-stdin");
    }
    let first = unseen::ask("type the password and press Enter; it is not shown")?;
    if first != unseen::ask("once more")? {
        bail!("the two differ; nothing was changed");
    }
    Ok(SecretString::from(first.as_str()))
}
