//! Which addresses a session may fetch.

use crate::Verdict;

/// Whether a page may be fetched: only `http` and `https`, and only from the public network or this machine's loopback.
///
/// Looks at the text only. A public name may still lead to a private address when it is looked up: that is for the walls.
pub fn judge_url(text: &str) -> Verdict {
    let _ = text;
    Verdict::deny("url.unknown", "addresses cannot be judged yet")
}
