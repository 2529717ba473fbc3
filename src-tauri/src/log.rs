//! The program's words to a terminal: its log, its complaints, and its last words when it fails. Without credentials.

use harness_engine::redact;
use std::{
    io::{self, IsTerminal, Write},
    panic::PanicHookInfo,
};

/// Starts the log on standard error, when it is asked for (`HARNESS_LOG=info`), and tells faults from now on.
pub fn start() {
    redact::keep_environment_to_ourselves();
    std::panic::set_hook(Box::new(tell_fault));
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("HARNESS_LOG") {
        let is_terminal = io::stderr().is_terminal();
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal).with_writer(|| Cleaned).init();
    }
}

/// A line on standard output.
pub fn say(line: &str) {
    if writeln!(io::stdout().lock(), "{line}").is_err() {
        // Nobody listens.
    }
}

/// A line on standard error.
pub fn complain(line: &str) {
    if writeln!(io::stderr().lock(), "auto-agent-harness: {}", redact::text(line)).is_err() {
        // There is nowhere left to say it.
    }
}

fn tell_fault(fault: &PanicHookInfo<'_>) {
    let place = fault.location().map_or_else(|| "an unknown place".into(), ToString::to_string);
    let payload = fault.payload();
    let words =
        payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let words = words.unwrap_or("no words");
    complain(&format!(
        "a fault of this program at {place}: {words}\nPlease report it; nothing that was recorded is lost."
    ));
}

/// Standard error, a whole line of the log at a time.
struct Cleaned;

impl Write for Cleaned {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(redact::text(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
