//! macOS: a Seatbelt profile, as text for `sandbox-exec -p`.
//!
//! The profile has only ever been checked as text: no run on macOS stands behind it, and the level says `partial`.

use crate::{Network, Wall};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Where programs expect to be able to write whatever they do.
const SCRATCH: [&str; 3] = ["/private/tmp", "/private/var/tmp", "/private/var/folders"];
/// Devices that every program may write to.
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/dtracehelper"];

/// The profile of a wall. Of two rules the later one counts.
///
/// The home is closed, not replaced: whoever starts the process has to point `HOME` at [`Wall::home`].
pub(crate) fn profile(wall: &Wall, real_home: Option<&Path>, search_path: Option<&OsString>) -> String {
    let mut lines = vec!["(version 1)".to_owned(), "(allow default)".to_owned()];
    let mut rule = |action: &str, filter: &str, path: &Path| {
        lines.push(format!("({action} ({filter} {}))", quoted(path)));
    };
    if let Some(home) = real_home {
        rule("deny file-read*", "subpath", home);
        rule("allow file-read-metadata", "subpath", home);
        for tool in Wall::tools_in(home, search_path) {
            rule("allow file-read*", "subpath", &tool);
        }
    }
    for hidden in &wall.hidden {
        rule("deny file-read*", "subpath", hidden);
    }
    let writable: Vec<&PathBuf> = wall.writable.iter().chain([&wall.project, &wall.home]).collect();
    for path in wall.readable.iter().chain(writable.iter().copied()).chain(wall.shown.iter().map(|(outside, _)| outside)) {
        rule("allow file-read*", "subpath", path);
    }
    lines.push("(deny file-write*)".into());
    let mut rule = |action: &str, filter: &str, path: &Path| {
        lines.push(format!("({action} ({filter} {}))", quoted(path)));
    };
    for path in SCRATCH.iter().map(Path::new).chain(writable.iter().map(|path| path.as_path())) {
        rule("allow file-write*", "subpath", path);
    }
    for device in DEVICES {
        rule("allow file-write*", "literal", Path::new(device));
    }
    for protected in &wall.protected {
        rule("deny file-write*", "subpath", protected);
        // Renaming a directory above would carry the place away.
        for above in protected.ancestors().skip(1).take_while(|above| above.starts_with(&wall.project)) {
            rule("deny file-write-unlink", "literal", above);
        }
    }
    lines.push("(deny signal (target others))".into());
    lines.push("(deny process-info* (target others))".into());
    lines.push("(allow process-info* (target same-sandbox))".into());
    lines.push("(allow signal (target same-sandbox))".into());
    if wall.network == Network::Isolated {
        lines.push("(deny network*)".into());
        for direction in ["network-bind (local", "network-inbound (local", "network-outbound (remote"] {
            lines.push(format!("(allow {direction} ip \"localhost:*\"))"));
        }
    }
    lines.join("\n") + "\n"
}

fn quoted(path: &Path) -> String {
    let escaped = path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall() -> Wall {
        let mut wall = Wall::around("/Users/ada/code/shop", "/data/home");
        wall.protected = vec!["/Users/ada/code/shop/.git/hooks".into()];
        wall.hidden = vec!["/data".into()];
        wall
    }

    fn place(text: &str, line: &str) -> usize {
        text.lines().position(|found| found == line).unwrap_or_else(|| panic!("{line} is missing:\n{text}"))
    }

    #[test]
    fn the_home_is_closed_before_the_project_in_it_is_opened() {
        let text = profile(&wall(), Some(Path::new("/Users/ada")), None);
        let closed = place(&text, "(deny file-read* (subpath \"/Users/ada\"))");
        let opened = place(&text, "(allow file-read* (subpath \"/Users/ada/code/shop\"))");
        assert!(closed < opened, "of two rules the later one counts:\n{text}");
        let hidden = place(&text, "(deny file-read* (subpath \"/data\"))");
        assert!(hidden < place(&text, "(allow file-read* (subpath \"/data/home\"))"), "the private home lies there:\n{text}");
    }

    #[test]
    fn nothing_is_writable_but_what_is_named_and_protected_places_stay_as_they_are() {
        let text = profile(&wall(), Some(Path::new("/Users/ada")), None);
        let none = place(&text, "(deny file-write*)");
        let project = place(&text, "(allow file-write* (subpath \"/Users/ada/code/shop\"))");
        let hooks = place(&text, "(deny file-write* (subpath \"/Users/ada/code/shop/.git/hooks\"))");
        assert!(none < project && project < hooks, "of two rules the later one counts:\n{text}");
        place(&text, "(deny file-write-unlink (literal \"/Users/ada/code/shop/.git\"))");
    }

    #[test]
    fn an_isolated_network_is_loopback_only_and_names_cannot_break_out_of_their_quotes() {
        let mut odd = wall();
        odd.project = "/Users/ada/a\")(allow default)(\"b\\".into();
        let text = profile(&odd, None, None);
        place(&text, "(deny network*)");
        assert!(text.contains("a\\\")(allow default)(\\\"b\\\\\""), "every quote and backslash is escaped:\n{text}");
        odd.network = Network::Host;
        assert!(!profile(&odd, None, None).contains("network"), "the host's network is left as it is");
    }
}
