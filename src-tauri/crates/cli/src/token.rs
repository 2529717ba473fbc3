//! `harness token`: keys for scripts that use the API over the network.

use crate::{
    args::Format,
    features::time,
    open,
    print::{complain, say, say_bytes, say_json, say_table},
    user::RoleArg,
};
use anyhow::bail;
use clap::Subcommand;
use harness_domain::{account::ApiToken, id::TokenId};
use harness_engine::accounts::{Accounts, TokenWish};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token; it is printed once, alone on standard output
    #[command(
        after_help = "For example: curl -H \"Authorization: Bearer $(harness token create ci --role viewer --days 30)\" \\\n  \
                      http://127.0.0.1:8888/api/projects"
    )]
    Create {
        /// What it is for
        name: String,
        /// What it may do
        #[arg(long, value_enum)]
        role: RoleArg,
        /// For how many days it works; without end otherwise
        #[arg(long, value_name = "N")]
        days: Option<u32>,
        /// A project it may touch, by name or directory; repeat it for more. Every project otherwise
        #[arg(long = "project", value_name = "DIR|NAME")]
        projects: Vec<String>,
        #[command(flatten)]
        format: Format,
    },
    /// List the tokens that work
    List {
        #[command(flatten)]
        format: Format,
    },
    /// End a token at once
    Revoke {
        /// Its number, as `harness token list` shows it
        token: u32,
    },
}

pub fn obey(command: TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Create { name, role, days, projects, format } => {
            let app = open::app()?;
            let mut ids = Vec::new();
            for project in &projects {
                ids.push(app.open_known(project)?.project.id);
            }
            let wish = TokenWish { name, role: role.into(), days, projects: (!ids.is_empty()).then_some(ids) };
            let (token, listed) = Accounts::of(&app).create_token(wish, None)?;
            // As they are: this is the one place where a credential is what was asked for.
            if format.json {
                let answer = json!({ "token": token.reveal(), "listed": listed });
                say_bytes(format!("{}\n", serde_json::to_string_pretty(&answer)?).as_bytes());
            } else {
                say_bytes(format!("{}\n", token.reveal()).as_bytes());
                complain(&format!("this is token {}; it is not shown again", listed.id));
            }
        }
        TokenCommand::List { format } => list(format)?,
        TokenCommand::Revoke { token } => {
            let Some(app) = open::existing()? else { bail!("there is no token {token}") };
            Accounts::of(&app).revoke_token(TokenId(token))?;
            say(&format!("Token {token} works no more."));
        }
    }
    Ok(())
}

fn list(format: Format) -> anyhow::Result<()> {
    let tokens = match open::existing()? {
        Some(app) => Accounts::of(&app).tokens()?,
        None => Vec::new(),
    };
    if format.json {
        return say_json(&tokens);
    }
    if tokens.is_empty() {
        say("There are no tokens; `harness token create NAME --role viewer` makes one.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = tokens.iter().map(row).collect();
    say_table(&["token", "name", "role", "projects", "made by", "ends", "used"], &rows);
    Ok(())
}

fn row(token: &ApiToken) -> Vec<String> {
    let projects = match &token.projects {
        None => "all".to_owned(),
        Some(projects) if projects.is_empty() => "none any more".to_owned(),
        Some(projects) => projects.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    vec![
        token.id.to_string(),
        token.name.clone(),
        token.role.as_str().to_owned(),
        projects,
        token.made_by.clone().unwrap_or_else(|| "this machine".into()),
        token.expires_at_ms.map_or_else(|| "never".into(), time),
        token.used_at_ms.map_or_else(|| "never".into(), time),
    ]
}
