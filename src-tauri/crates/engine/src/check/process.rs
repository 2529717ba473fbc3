//! Runs one check inside its walls, with a time limit and bounded memory.

use super::{
    environment::CheckEnvironment,
    output::{Characters, Tail, shortened},
    test_count::tests_run,
    tree::Tree,
};
use crate::redact;
use harness_domain::evidence::{Check, CheckResult};
use harness_sandbox::probe;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// How much of a check's output is kept as evidence.
pub const OUTPUT_LIMIT: usize = 16 * 1024;

/// How much of the end of the output test results are looked for in. Runners that report each binary on
/// its own spread them far.
const COUNTED_LIMIT: usize = 1024 * 1024;

/// How long processes a check left behind may go on writing after it ended.
const LEFTOVER_GRACE: Duration = Duration::from_millis(500);

#[cfg(unix)]
const SHELL: &str = "/bin/sh";
#[cfg(windows)]
const SHELL: &str = "cmd.exe";

/// Why nothing was learned from a check. A check that ran and failed is a result, not an error.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The directory to run in is gone.
    #[error("{} is not a directory; the checks cannot run until it is back", .path.display())]
    DirectoryMissing {
        /// Where the check should have run.
        path: PathBuf,
    },
    /// There is no shell to run commands with.
    #[error("there is no shell at {}; install one, checks are shell commands", .shell.display())]
    ShellMissing {
        /// Where it was looked for.
        shell: PathBuf,
    },
    /// A wall was asked for and this machine cannot build one.
    #[error("checks run inside walls only, and this machine offers none: {}", .missing.join("; "))]
    WallUnavailable {
        /// What is missing and how to get it.
        missing: Vec<String>,
    },
    /// The wall could not be put up around this project.
    #[error("the wall around the check could not be put up: {message}")]
    WallFailed {
        /// What the wall said.
        message: String,
    },
    /// The operating system did not start the command.
    #[error("`{command}` could not be started: {source}")]
    NotStarted {
        /// What should have run.
        command: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The command's output or end could not be read, so what it showed is not known.
    #[error("how `{command}` ended could not be read: {source}")]
    OutcomeLost {
        /// What was run.
        command: String,
        /// Why.
        source: std::io::Error,
    },
    /// It was cancelled; the command and everything it started is gone.
    #[error("the check was cancelled")]
    Cancelled,
}

/// Runs `check` to its end, its time limit or `cancel`, and leaves no process behind.
///
/// Standard output and error go into one pipe, so they are interleaved as written; the last 16 KiB are kept,
/// as text without colours. Standard input is empty. Processes that outlive the command are killed half a
/// second after it. Without a wall, on systems other than Linux, those that made a session of their own stay.
///
/// Fails with [`CheckError`] when nothing was learned, never because the check failed. Does not limit
/// memory, processor time or disk space of the command.
pub async fn run_check(
    check: &Check,
    env: &CheckEnvironment,
    cancel: CancellationToken,
) -> Result<CheckResult, CheckError> {
    run_with_shell(Path::new(SHELL), check, env, &cancel).await
}

async fn run_with_shell(
    shell: &Path,
    check: &Check,
    env: &CheckEnvironment,
    cancel: &CancellationToken,
) -> Result<CheckResult, CheckError> {
    if !env.dir.is_dir() {
        return Err(CheckError::DirectoryMissing { path: env.dir.clone() });
    }
    if cfg!(unix) && !shell.is_file() {
        return Err(CheckError::ShellMissing { shell: shell.into() });
    }
    let not_started = |source| CheckError::NotStarted { command: check.command.clone(), source };
    let lost = |source| CheckError::OutcomeLost { command: check.command.clone(), source };

    let words = walled(shell, check, env)?;
    let (reader, writer) = std::io::pipe().map_err(not_started)?;
    let mut output = readable_end(reader).map_err(not_started)?;
    let command = command(&words, env, writer).map_err(not_started)?;
    let mut seen = Seen::new(env);
    let start = Instant::now();
    let mut tree =
        Tree::start(command, env.wall.is_some() && probe().kind.ends_processes()).await.map_err(not_started)?;

    let deadline = start + env.timeout;
    let mut is_open = true;
    let mut buffer = vec![0; 64 * 1024];
    let status = loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => {
                tree.end().await;
                return Err(CheckError::Cancelled);
            }
            status = tree.wait() => break Some(status.map_err(lost)?),
            () = sleep_until(deadline) => break None,
            read = output.read(&mut buffer), if is_open => match read.map_err(lost)? {
                0 => is_open = false,
                count => seen.push(&buffer[..count]),
            },
        }
    };
    let duration = start.elapsed();
    if status.is_some() && is_open {
        is_open = read_until(Instant::now() + LEFTOVER_GRACE, &mut output, &mut buffer, &mut seen, cancel).await;
    }
    tree.end().await;
    if is_open {
        // What was written before the end is still in the pipe.
        read_until(Instant::now() + LEFTOVER_GRACE, &mut output, &mut buffer, &mut seen, cancel).await;
    }
    if cancel.is_cancelled() {
        return Err(CheckError::Cancelled);
    }
    seen.into_result(check, status, duration, env.wall.is_some())
}

/// The words of the whole command line, walls included.
fn walled(shell: &Path, check: &Check, env: &CheckEnvironment) -> Result<Vec<OsString>, CheckError> {
    let mut words = Vec::new();
    if let Some(wall) = &env.wall {
        words = wall.wrap(env.real_home.as_deref(), Some(&env.path));
        if words.is_empty() {
            return Err(CheckError::WallUnavailable { missing: probe().missing });
        }
        if wall.project != env.dir {
            // The wall starts in the project's directory, which is not where this check belongs.
            words.extend([shell.into(), "-c".into(), "cd -- \"$1\" && shift && exec \"$@\"".into(), "sh".into()]);
            words.push(env.dir.clone().into());
        }
    }
    words.extend([shell.into(), if cfg!(windows) { "/C".into() } else { "-c".into() }, (&check.command).into()]);
    Ok(words)
}

fn command(words: &[OsString], env: &CheckEnvironment, output: std::io::PipeWriter) -> std::io::Result<Command> {
    let [program, arguments @ ..] = words else { return Err(std::io::ErrorKind::InvalidInput.into()) };
    #[expect(clippy::disallowed_methods, reason = "this module owns the processes of checks; Tree ends them")]
    let mut command = Command::new(program);
    #[cfg(unix)]
    command.args(arguments);
    #[cfg(windows)]
    for argument in arguments {
        // The shell reads the rest of its command line as it stands.
        command.raw_arg(argument);
    }
    command.current_dir(&env.dir).env_clear().envs(env.variables());
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    Ok(command)
}

#[cfg(unix)]
fn readable_end(reader: std::io::PipeReader) -> std::io::Result<impl AsyncRead + Unpin> {
    tokio::net::unix::pipe::Receiver::from_owned_fd(reader.into())
}

#[cfg(windows)]
fn readable_end(reader: std::io::PipeReader) -> std::io::Result<impl AsyncRead + Unpin> {
    Ok(tokio::fs::File::from_std(std::os::windows::io::OwnedHandle::from(reader).into()))
}

/// Reads on until the output ends, `deadline` or `cancel`. Returns whether it is still open.
async fn read_until(
    deadline: Instant,
    output: &mut (impl AsyncRead + Unpin),
    buffer: &mut [u8],
    seen: &mut Seen,
    cancel: &CancellationToken,
) -> bool {
    loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => return true,
            () = sleep_until(deadline) => return true,
            read = output.read(buffer) => match read {
                // The command has ended: an output that cannot be read any more has ended as well.
                Ok(0) | Err(_) => return false,
                Ok(count) => seen.push(&buffer[..count]),
            },
        }
    }
}

/// What was read of a check so far.
struct Seen {
    tail: Tail,
    characters: Characters,
    pieces: redact::Pieces,
    on_output: Option<super::OutputCallback>,
}

impl Seen {
    fn new(env: &CheckEnvironment) -> Self {
        Self {
            tail: Tail::keeping(COUNTED_LIMIT),
            characters: Characters::default(),
            pieces: redact::Pieces::default(),
            on_output: env.on_output.clone(),
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.tail.push(bytes);
        if let Some(on_output) = &self.on_output {
            let text = self.pieces.push(&self.characters.push(bytes));
            if !text.is_empty() {
                on_output(&text);
            }
        }
    }

    /// `status` is none when the time limit ended it.
    fn into_result(
        mut self,
        check: &Check,
        status: Option<ExitStatus>,
        duration: Duration,
        is_walled: bool,
    ) -> Result<CheckResult, CheckError> {
        if let Some(on_output) = &self.on_output {
            let rest = self.pieces.rest();
            if !rest.is_empty() {
                on_output(&rest);
            }
        }
        let (text, left_out) = self.tail.text();
        // Before anything is cut off: half a credential has no form to be known by.
        let text = redact::text(if left_out > 0 { redact::after_cut(&text) } else { &text });
        let exit_code = status.and_then(|status| status.code());
        // Walls speak only when they fail before the command starts, with one line and these codes.
        let is_one_line = text.trim_end().lines().count() == 1;
        for (code, name) in [(1, "bwrap: "), (126, "harness guard: ")].into_iter().filter(|_| is_walled && is_one_line)
        {
            if let Some(message) = text.trim_end().strip_prefix(name).filter(|_| exit_code == Some(code)) {
                return Err(CheckError::WallFailed { message: message.to_owned() });
            }
        }
        Ok(CheckResult {
            check: check.clone(),
            exit_code,
            duration_ms: u32::try_from(duration.as_millis()).unwrap_or(u32::MAX),
            output_tail: shortened(&text, left_out, OUTPUT_LIMIT),
            tests_run: tests_run(&text),
            is_timed_out: status.is_none(),
        })
    }
}

#[cfg(test)]
mod tests;
