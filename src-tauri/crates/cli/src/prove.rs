//! `harness doctor --prove`: real attempts to get out of the walls, each told as held or not.

use crate::print::{say, say_json};
use harness_engine::OpenProject;
use std::{io::IsTerminal, process::ExitCode};

/// Makes the attempts, with what the policy of `project` adds when one is named, and prints each. The exit code is 1 when
/// one got through.
#[cfg(unix)]
pub async fn prove(project: Option<&OpenProject>, is_json: bool) -> anyhow::Result<ExitCode> {
    use harness_engine::session::prove::{Held, prove, prove_for};
    let proofs = match project {
        Some(project) => prove_for(project).await?,
        None => prove().await?,
    };
    let is_open = proofs.iter().any(|proof| proof.outcome == Held::NotHeld);
    if is_json {
        say_json(&proofs)?;
    } else {
        let (red, plain) = if std::io::stdout().is_terminal() { ("\u{1b}[31m", "\u{1b}[0m") } else { ("", "") };
        for proof in &proofs {
            let mark = match proof.outcome {
                Held::Held => "held      ".to_owned(),
                Held::NotHeld => format!("{red}NOT HELD{plain}  "),
                Held::NotTested => "not tested".to_owned(),
            };
            let detail = if proof.detail.is_empty() { String::new() } else { format!(" ({})", proof.detail) };
            say(&format!("{mark}  {:<24} {}{detail}", proof.id, proof.what));
        }
        let held = proofs.iter().filter(|proof| proof.outcome == Held::Held).count();
        let with = match project {
            Some(project) => format!("with the policy of {}", project.project.name),
            None => "with no project's policy; --project adds one".into(),
        };
        say(&format!("{held} of {} attempts were held, {with}.", proofs.len()));
    }
    Ok(if is_open { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Says that there are no walls here to prove.
#[cfg(not(unix))]
pub async fn prove(_project: Option<&OpenProject>, _is_json: bool) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this operating system's walls are not built in: only the rules for commands and paths protect here")
}
