//! The program's own log, and its last words when it fails: without credentials.

use crate::print::complain;
use harness_engine::redact;
use std::{
    io::{self, IsTerminal, Write},
    panic::PanicHookInfo,
};

/// Starts both. The log goes to standard error, and only when asked for: `HARNESS_LOG=info harness …`.
pub fn start() {
    redact::keep_environment_to_ourselves();
    std::panic::set_hook(Box::new(tell_panic));
    let filter = tracing_subscriber::EnvFilter::try_from_env("HARNESS_LOG");
    if let Ok(filter) = filter {
        let is_terminal = io::stderr().is_terminal();
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal).with_writer(|| Cleaned).init();
    }
}

/// Says where it happened and what was said, and nothing of the surroundings.
fn tell_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(|| "an unknown place".into(), ToString::to_string);
    let payload = panic.payload();
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
