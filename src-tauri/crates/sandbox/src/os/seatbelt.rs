//! The profile that macOS holds a process to, made from a wall's description: plain text, so it is tested everywhere.
//!
//! In a profile the last rule that fits wins. So it goes from the general to the particular: nothing, then what may be
//! read, then what is hidden of that, then what is shown of that, then what may be written, then what is protected.

use crate::{Network, Wall};
use std::{
    ffi::OsString,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// What every program needs to start, and no more: no other process's memory, no keychain, no window server, no Apple
/// events that would have another program act for this one.
const BASE: &str = r#"(version 1)
(deny default)
(allow process-exec process-fork)
(allow process-info* (target same-sandbox))
(allow signal (target same-sandbox))
(allow sysctl-read)
(deny sysctl-read (sysctl-name "kern.procargs2"))
(allow ipc-posix-sem ipc-posix-shm)
(allow mach-lookup
  (global-name "com.apple.system.logger")
  (global-name "com.apple.system.notification_center")
  (global-name "com.apple.system.opendirectoryd.libinfo")
  (global-name "com.apple.system.opendirectoryd.membership")
  (global-name "com.apple.trustd.agent"))
(allow file-ioctl (literal "/dev/null"))
(allow file-read*)
"#;

/// Devices that everyday programs write to.
const DEVICES: [&str; 3] = ["/dev/null", "/dev/zero", "/dev/dtracehelper"];

/// Other people's homes, disks that are put in, and everybody's temporary files.
const HIDDEN: [&str; 4] = ["/Users", "/Volumes", "/private/tmp", "/private/var/folders"];

/// The profile of this wall. Every path is taken as it is: links have to be resolved by the caller, since the kernel
/// compares with what they lead to.
pub(super) fn profile(wall: &Wall, real_home: Option<&Path>, tools: &[PathBuf]) -> String {
    let mut text = BASE.to_owned();
    let hidden = HIDDEN.map(Path::new).into_iter().chain(real_home).chain(wall.hidden.iter().map(PathBuf::as_path));
    rules(&mut text, "deny file-read* file-write*", "subpath", hidden);
    let outside =
        |pairs: &'_ [(PathBuf, PathBuf)]| pairs.iter().map(|(outside, _)| outside.clone()).collect::<Vec<_>>();
    let (shown, lent) = (outside(&wall.shown), outside(&wall.lent));
    let held = wall.is_project_held.then_some(&wall.project);
    let readable = tools.iter().chain(&wall.readable).chain(&shown).chain(held).map(PathBuf::as_path);
    rules(&mut text, "allow file-read*", "subpath", readable);
    let project = (!wall.is_project_held).then_some(wall.project.as_path());
    let own = project.into_iter().chain([wall.home.as_path()]);
    let writable: Vec<&Path> = own.chain(wall.writable.iter().chain(&lent).map(PathBuf::as_path)).collect();
    rules(&mut text, "allow file-read* file-write*", "subpath", writable.iter().copied());
    // Programs look at the directories above what they work in.
    let inside = writable.iter().copied().chain(held.map(PathBuf::as_path));
    let above: Vec<&Path> = inside.flat_map(|path| path.ancestors().skip(1)).collect();
    rules(&mut text, "allow file-read-metadata", "literal", above);
    rules(&mut text, "allow file-write*", "literal", DEVICES.map(Path::new));
    // Whether or not it exists: what is missing cannot be made. What lies above it cannot be moved away with it.
    rules(&mut text, "deny file-write*", "subpath", wall.protected.iter().map(PathBuf::as_path));
    rules(&mut text, "deny file-write-unlink", "literal", above_protected(wall).iter().map(PathBuf::as_path));
    match wall.network {
        Network::Host => text.push_str("(allow network* system-socket)\n"),
        Network::Isolated => {
            text.push_str("(allow system-socket (socket-domain 2) (socket-domain 30))\n");
            text.push_str("(allow network-bind network-inbound (local ip \"localhost:*\"))\n");
            for port in &wall.ports {
                text.push_str(&format!("(allow network-outbound (remote ip \"localhost:{port}\"))\n"));
            }
        }
    }
    text
}

/// The words that start a command in this profile.
pub(super) fn words(profile: String, wall: &Wall) -> Vec<OsString> {
    let temporary = wall.home.join(Wall::TEMPORARY);
    let mut words: Vec<OsString> =
        vec!["/usr/bin/sandbox-exec".into(), "-p".into(), profile.into(), "/usr/bin/env".into()];
    words.extend(["TMPDIR", "TMP", "TEMP"].map(|name| {
        let mut word = OsString::from(name);
        word.push("=");
        word.push(&temporary);
        word
    }));
    words
}

/// The directories between what may be written and what is protected in it, the former included.
fn above_protected(wall: &Wall) -> Vec<PathBuf> {
    let roots = || wall.writable.iter().chain([&wall.project, &wall.home]);
    let inside = |path: &Path| roots().any(|root| path.starts_with(root));
    let mut above: Vec<PathBuf> = wall
        .protected
        .iter()
        .flat_map(|path| path.ancestors().skip(1))
        .filter(|path| inside(path))
        .map(Path::to_owned)
        .collect();
    above.sort();
    above.dedup();
    above
}

fn rules<'a>(text: &mut String, action: &str, filter: &str, paths: impl IntoIterator<Item = &'a Path>) {
    let mut paths = paths.into_iter().peekable();
    if paths.peek().is_none() {
        return; // without a path the rule would be about every one
    }
    text.push('(');
    text.push_str(action);
    for path in paths {
        text.push_str("\n  (");
        text.push_str(filter);
        text.push(' ');
        quote(text, path);
        text.push(')');
    }
    text.push_str(")\n");
}

/// A path as a string of the profile's language. What could end the string or is no plain letter goes by its number.
fn quote(text: &mut String, path: &Path) {
    text.push('"');
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '"' | '\\' => text.extend(['\\', letter]),
                letter if letter.is_ascii_control() => text.push_str(&format!("\\x{:02x}", u32::from(letter))),
                letter => text.push(letter),
            }
        }
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall() -> Wall {
        let mut wall = Wall::around("/Users/me/app", "/Users/me/data/home");
        wall.hidden = vec!["/Users/me/data".into()];
        wall.readable = vec!["/Users/me/granted".into()];
        wall.protected = ["/Users/me/app/.git/hooks", "/Users/me/app/.vscode/mcp.json"].map(PathBuf::from).to_vec();
        wall
    }

    fn text(wall: &Wall) -> String {
        profile(wall, Some(Path::new("/Users/me")), &["/Users/me/.cargo/bin".into()])
    }

    /// Where a rule about a path begins, counted from the top; the last rule wins.
    fn place(text: &str, action: &str, path: &str) -> usize {
        let mut last = None;
        let mut begun = 0;
        for (at, line) in text.match_indices('\n').map(|(at, _)| (at, text[..at].lines().last().unwrap_or_default())) {
            if line.starts_with('(') {
                begun = at;
            }
            let rule = text[..begun].lines().last().unwrap_or_default();
            if rule.starts_with(&format!("({action}")) && line.contains(&format!("\"{path}\"")) {
                last = Some(at);
            }
        }
        last.unwrap_or_else(|| panic!("no rule `{action}` about {path} in:\n{text}"))
    }

    #[test]
    fn nothing_is_allowed_but_by_name_and_the_particular_comes_after_the_general() {
        let text = text(&wall());
        assert!(text.starts_with("(version 1)\n(deny default)\n"), "everything else is refused: {text}");
        let hidden = place(&text, "deny file-read* file-write*", "/Users/me");
        let data = place(&text, "deny file-read* file-write*", "/Users/me/data");
        let tools = place(&text, "allow file-read*", "/Users/me/.cargo/bin");
        let granted = place(&text, "allow file-read*", "/Users/me/granted");
        let home = place(&text, "allow file-read* file-write*", "/Users/me/data/home");
        let project = place(&text, "allow file-read* file-write*", "/Users/me/app");
        let protected = place(&text, "deny file-write*", "/Users/me/app/.git/hooks");
        assert!(hidden < tools && hidden < granted, "tools are shown although the home is hidden: {text}");
        assert!(data < home && hidden < project, "the session's own lies inside what is hidden: {text}");
        assert!(project < protected, "what is protected lies inside what may be written: {text}");
    }

    #[test]
    fn a_held_project_is_read_and_not_written() {
        let mut wall = wall();
        wall.is_project_held = true;
        let text = text(&wall);
        let rules: Vec<&str> = text.split("\n(").filter(|rule| rule.contains("\"/Users/me/app\"")).collect();
        assert!(
            rules.iter().any(|rule| rule.starts_with("allow file-read*\n") || rule.starts_with("allow file-read* ")),
            "it can be looked at: {rules:?}"
        );
        let writes = rules.iter().filter(|rule| rule.starts_with("allow") && rule.contains("file-write"));
        assert_eq!(writes.count(), 0, "and nothing in it changed: {rules:?}");
    }

    #[test]
    fn what_lies_above_a_protected_place_cannot_be_moved_away_with_it() {
        let text = text(&wall());
        let project = place(&text, "allow file-read* file-write*", "/Users/me/app");
        for path in ["/Users/me/app", "/Users/me/app/.git", "/Users/me/app/.vscode"] {
            assert!(place(&text, "deny file-write-unlink", path) > project, "{path}: {text}");
        }
        assert!(
            !text.contains("(deny file-write-unlink\n  (literal \"/Users/me\")"),
            "only what may be written at all"
        );
    }

    #[test]
    fn the_network_is_the_named_ports_of_this_machine_or_all_of_it() {
        let mut wall = wall();
        assert!(!text(&wall).contains("network-outbound"), "without a port there is no way out");
        wall.ports = vec![3128, 5432];
        let some = text(&wall);
        for port in ["3128", "5432"] {
            assert!(some.contains(&format!("(allow network-outbound (remote ip \"localhost:{port}\"))")), "{some}");
        }
        assert!(!some.contains("(allow network*"), "and nothing else: {some}");
        wall.network = Network::Host;
        assert!(text(&wall).contains("(allow network* system-socket)"), "when there is nothing to judge it by");
    }

    #[test]
    fn a_path_cannot_end_its_string_and_add_rules_of_its_own() {
        let mut wall = wall();
        wall.project = "/Users/me/a\"))(allow default)\n\\".into();
        let text = text(&wall);
        assert!(text.contains(r#"(subpath "/Users/me/a\"))(allow default)\x0a\\")"#), "it is all one string: {text}");
        let mut depth = 0_i32;
        let mut is_string = false;
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' if is_string => drop(letters.next()),
                '"' => is_string = !is_string,
                '(' if !is_string => depth += 1,
                ')' if !is_string => depth -= 1,
                _ => {}
            }
            assert!(depth >= 0, "a rule ended too early: {text}");
        }
        assert!(depth == 0 && !is_string, "every rule and string ends: {text}");
    }

    #[test]
    fn the_words_start_the_command_with_temporary_files_of_its_own() {
        let words = words("(version 1)".into(), &wall());
        assert_eq!(words[..4], ["/usr/bin/sandbox-exec", "-p", "(version 1)", "/usr/bin/env"].map(OsString::from));
        assert!(words.contains(&"TMPDIR=/Users/me/data/home/.tmp".into()), "the system's are hidden: {words:?}");
    }
}
