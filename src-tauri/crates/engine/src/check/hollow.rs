//! Commands that succeed without looking at anything.

/// Why `command` cannot prove anything, as the end of a sentence that starts with the command.
pub(super) fn why_hollow(command: &str) -> Option<&'static str> {
    matches!(command.trim(), "true" | ":" | "exit 0").then_some("does nothing and succeeds")
}
