//! The program's own log, and its last words when it fails: without credentials.

use crate::print::complain;
use harness_engine::redact;
use std::{
    io::{self, IsTerminal, Write},
    panic::PanicHookInfo,
};
use tracing_subscriber::EnvFilter;

/// Starts both. The log goes to standard error, and only when asked for: `HARNESS_LOG=info harness …`. A server always
/// has one, which is JSON where no person reads it; `HARNESS_LOG_FORMAT` (`json` or `text`) says otherwise.
pub fn start(is_server: bool) {
    redact::keep_environment_to_ourselves();
    std::panic::set_hook(Box::new(tell_panic));
    let filter = match EnvFilter::try_from_env("HARNESS_LOG") {
        Ok(filter) => filter,
        Err(_) if is_server => EnvFilter::new("info"),
        Err(_) => return,
    };
    let is_terminal = io::stderr().is_terminal();
    let is_json = match std::env::var("HARNESS_LOG_FORMAT").as_deref() {
        Ok("json") => true,
        Ok("text") => false,
        _ => is_server && !is_terminal,
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| Cleaned);
    if is_json { log.json().init() } else { log.with_ansi(is_terminal).init() }
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
