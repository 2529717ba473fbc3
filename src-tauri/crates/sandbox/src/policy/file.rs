//! A policy file: what an organisation or a person adds to the built-in rules for one machine or project.
//!
//! `POLICY.md` beside this crate's manifest is its documentation.

use super::{blocked::blocked, entry::Entry};
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::{
    fmt, fs, io,
    io::Read,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Most lines of all lists of one file together.
pub const MOST_ENTRIES: usize = 100;
/// Longest file, in bytes.
pub(super) const MOST_BYTES: u64 = 64 * 1024;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// For every project on this machine.
    Organisation,
    /// For one project.
    Project,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scope::Organisation => "organisation",
            Scope::Project => "project",
        })
    }
}

/// Why a policy file counts as broken. Whoever reads one goes on only when it is whole.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// Its words have no clear meaning.
    #[error("{}:{line}: {problem}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// It is there and cannot be read or written.
    #[error("{} could not be {action}: {source}; mend that", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        action: &'static str,
        /// In the operating system's words.
        source: io::Error,
    },
    /// Others than its owner may change it, so it says nothing.
    #[error("{} may be changed by others than its owner; `chmod go-w` it", .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// It lies in a project, where an agent may change it.
    #[error("the policy lies inside the project, where an agent could change it: {}; move it elsewhere", .path.display())]
    WithinReach {
        /// The file, with links resolved.
        path: PathBuf,
    },
}

/// One policy file, read and found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// Where it was read from.
    pub path: PathBuf,
    /// Whose it is.
    pub scope: Scope,
    /// Commands that go ahead although the built-in rules do not know them or would ask.
    pub allow: Vec<Entry>,
    /// Commands that a person decides about.
    pub ask: Vec<Entry>,
    /// Commands that are refused.
    pub deny: Vec<Entry>,
    /// Hosts that walled-in commands may reach besides the usual registries, such as `*.example.org`.
    pub hosts: Vec<String>,
    /// Absolute paths outside the project that may be read; `~/` stands for the person's home.
    pub readable: Vec<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    allow: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    ask: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    deny: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    network: Option<WrittenNetwork>,
    #[serde(default)]
    readable: Option<Vec<Spanned<String>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenNetwork {
    #[serde(default)]
    allow: Option<Vec<Spanned<String>>>,
}

impl PolicyFile {
    /// Reads the file at `path`; none when nothing is there.
    ///
    /// Fails with [`PolicyError::Exposed`] when others than its owner may write to it, with [`PolicyError::Unusable`] when
    /// it is no ordinary file, too long or not readable, and as [`PolicyFile::parse`] does.
    pub fn read(path: &Path, scope: Scope) -> Result<Option<Self>, PolicyError> {
        match text(path)? {
            Some(text) => Self::parse(&text, path, scope).map(Some),
            None => Ok(None),
        }
    }

    /// Reads a file's text.
    ///
    /// Fails with [`PolicyError::Malformed`] for unknown keys, entries without a clear meaning, an `allow` entry that names a
    /// command which nothing unblocks, and more than [`MOST_ENTRIES`] lines.
    pub fn parse(text: &str, path: &Path, scope: Scope) -> Result<Self, PolicyError> {
        let malformed = |line, problem: String| PolicyError::Malformed { path: path.into(), line, problem };
        let is_empty =
            text.lines().all(|line| matches!(line.trim(), "" | "---" | "...") || line.trim().starts_with('#'));
        let written: Written = if is_empty {
            Written::default()
        } else {
            // Words such as `yes` and `on` are names of commands here.
            let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
            serde_saphyr::from_str_with_options(text, options).map_err(|error| {
                let line = error.location().map_or(1, |location| location.line());
                let told = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
                malformed(line, told)
            })?
        };
        let hosts = written.network.unwrap_or_default().allow.unwrap_or_default();
        let readable = written.readable.unwrap_or_default();
        let [allow, ask, deny] = [written.allow, written.ask, written.deny].map(Option::unwrap_or_default);
        let lists = [&allow, &ask, &deny, &hosts, &readable];
        if let Some(first_too_many) = lists.into_iter().flatten().nth(MOST_ENTRIES) {
            let line = first_too_many.defined.line();
            return Err(malformed(
                line,
                format!("a policy has at most {MOST_ENTRIES} entries: use wildcards, or fewer"),
            ));
        }
        let entries = |written: Vec<Spanned<String>>, list: &str| -> Result<Vec<Entry>, PolicyError> {
            let parse = |one: Spanned<String>| {
                let line = one.defined.line();
                let entry = Entry::parse(&one.value).map_err(|why| malformed(line, format!("`{list}`: {why}")))?;
                match entry.exact_name().filter(|name| list == "allow" && blocked(name).is_some()) {
                    Some(name) => {
                        Err(malformed(line, format!("`allow`: nothing unblocks `{name}`; remove this entry")))
                    }
                    None => Ok(entry),
                }
            };
            written.into_iter().map(parse).collect()
        };
        let checked = |written: Vec<Spanned<String>>, check: fn(&str) -> Result<(), String>, list: &str| {
            let check = |one: Spanned<String>| {
                check(&one.value).map_err(|why| malformed(one.defined.line(), format!("`{list}`: {why}")))?;
                Ok(one.value)
            };
            written.into_iter().map(check).collect::<Result<Vec<String>, PolicyError>>()
        };
        Ok(Self {
            path: path.into(),
            scope,
            allow: entries(allow, "allow")?,
            ask: entries(ask, "ask")?,
            deny: entries(deny, "deny")?,
            hosts: checked(hosts, host, "network.allow")?,
            readable: checked(readable, readable_path, "readable")?.into_iter().map(PathBuf::from).collect(),
        })
    }

    /// Its number of entries, of all lists together.
    pub fn len(&self) -> usize {
        self.allow.len() + self.ask.len() + self.deny.len() + self.hosts.len() + self.readable.len()
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The file's text; none when nothing is there.
pub(super) fn text(path: &Path) -> Result<Option<String>, PolicyError> {
    let unusable = |source| PolicyError::Unusable { path: path.into(), action: "read", source };
    let about = match fs::metadata(path) {
        Ok(about) => about,
        // A link to nothing is somebody's policy that got lost, not the absence of one.
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => {
            return Ok(None);
        }
        Err(error) => return Err(unusable(error)),
    };
    if !about.is_file() {
        // A pipe would keep the host waiting for ever.
        return Err(unusable(io::Error::other("it is not an ordinary file")));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if about.permissions().mode() & 0o022 != 0 {
            return Err(PolicyError::Exposed { path: path.into() });
        }
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unusable)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unusable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unusable(io::Error::other(format!("it has more than {MOST_BYTES} bytes"))));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| unusable(io::Error::other("it is not UTF-8 text")))
}

fn host(name: &str) -> Result<(), String> {
    let plain = name.strip_prefix("*.").unwrap_or(name);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let labels: Vec<&str> = plain.split('.').collect();
    // The last label of a name is never a number; of an address it always is.
    let is_address = labels.last().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
    if plain.len() <= 253 && labels.len() >= 2 && labels.iter().all(|label| is_label(label)) && !is_address {
        return Ok(());
    }
    Err(format!(
        "`{name}` is not the name of a host: write `registry.example.org` or `*.example.org`, with no scheme, port or address"
    ))
}

fn readable_path(path: &str) -> Result<(), String> {
    let below_home = path.strip_prefix("~/");
    let parts: Vec<&str> = below_home.unwrap_or(path).split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let is_absolute = below_home.is_some() || Path::new(path).is_absolute();
    if !is_absolute || parts.contains(&"..") || path.chars().any(char::is_control) {
        return Err(format!("`{path}`: write an absolute path, or one that begins with `~/`, without `..`"));
    }
    let is_everything = parts.is_empty() || (below_home.is_none() && parts.len() == 1 && is_wide(parts[0]));
    if is_everything {
        return Err(format!("`{path}` holds far more than a project reads: name the directories it needs"));
    }
    if below_home.is_none() && matches!(parts[0], "proc" | "sys" | "dev" | "run") {
        return Err(format!("`{path}` is the kernel's or the system's and cannot be granted"));
    }
    Ok(())
}

/// Directories at the top that hold everybody's things.
fn is_wide(name: &str) -> bool {
    matches!(name, "home" | "root" | "Users" | "etc" | "var" | "tmp")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PolicyFile, PolicyError> {
        PolicyFile::parse(text, Path::new("policy.yaml"), Scope::Project)
    }

    /// The line and the words of the refusal.
    fn fault(text: &str) -> (u64, String) {
        match parse(text) {
            Err(error @ PolicyError::Malformed { line, .. }) => (line, error.to_string()),
            other => panic!("{text:?} must be refused: {other:?}"),
        }
    }

    #[test]
    fn a_file_says_what_its_lists_say() {
        let file = parse(
            "# ours\nallow:\n  - terraform plan   # read only\n  - 'tf-*'\nask: [npm install]\ndeny:\n- docker\n\
             network:\n  allow:\n    - '*.example.org'\nreadable:\n  - /opt/sdk\n  - ~/datasets\n",
        )
        .expect("it is whole");
        assert_eq!(file.allow.iter().map(Entry::as_str).collect::<Vec<_>>(), ["terraform plan", "tf-*"]);
        assert_eq!((file.ask[0].as_str(), file.deny[0].as_str()), ("npm install", "docker"));
        assert_eq!((file.hosts[0].as_str(), file.len()), ("*.example.org", 7));
        assert_eq!(file.readable, [PathBuf::from("/opt/sdk"), PathBuf::from("~/datasets")]);
    }

    #[test]
    fn a_file_may_be_empty_or_only_comments_and_a_list_may_be_empty() {
        for text in ["", "\n\n", "# nothing yet\n", "---\n# x\n", "allow:\n", "allow: []\n", "network:\n", "allow: ~\n"]
        {
            assert!(parse(text).expect("it is whole").is_empty(), "{text:?} says nothing");
        }
        let words = parse("allow: [yes, on, no]\n").expect("names like any other");
        assert_eq!(words.allow.len(), 3, "commands may be called like that");
    }

    #[test]
    fn every_fault_names_its_line_and_what_is_possible() {
        let (line, told) = fault("allow:\n  - ls\nalow:\n  - rm\n");
        assert_eq!(line, 3, "{told}");
        assert!(told.contains("policy.yaml:3") && told.contains("alow") && told.contains("deny"), "{told}");
        assert_eq!(told.lines().count(), 1, "in one line: {told}");
        assert_eq!(fault("network:\n  deny: [a.example]\n").0, 2, "keys inside are known too");
        assert_eq!(fault("allow:\n  - ls\n  - '*'\n").0, 3);
        assert_eq!(fault("deny: [ls]\nallow: [x, ../y]\n").0, 2);
        assert_eq!(fault("readable:\n  - /opt\n  - relative\n").0, 3);
        assert_eq!(fault("network: {allow: ['https://x.example']}\n").0, 1);
        for broken in ["allow", "- allow", "allow: ls", "allow: {ls: yes}", "allow: [1, [2]]", "allow: [a", "a: b: c"] {
            assert!(!fault(broken).1.is_empty(), "{broken:?} is told");
        }
        let twice = fault("allow: [a]\ndeny: [b]\nallow: [c]\n");
        assert_eq!(twice.0, 3, "one of the two lists would be lost: {}", twice.1);
    }

    #[test]
    fn a_file_with_too_many_entries_is_refused_whatever_list_they_are_in() {
        let lines = |count: usize| (0..count).map(|number| format!("  - tool-{number}\n")).collect::<String>();
        assert!(parse(&format!("allow:\n{}", lines(100))).is_ok(), "the limit itself is allowed");
        assert_eq!(fault(&format!("allow:\n{}", lines(101))).0, 102);
        assert_eq!(fault(&format!("allow:\n{}deny:\n{}", lines(60), lines(41))).0, 103, "they are counted together");
    }

    #[test]
    fn aliases_cannot_make_a_small_file_huge() {
        let mut bomb = String::from("x0: &x0 [a, a, a, a, a, a, a, a, a]\n");
        for level in 1..12 {
            let refs = vec![format!("*x{}", level - 1); 9].join(", ");
            bomb += &format!("x{level}: &x{level} [{refs}]\n");
        }
        assert!(parse(&bomb).is_err(), "it is refused, and soon");
    }

    #[test]
    fn hosts_are_names_and_nothing_else() {
        for good in ["example.org", "*.example.org", "a-b.c1.example"] {
            assert!(host(good).is_ok(), "{good}");
        }
        for bad in [
            "*",
            "*.org.",
            "localhost",
            "10.0.0.1",
            "https://a.example",
            "a.example:80",
            "a.example/x",
            "[::1]",
            "*.",
            "a..b",
            "",
        ] {
            assert!(host(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn what_may_be_read_is_named_and_is_never_everything() {
        for good in ["/opt", "/opt/sdk", "~/datasets", "/usr/share/x", "/home/ada/data"] {
            assert!(readable_path(good).is_ok(), "{good}");
        }
        for bad in
            ["/", "//", "~/", "~", "~ada/x", "opt", "/opt/../etc", "/home", "/etc/", "/proc/self", "/dev/mem", "/x\n"]
        {
            assert!(readable_path(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_change_or_that_is_no_file_is_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("policy.yaml");
        let read = || PolicyFile::read(&path, Scope::Organisation);
        assert!(matches!(read(), Ok(None)), "no file is no policy");
        fs::write(&path, "deny: [docker]\n").expect("a file");
        for (mode, is_fine) in [(0o600, true), (0o644, true), (0o664, false), (0o646, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode is set");
            assert_eq!(read().is_ok(), is_fine, "mode {mode:o}");
        }
        fs::remove_file(&path).expect("it is there");
        symlink(dir.path().join("lost"), &path).expect("a link");
        assert!(read().is_err(), "a link to nothing is not the absence of a policy");
        fs::remove_file(&path).expect("it is there");
        fs::create_dir(&path).expect("a directory");
        assert!(read().is_err(), "a directory is no policy");
        fs::remove_dir(&path).expect("it is there");
        fs::write(&path, vec![b'#'; MOST_BYTES as usize + 1]).expect("a file");
        assert!(read().is_err(), "nobody reads a file that long");
        fs::write(&path, b"allow: [\xff]\n").expect("a file");
        assert!(read().is_err(), "it must be text");
    }
}
