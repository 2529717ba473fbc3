//! `harness run`: one run with its display, and how it ends.

use crate::{
    args::{ModeArg, ProjectArg, RunArgs, UncommittedArg},
    display::Display,
    open,
    print::{complain, say},
    signals::Signals,
};
use harness_domain::{failure::RunEnd, loops::Limits, run::Mode};
use harness_engine::{
    App, EngineError, OpenProject,
    bus::Delivery,
    git::Uncommitted,
    instance::Instance,
    session::{Before, Bounds, Pace, RunControl, RunOptions, conduct},
};
use harness_mcp::Tools;
use harness_rehearsal::Scenario;
use std::{fs, process::ExitCode, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Runs until the run ends; the exit code tells how. With `--json` a refusal is an event like any other.
pub async fn run(args: RunArgs) -> anyhow::Result<ExitCode> {
    match run_to_its_end(&args).await {
        Ok(end) => Ok(ExitCode::from(end.exit_code())),
        Err(error) => {
            if args.json {
                let line =
                    serde_json::json!({ "event": "run_refused", "code": error.code(), "message": error.to_string() });
                say(&line.to_string());
            }
            complain(&error.to_string());
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn run_to_its_end(args: &RunArgs) -> Result<RunEnd, EngineError> {
    let scenario = args.rehearse.as_deref().map(Scenario::load).transpose()?;
    fs::create_dir_all(&args.dir).map_err(|source| EngineError::File {
        path: args.dir.clone(),
        action: "made",
        source,
    })?;
    let app = open::app()?;
    let project = app.open_directory(&args.dir)?;
    let activity = format!("run {}", project.dir().display());
    let _instance = Instance::take(&app.home, &activity, app.clock.as_ref())?;
    let control = RunControl::default();
    let signals = Signals::listen()
        .map_err(|error| EngineError::Refused(format!("this process could not be told to stop: {error}")))?;
    obey_signals(signals, control.clone());
    let mut display = Display::new(args.json, scenario.as_ref().map(|scenario| scenario.title().to_owned()), &project);
    if args.attended.is_some() {
        display.take_answers();
    }
    let options = options(args, scenario);
    show_while(&app, &project, display, options, control).await
}

/// Leaves a request for the process that runs the project.
pub fn request(arg: &ProjectArg, what: &str) -> anyhow::Result<()> {
    let project = open::known(arg)?;
    // A run whose host died is unfinished too, and nobody would read the request.
    let is_running = project.store.runs_unfinished()?.iter().any(|run| harness_agent::is_alive(run.host));
    if !is_running {
        anyhow::bail!("no run is under way in {}", project.project.name);
    }
    harness_engine::session::request(&project, what)?;
    say(match what {
        "pause" => "The run ends after its current session.",
        _ => "The run ends now.",
    });
    Ok(())
}

async fn show_while(
    app: &App,
    project: &OpenProject,
    mut display: Display,
    options: RunOptions,
    control: RunControl,
) -> Result<RunEnd, EngineError> {
    let mut events = app.bus.subscribe(None);
    let ended = CancellationToken::new();
    let (until, runtime) = (ended.clone(), tokio::runtime::Handle::current());
    // On a thread of its own: a terminal that was told to hold (Ctrl-S) or a reader that sleeps must not stop the run.
    let showing = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            // What happened is shown before the end is.
            while let Some(delivery) = until.run_until_cancelled(events.next()).await {
                display.show(&delivery);
            }
            while let Some(delivery) = events.try_next() {
                display.show(&delivery);
            }
        });
        display
    });
    let result = conduct(project, options, Arc::new(Tools), control).await;
    ended.cancel();
    let shown = showing.await;
    let report = result?;
    if let Ok(mut display) = shown {
        display.conclude(project, &report);
    }
    Ok(report.end)
}

/// The first Ctrl-C (or SIGTERM) ends the run in order; the second ends the process.
fn obey_signals(mut signals: Signals, control: RunControl) {
    #[expect(
        clippy::disallowed_methods,
        reason = "lives as long as the process; it is how the process is told to end"
    )]
    tokio::spawn(async move {
        signals.next().await;
        complain("stopping: the session is interrupted and its work saved; press Ctrl-C again to end at once");
        control.stop();
        signals.next().await;
        std::process::exit(130);
    });
}

fn options(args: &RunArgs, rehearsal: Option<Scenario>) -> RunOptions {
    RunOptions {
        mode: match args.mode {
            ModeArg::Auto => Mode::Auto,
            ModeArg::Initialize => Mode::Initialize,
            ModeArg::Code => Mode::Code,
            ModeArg::Analyze => Mode::Analyze,
            ModeArg::Regression => Mode::Regression,
        },
        is_quick: args.yolo,
        model: args.model.clone(),
        default_model: None,
        limits: Limits {
            tokens: args.stall_tokens,
            millis: i64::try_from(args.stall_minutes.as_millis()).unwrap_or(i64::MAX),
            ..Limits::default()
        },
        idle: args.idle_minutes,
        max_sessions: args.max_sessions,
        budget_usd: args.budget_usd,
        max_turns: args.max_turns,
        rehearsal,
        spec: args.spec.clone(),
        uncommitted: match args.uncommitted {
            UncommittedArg::Aside => Uncommitted::Aside,
            UncommittedArg::Refuse => Uncommitted::Refuse,
            UncommittedArg::Include => Uncommitted::Include,
        },
        required_sandbox: args.require_sandbox.map(Into::into),
        bounds: Bounds {
            processes: args.max_processes,
            memory_bytes: args.max_memory.map(|mebibytes| u64::from(mebibytes) << 20),
            processor: Duration::from_secs(u64::from(args.max_cpu_minutes) * 60),
        },
        may_run_unwalled: args.without_sandbox,
        allowed_ports: args.allow_ports.clone(),
        cli: args.claude.clone(),
        account: None,
        pace: Pace { first_wait: args.backoff, unnamed_limit: args.limit_wait, ..Pace::default() },
        regression_features: args.regression_features,
        patience: args.attended,
        before: Before::default(),
    }
}

/// An event as one line of JSON.
pub fn json_line(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Event(envelope) => serde_json::to_string(envelope).unwrap_or_default(),
        Delivery::Missed { through } => serde_json::json!({ "event": "missed", "through": through }).to_string(),
    }
}
