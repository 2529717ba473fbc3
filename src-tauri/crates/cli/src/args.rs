//! The command line, as `--help` tells it.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use harness_domain::evidence::SandboxLevel;
use harness_sandbox::WallKind;
use std::{path::PathBuf, time::Duration};

/// Builds software from a specification, unattended: agents write it, the host verifies and commits it.
#[derive(Debug, Parser)]
#[command(
    name = "harness",
    version,
    max_term_width = 100,
    after_help = "\
State is kept in the data directory (HARNESS_HOME, or the operating system's place for it), never in the project.
Exit codes of `run`: 0 every feature passes, 1 error, 3 stopped by a limit or by you, 4 a person is needed."
)]
pub struct Cli {
    /// Put up this kind of wall around agents although a stronger one may be at hand: bubblewrap, landlock, seatbelt, none
    #[arg(long, global = true, value_name = "KIND", env = "HARNESS_WALL", hide_short_help = true)]
    pub wall: Option<WallKind>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run agents on a project until every feature passes
    Run(RunArgs),
    /// Serve the web interface and the API to browsers and scripts
    Serve(crate::serve::ServeArgs),
    /// Let the current session of a running project finish, then end the run
    Pause(ProjectArg),
    /// End a running project's session now and end the run
    Stop(ProjectArg),
    /// Look at features and change them
    #[command(subcommand, visible_alias = "feature")]
    Features(crate::features::FeaturesCommand),
    /// Report bugs and see what became of them
    #[command(subcommand, visible_alias = "bug")]
    Bugs(crate::bugs::BugsCommand),
    /// List everything that waits for you: approvals and questions
    Waiting {
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// See what agents may do only with your yes, and approve or deny it
    #[command(subcommand, visible_alias = "approval")]
    Approvals(crate::approvals::ApprovalsCommand),
    /// See and answer what agents asked
    #[command(subcommand, visible_alias = "question")]
    Questions(crate::questions::QuestionsCommand),
    /// Look at runs, their sessions and transcripts
    #[command(subcommand)]
    Runs(crate::runs::RunsCommand),
    /// Save a project's files and cards, and put them back
    #[command(subcommand, visible_alias = "checkpoints")]
    Checkpoint(crate::checkpoint::CheckpointCommand),
    /// Register projects and choose their settings
    #[command(subcommand, visible_alias = "project")]
    Projects(crate::projects::ProjectsCommand),
    /// Ask what agents may run and touch, and see which rules say so
    #[command(subcommand)]
    Policy(crate::policy::PolicyCommand),
    /// Keep the API key in the keychain, and choose what runs are paid with
    #[command(subcommand)]
    Key(crate::key::KeyCommand),
    /// Decide who can sign in from another device
    #[command(subcommand, visible_alias = "users")]
    User(crate::user::UserCommand),
    /// Make keys for scripts that use the API over the network, and end them
    #[command(subcommand, visible_alias = "tokens")]
    Token(crate::token::TokenCommand),
    /// Serve a project's tools to any MCP client on standard input and output
    #[command(
        after_help = "For example in your own Claude sessions: claude mcp add features -- harness mcp --project DIR"
    )]
    Mcp(ProjectArg),
    /// Write everything that is kept, databases and checkpoints included, to one file; runs may go on
    #[command(after_help = "For example: harness backup ~/harness-$(date +%F).tar.gz")]
    Backup(crate::backup::BackupArgs),
    /// Put a backup in the place of the data directory
    #[command(
        after_help = "Nothing is put there until all of it was read and checked, and nothing that was there is deleted."
    )]
    Restore(crate::backup::RestoreArgs),
    /// Say what is missing on this machine and how to get it
    Doctor(crate::doctor::DoctorArgs),
    /// Print a completion script for a shell
    #[command(
        after_help = "For example: harness completions bash > ~/.local/share/bash-completion/completions/harness"
    )]
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: Shell,
    },
}

/// A project, by its directory or its registered name.
#[derive(Debug, Clone, Args)]
pub struct ProjectArg {
    /// The project's directory, or its name as `harness projects list` shows it
    #[arg(long, value_name = "DIR|NAME", default_value = ".")]
    pub project: String,
}

/// How answers are printed.
#[derive(Debug, Clone, Copy, Args)]
pub struct Format {
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// The project's directory; made if it is missing
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The specification, copied to prompts/app_spec.txt
    #[arg(long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// What the run is for
    #[arg(long, value_enum, default_value_t = ModeArg::Auto)]
    pub mode: ModeArg,
    /// Leave out tests and other heavy checks; the cards say so
    #[arg(long, visible_alias = "quick")]
    pub yolo: bool,
    /// The model, by name or alias; the CLI's default otherwise
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Start at most this many sessions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_sessions: Option<u32>,
    /// Spend at most this many US dollars
    #[arg(long, value_name = "USD", value_parser = positive)]
    pub budget_usd: Option<f64>,
    /// Turns of the model in one session at most
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_turns: u32,
    /// Minutes a session may go without a new state of the files or a better test result
    #[arg(long, value_name = "MINUTES", default_value = "60", value_parser = minutes)]
    pub stall_minutes: Duration,
    /// Tokens a session may use without a new state of the files or a better test result; weighted by
    /// price: a written one is 1, a read one 1/5, one read from the cache 1/50
    #[arg(long, value_name = "N", default_value_t = 300_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub stall_tokens: u64,
    /// Minutes after which an agent that is silent altogether is ended; longer than any command takes
    #[arg(long, value_name = "MINUTES", default_value = "15", value_parser = minutes)]
    pub idle_minutes: Duration,
    /// Let a scripted model answer instead of a real one: a built-in scenario (demo) or a scenario file
    #[arg(long, value_name = "NAME|FILE")]
    pub rehearse: Option<String>,
    /// What to do with changes you have not committed
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = UncommittedArg::Aside)]
    pub uncommitted: UncommittedArg,
    /// Do not start below this level of walls; full unless the project's settings say otherwise
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub require_sandbox: Option<SandboxArg>,
    /// Processes that a session may have at once
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(32..))]
    pub max_processes: u32,
    /// Memory that a session may take, in MiB; three quarters of the machine's otherwise
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(256..))]
    pub max_memory: Option<u32>,
    /// Processor time that a session may take, all its processes together
    #[arg(long, value_name = "MINUTES", default_value_t = 960, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_cpu_minutes: u32,
    /// Run although the operating system offers no walls around agents here
    #[arg(long)]
    pub without_sandbox: bool,
    /// Let agents reach this port of your machine's loopback, such as a database's; may be repeated
    #[arg(long = "allow-port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub allow_ports: Vec<u16>,
    /// The Claude CLI to use instead of the bundled one
    #[arg(long, value_name = "PATH", env = "HARNESS_CLAUDE")]
    pub claude: Option<PathBuf>,
    /// Passing features that a regression run tests again
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub regression_features: u32,
    /// The first wait after a fault, in seconds; doubled each time up to ten minutes
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = wait)]
    pub backoff: Duration,
    /// The wait for a rate limit that does not say when it ends, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = wait)]
    pub limit_wait: Duration,
    /// Somebody watches: a call that needs a yes, and a question, wait so many minutes for you
    ///
    /// Without it they are refused at once and kept for you, and their card is parked until you answer.
    #[arg(long, value_name = "MINUTES", num_args = 0..=1, require_equals = true, default_missing_value = "60", value_parser = minutes)]
    pub attended: Option<Duration>,
    /// Print one JSON event a line instead of the progress display
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// Turn the specification into features if there are none, then build them all
    Auto,
    /// Only turn the specification into features
    Initialize,
    /// Only work on the features that exist
    Code,
    /// Describe an existing code base as features
    Analyze,
    /// Test passing features again; those that fail get a fix
    Regression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SandboxArg {
    /// Files, processes and network are walled in
    Full,
    /// Some of that; `harness doctor` says what is missing
    Partial,
    /// Only the rules for commands and paths protect
    None,
}

impl From<SandboxArg> for SandboxLevel {
    fn from(level: SandboxArg) -> Self {
        match level {
            SandboxArg::Full => Self::Full,
            SandboxArg::Partial => Self::Partial,
            SandboxArg::None => Self::PolicyOnly,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UncommittedArg {
    /// Put them into a git stash entry and give them back at the end
    Aside,
    /// Do not start while there are any
    Refuse,
    /// Leave them; the agents' commits will contain them
    Include,
}

/// The longest wait that is not a slip of the finger.
const LONGEST_WAIT_S: f64 = 24.0 * 60.0 * 60.0;

fn wait(text: &str) -> Result<Duration, String> {
    match positive(text)? {
        seconds if seconds <= LONGEST_WAIT_S => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(format!("{text} seconds are more than a day")),
    }
}

fn minutes(text: &str) -> Result<Duration, String> {
    match positive(text)? {
        // The CLI itself waits for no hook longer than a day.
        minutes if minutes * 60.0 < LONGEST_WAIT_S => Ok(Duration::from_secs_f64(minutes * 60.0)),
        _ => Err(format!("{text} minutes are a day or more")),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err(format!("{text:?} is not a number above zero")),
    }
}
