//! What a person chooses for a run, and how they steer it.

use super::bounds::Bounds;
use crate::{git::Uncommitted, secrets::Account};
use harness_agent::Watchdogs;
use harness_domain::evidence::SandboxLevel;
use harness_domain::{loops::Limits, run::Mode};
use harness_rehearsal::Scenario;
use serde::{Deserialize, Serialize};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// What a person chooses for a run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// What it is for.
    pub mode: Mode,
    /// Leave out the heavy checks (YOLO).
    pub is_quick: bool,
    /// The model; none leaves the choice to the project's settings.
    pub model: Option<String>,
    /// The model where neither the run nor the project names one; none leaves the choice to the CLI.
    pub default_model: Option<String>,
    /// How long a session that builds may be without progress.
    pub limits: Limits,
    /// How long nothing at all may be heard of an agent that is not waited for; longer than any command may take.
    pub idle: Duration,
    /// Sessions to start at most.
    pub max_sessions: Option<u32>,
    /// Money to spend at most, in US dollars; none leaves it to the project's settings.
    pub budget_usd: Option<f64>,
    /// Turns of the model in one session at most.
    pub max_turns: u32,
    /// A scripted model answers instead of a real one.
    pub rehearsal: Option<Scenario>,
    /// A specification outside the project, to be copied to `prompts/app_spec.txt`.
    pub spec: Option<PathBuf>,
    /// What to do with the person's uncommitted changes.
    pub uncommitted: Uncommitted,
    /// How strong the walls must be; none leaves it to the project's settings, then to the strongest.
    pub required_sandbox: Option<SandboxLevel>,
    /// How much of the machine each session may take.
    pub bounds: Bounds,
    /// Go on although the operating system offers no walls.
    pub may_run_unwalled: bool,
    /// Ports of this machine's loopback that sessions may reach, such as a database's.
    pub allowed_ports: Vec<u16>,
    /// The CLI to use instead of the bundled one.
    pub cli: Option<PathBuf>,
    /// How fast faults are met.
    pub pace: Pace,
    /// Passing features a regression run looks at.
    pub regression_features: u32,
    /// What the sessions log in with. Chosen by [`conduct`](super::conduct) as the person said; in a rehearsal never.
    pub account: Option<Account>,
    /// How long a call waits for a person's word; none when nobody watches, and then it is refused at once.
    pub patience: Option<Duration>,
    /// What was done before by the runs that this one goes on with; it counts towards the limits.
    pub before: Before,
}

/// What was done by the runs that another one goes on with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// Sessions that came to an end of their own.
    pub sessions: u32,
    /// Money spent, in US dollars.
    pub cost_usd: f64,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            mode: Mode::Auto,
            is_quick: false,
            model: None,
            default_model: None,
            limits: Limits::default(),
            idle: Watchdogs::default().idle,
            max_sessions: None,
            budget_usd: None,
            max_turns: 300,
            rehearsal: None,
            spec: None,
            uncommitted: Uncommitted::Aside,
            required_sandbox: None,
            bounds: Bounds::default(),
            may_run_unwalled: false,
            allowed_ports: Vec::new(),
            cli: None,
            pace: Pace::default(),
            regression_features: 3,
            account: None,
            patience: None,
            before: Before::default(),
        }
    }
}

/// How fast faults are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The first wait after a fault of the API or the CLI; doubled each time, up to ten minutes.
    pub first_wait: Duration,
    /// The wait for a rate limit that names no time.
    pub unnamed_limit: Duration,
    /// The most that is added to the wait for a rate limit, so that many hosts do not come back in the same second;
    /// never more than a tenth of the wait.
    pub jitter: Duration,
    /// Faults in a row before the run gives up.
    pub faults_in_a_row: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_secs(5),
            unnamed_limit: Duration::from_secs(5 * 60),
            jitter: Duration::from_secs(30),
            faults_in_a_row: 8,
        }
    }
}

/// How a person steers a run. Cheap to clone; every clone steers the same run.
#[derive(Debug, Clone, Default)]
pub struct RunControl {
    stop: CancellationToken,
    is_pausing: Arc<AtomicBool>,
    is_persons: Arc<AtomicBool>,
}

impl RunControl {
    /// A person ends the current session now: interrupt, grace, kill.
    pub fn stop(&self) {
        self.is_persons.store(true, Ordering::Release);
        self.stop.cancel();
    }

    /// A person lets the current session finish and no other start.
    pub fn pause(&self) {
        self.is_persons.store(true, Ordering::Release);
        self.is_pausing.store(true, Ordering::Release);
    }

    /// The host ends, and the run with it: as [`RunControl::stop`], but nobody asked for the run's end.
    pub fn stop_with_host(&self) {
        self.stop.cancel();
    }

    /// The host ends after the current session: as [`RunControl::pause`], but nobody asked for the run's end.
    pub fn pause_with_host(&self) {
        self.is_pausing.store(true, Ordering::Release);
    }

    /// Whether a person asked for a stop or a pause.
    pub fn is_persons(&self) -> bool {
        self.is_persons.load(Ordering::Acquire)
    }

    /// Whether a stop was asked for.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Whether a pause was asked for.
    pub fn is_pausing(&self) -> bool {
        self.is_pausing.load(Ordering::Acquire)
    }

    /// Fires when a stop is asked for.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stop
    }
}
