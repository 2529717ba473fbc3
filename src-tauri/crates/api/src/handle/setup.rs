//! What this machine has of what runs need.

use crate::{
    Api, ApiError, ErrorCode,
    procedures::Nothing,
    shape::{Health, HealthCheck, setup::*},
};
use harness_domain::evidence::SandboxLevel;
use harness_engine::{
    EngineError,
    secrets::{self, Payer},
    setup::{self, Finding, State},
};

pub fn setup_status(api: &Api, _: Nothing) -> Result<SetupStatus, ApiError> {
    let app = api.app().clone();
    let found = api.wait(setup::claude(Some(app), None));
    let walls = setup::sandbox();
    let tools = setup::tools();
    let keychain = keychain(api)?;
    let trouble = found.findings.iter().find(|finding| finding.state != State::Ok);
    let claude = ClaudeStatus {
        is_found: found.cli.is_some(),
        path: found.cli.as_ref().map(|cli| cli.path.display().to_string()),
        version: found.cli.as_ref().map(|cli| cli.version.to_string()),
        login: match found.login {
            setup::Login::Subscription => Login::Subscription,
            setup::Login::ApiKey => Login::ApiKey,
            setup::Login::None => Login::None,
            setup::Login::Unknown => Login::Unknown,
        },
        account: found.account,
        problem: trouble.map(|finding| finding.detail.clone()),
        fix: trouble.and_then(|finding| finding.remedy.clone()),
    };
    let git = setup::program("git");
    let probe = harness_sandbox::probe();
    let sandbox = SandboxStatus {
        level: probe.level,
        kind: match probe.level {
            SandboxLevel::Full => "files, processes and network are walled in".into(),
            SandboxLevel::Partial => "some walls are missing".into(),
            SandboxLevel::PolicyOnly => "no walls, only the rules for commands and paths".into(),
        },
        missing: probe.missing.clone(),
        fix: walls.remedy.clone(),
    };
    let disk = setup::disk(api.app().home.root());
    let checks = found.findings.iter().chain([&walls]).chain(&tools).chain(&disk).map(check).collect();
    Ok(SetupStatus {
        version: env!("CARGO_PKG_VERSION").into(),
        data_dir: api.app().home.root().display().to_string(),
        claude,
        git: GitStatus {
            is_found: git.is_some(),
            path: git.map(|path| path.display().to_string()),
            fix: tools.iter().find(|tool| tool.what == "git").and_then(|tool| tool.remedy.clone()),
        },
        sandbox,
        keychain,
        checks,
    })
}

fn check(finding: &Finding) -> HealthCheck {
    HealthCheck {
        id: finding.what.to_lowercase().replace(' ', "_"),
        title: finding.what.into(),
        state: match finding.state {
            State::Ok => Health::Ok,
            State::Warning => Health::Warning,
            State::Missing => Health::Problem,
        },
        detail: finding.detail.clone(),
        fix: finding.remedy.clone(),
    }
}

fn keychain(api: &Api) -> Result<KeychainStatus, ApiError> {
    let stored = secrets::stored_key(&api.app().home);
    let payer = secrets::payer(api.app()).map_err(EngineError::from)?;
    Ok(KeychainStatus {
        is_available: stored.is_ok(),
        has_key: matches!(stored, Ok(Some(_))),
        payer: match payer {
            Payer::Auto => PayerChoice::Auto,
            Payer::Keychain => PayerChoice::Keychain,
            Payer::Environment => PayerChoice::Environment,
            Payer::Subscription => PayerChoice::Subscription,
        },
        problem: stored.err().map(|error| error.to_string()),
    })
}

pub fn login_command(api: &Api, _: Nothing) -> Result<LoginCommand, ApiError> {
    let found = api.wait(setup::claude(None, None));
    match found.cli {
        Some(cli) => {
            Ok(LoginCommand { program: cli.path.display().to_string(), args: vec!["auth".into(), "login".into()] })
        }
        None => {
            let why = found.findings.into_iter().next().map(|finding| finding.detail).unwrap_or_default();
            Err(ApiError::new(ErrorCode::Unavailable, why).hint("Install the Claude CLI first."))
        }
    }
}

#[cfg(unix)]
pub fn sandbox_prove(api: &Api, of: ProveSandbox) -> Result<SandboxProof, ApiError> {
    use harness_engine::session::prove::{Held, prove, prove_for};
    let proofs = match of.project {
        Some(id) => api.wait(prove_for(&api.project(id)?))?,
        None => api.wait(prove())?,
    };
    let held = proofs.iter().filter(|proof| proof.outcome == Held::Held).count();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(SandboxProof {
        held: count(held),
        total: count(proofs.len()),
        level: harness_sandbox::probe().level,
        attempts: proofs
            .into_iter()
            .map(|proof| SandboxAttempt {
                is_held: match proof.outcome {
                    Held::Held => Some(true),
                    Held::NotHeld => Some(false),
                    Held::NotTested => None,
                },
                id: proof.id,
                title: proof.what,
                detail: proof.detail,
                ms: proof.took_ms,
            })
            .collect(),
    })
}

#[cfg(not(unix))]
pub fn sandbox_prove(_: &Api, _: ProveSandbox) -> Result<SandboxProof, ApiError> {
    let why = "this operating system's walls are not built in: only the rules for commands and paths protect here";
    Err(ApiError::new(ErrorCode::Unavailable, why))
}
