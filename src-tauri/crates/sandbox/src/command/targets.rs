//! Words that name files, against what may be read and written.

use super::{
    call::Target,
    court::{Court, Ruling},
    rules,
    scope::Scope,
};
use crate::{
    Verdict, Workspace, protected,
    shell::{UNKNOWN, Unknown, Word},
};
use std::path::{Path, PathBuf};

/// Names in paths that stand for secrets wherever the rest leads.
const SECRET_NAMES: [&str; 16] = [
    ".ssh/",
    ".aws/",
    ".gnupg",
    ".netrc",
    ".kube/config",
    ".docker/config",
    ".config/gh",
    ".config/gcloud",
    ".azure/",
    "id_rsa",
    "id_ed25519",
    ".git-credentials",
    "/etc/shadow",
    ".password-store",
    "Keychains/",
    ".vault-token",
];

/// What a word with wildcards is made of.
struct Pattern<'a> {
    /// The directory before the first wildcard.
    directory: &'a str,
    /// The rest.
    parts: Vec<&'a str>,
}

impl<'a> Pattern<'a> {
    fn of(text: &'a str) -> Self {
        let first = text.find(['*', '?', '[', UNKNOWN]).unwrap_or(text.len());
        let start = text[..first].rfind('/').map_or(0, |slash| slash + 1);
        let directory = match &text[..start] {
            "" => ".",
            directory => directory,
        };
        Self { directory, parts: text[start..].split('/').filter(|part| !part.is_empty()).collect() }
    }
}

/// Whether the pattern of one path component may stand for `name`. An unknown part may be anything.
pub(crate) fn may_match(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && pattern.starts_with(['*', '?']) {
        return false;
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Which prefixes of the name the pattern so far may be.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        let mut next = vec![false; name.len() + 1];
        match pattern[at] {
            '*' | UNKNOWN => {
                let mut any = false;
                for (index, slot) in next.iter_mut().enumerate() {
                    any |= reached[index];
                    *slot = any;
                }
            }
            '[' | '?' => {
                // A set of characters is taken for any character, and what follows an open one too.
                if pattern[at] == '[' {
                    match pattern[at + 1..].iter().skip(1).position(|c| *c == ']') {
                        Some(length) => at += length + 2,
                        None => return true,
                    }
                }
                next[1..].copy_from_slice(&reached[..name.len()]);
            }
            c => {
                for index in 0..name.len() {
                    next[index + 1] = reached[index] && name[index].eq_ignore_ascii_case(&c);
                }
            }
        }
        reached = next;
        at += 1;
    }
    reached[name.len()]
}

fn path_of(text: &str) -> &Path {
    Path::new(if text.is_empty() { "." } else { text })
}

/// Every place a relative path may start from; an absolute one starts anywhere.
fn places<'s>(court: &'s Court<'_>, text: &str, scope: &'s Scope) -> Option<&'s [PathBuf]> {
    match scope.places() {
        [] if text.starts_with('/') => Some(std::slice::from_ref(court.root())),
        [] => None,
        places => Some(places),
    }
}

impl Court<'_> {
    /// The project's directory.
    pub(crate) fn root(&self) -> &PathBuf {
        &self.root
    }

    pub(crate) fn workspace(&self) -> &Workspace {
        self.around.workspace
    }
}

/// Whether a file of this name may be made or changed.
pub(crate) fn written(court: &Court<'_>, target: Target<'_>, scope: &Scope) -> Ruling {
    changed(court, target, scope, false)
}

/// Whether what is called so may be removed or moved away.
pub(crate) fn removed(court: &Court<'_>, target: Target<'_>, scope: &Scope) -> Ruling {
    changed(court, target, scope, true)
}

fn changed(court: &Court<'_>, Target { word, what }: Target<'_>, scope: &Scope, is_removed: bool) -> Ruling {
    let unknown = if is_removed { rules::REMOVE_UNKNOWN } else { rules::UNKNOWN_TARGET };
    // A pipe to commands, which have been judged by themselves.
    if !is_removed && word.unknown == Some(Unknown::Pipe) && word.text.chars().eq([UNKNOWN]) {
        return Ok(());
    }
    if word.unknown.is_some() {
        let is_number = matches!(word.unknown, Some(Unknown::Number | Unknown::Process));
        if !is_number || word.text.matches(UNKNOWN).count() != 1 {
            return court.refuse(unknown, format!("{what} of `{}`", word.shown()));
        }
        // Whichever number it is, it leads nowhere else than any other; and `$!` may be none.
        for number in ["0", ""] {
            let known = Word { text: word.text.replace(UNKNOWN, number), unknown: None, ..word.clone() };
            changed(court, Target { word: &known, what }, scope, is_removed)?;
        }
        return Ok(());
    }
    if word.text.is_empty() {
        return Ok(());
    }
    let Some(places) = places(court, &word.text, scope) else {
        return court.refuse(unknown, format!("{what} of `{}` from a directory that is not known", word.shown()));
    };
    for place in places {
        let how = (word.is_pattern, is_removed);
        if court.brought.may_redirect(court.workspace(), path_of(&word.text), place, how) {
            return court.refuse(unknown, format!("{what} of `{}`, over what this line puts there", word.shown()));
        }
        if word.is_pattern {
            changed_by_pattern(court, word, what, place, is_removed)?;
        } else {
            if is_removed {
                not_the_root(court, word, what, path_of(&word.text), place)?;
            }
            one(court, path_of(&word.text), place)?;
        }
    }
    Ok(())
}

fn one(court: &Court<'_>, path: &Path, place: &Path) -> Ruling {
    let verdict = court.workspace().may_write(path, place);
    if verdict.is_allowed() { Ok(()) } else { Err(verdict) }
}

fn not_the_root(court: &Court<'_>, word: &Word, what: &str, path: &Path, place: &Path) -> Ruling {
    let real = court.workspace().resolve(path, place)?;
    let root = court.workspace().root();
    let is_git = real.file_name().is_some_and(|name| name.eq_ignore_ascii_case(".git"));
    if root.starts_with(&real) || is_git {
        return court.refuse(rules::REMOVE_ROOT, format!("{what} of `{}`", word.shown()));
    }
    Ok(())
}

fn changed_by_pattern(court: &Court<'_>, word: &Word, what: &str, place: &Path, is_removed: bool) -> Ruling {
    let pattern = Pattern::of(&word.text);
    let directory = path_of(pattern.directory);
    one(court, &directory.join("any-file"), place)?;
    if pattern.parts.contains(&"..") {
        return court.refuse(rules::PATTERN, format!("{what} of `{}`", word.shown()));
    }
    let real = court.workspace().resolve(directory, place)?;
    let Some(first) = pattern.parts.first() else { return Ok(()) };
    let is_everything = first.chars().all(|c| matches!(c, '*' | '?' | '.')) && pattern.parts.len() == 1;
    if is_removed && is_everything && real == court.workspace().root() {
        return court.refuse(rules::REMOVE_ROOT, format!("{what} of `{}`", word.shown()));
    }
    let may_be_protected = pattern.parts.iter().any(|part| {
        let names = protected::PROTECTED.iter().filter_map(|place| place.path.split('/').next());
        let names = names.filter(|name| name.starts_with('.'));
        names.into_iter().any(|name| may_match(part, name)) || may_match(part, "..")
    });
    if may_be_protected {
        return court.refuse(rules::PATTERN, format!("{what} of `{}`", word.shown()));
    }
    Ok(())
}

/// Options of many tools that name what they write.
const OUTPUTS: [&str; 18] = [
    "-o",
    "--output",
    "--out",
    "--outfile",
    "--outFile",
    "--outdir",
    "--outDir",
    "--out-dir",
    "--out-file",
    "--output-file",
    "--outputFile",
    "--output-dir",
    "--output-directory",
    "--junitxml",
    "--junit-xml",
    "--basetemp",
    "--coverageDirectory",
    "--log-file",
];
/// Options of many tools that change the files they are given.
const IN_PLACE: [&str; 6] = ["--write", "-w", "--in-place", "--inplace", "--fix", "--autofix"];

/// Refuses what is protected in the project where a command without rules of its own is told to write.
pub(crate) fn outputs(court: &Court<'_>, call: &super::call::Call, scope: &Scope) -> Ruling {
    let arguments = call.arguments();
    let mut named = super::words::values(arguments, &OUTPUTS);
    if arguments.iter().any(|word| IN_PLACE.contains(&word.text.as_str())) {
        named.extend(super::words::operands(arguments, &[]).into_iter().cloned());
    }
    for word in named.iter().filter(|word| word.unknown.is_none() && !word.is_pattern && !word.text.is_empty()) {
        let path = path_of(&word.text);
        for place in places(court, &word.text, scope).unwrap_or_default() {
            if court.workspace().is_inside(path, place) {
                one(court, path, place)?;
            }
        }
    }
    Ok(())
}

/// Whether a file of this name may be read. What is not known is not held against it, unless it reaches for secrets.
pub(crate) fn read(court: &Court<'_>, word: &Word, scope: &Scope) -> Ruling {
    looked_at(court, word, scope, |workspace, path, place| workspace.may_read(path, place))
}

/// Whether the names in this directory may be seen.
pub(crate) fn listed(court: &Court<'_>, word: &Word, scope: &Scope) -> Ruling {
    looked_at(court, word, scope, |workspace, path, place| {
        let verdict = workspace.may_list(path, place);
        // The names in the person's home are no secret; what is in the files is.
        let is_home = || workspace.home().is_some_and(|home| workspace.resolve(path, place).is_ok_and(|p| p == home));
        if verdict.is_allowed() || is_home() { Verdict::allow() } else { verdict }
    })
}

/// Whether what lies below this directory may be gone through, however deep.
pub(crate) fn searched(court: &Court<'_>, word: &Word, scope: &Scope) -> Ruling {
    listed(court, word, scope)?;
    if word.unknown.is_some() {
        return Ok(());
    }
    let directory = path_of(if word.is_pattern { Pattern::of(&word.text).directory } else { &word.text });
    for place in places(court, &word.text, scope).unwrap_or_default() {
        let real = court.workspace().resolve(directory, place)?;
        if court.workspace().home().is_some_and(|home| home.starts_with(&real)) {
            return court.refuse(rules::PATTERN, format!("everything below `{}`", word.shown()));
        }
    }
    Ok(())
}

fn looked_at(
    court: &Court<'_>,
    word: &Word,
    scope: &Scope,
    look: impl Fn(&Workspace, &Path, &Path) -> Verdict,
) -> Ruling {
    if word.text.is_empty() || word.text == "-" {
        return Ok(());
    }
    mentioned(court, word, scope)?;
    if word.unknown.is_some() {
        return Ok(());
    }
    let Some(places) = places(court, &word.text, scope) else { return Ok(()) };
    let (path, is_pattern) = if word.is_pattern {
        (PathBuf::from(Pattern::of(&word.text).directory), true)
    } else {
        (path_of(&word.text).to_owned(), false)
    };
    // A plain name in the project's own directory is what nearly every word is.
    for place in places {
        let verdict = look(court.workspace(), &path, place);
        let is_fine = verdict.is_allowed() || is_pattern && court.workspace().may_list(&path, place).is_allowed();
        if !is_fine {
            return Err(verdict);
        }
    }
    Ok(())
}

/// Refuses files whose names stand in another file (`--files0-from`): which they are, nobody knows before the line runs.
/// What a search prints that was judged itself may be read from it.
pub(crate) fn lists_of_files(court: &Court<'_>, call: &super::call::Call, scope: &Scope) -> Ruling {
    let Some(word) = call.arguments().iter().find(|word| word.text.starts_with("--fil")) else { return Ok(()) };
    let is_input = word.text.ends_with("=-") && call.input.is_of_searches();
    if is_input && !scope.places().is_empty() {
        return Ok(());
    }
    court.refuse(rules::UNKNOWN_TARGET, format!("reading of what `{}` names", word.shown()))
}

/// Refuses a word of any command that names secrets, wherever it stands.
pub(crate) fn mentioned(court: &Court<'_>, word: &Word, scope: &Scope) -> Ruling {
    let text = word.text.as_str();
    if !text.contains(['/', '.']) {
        return Ok(());
    }
    one_mention(court, word, text, scope)?;
    // `--file=PATH`, `@PATH`, `if=PATH`, `HOST:PATH`, `-vPATH:PATH`, `-fPATH`
    for (index, _) in text.match_indices(['=', '@', ':', ',']).take(16) {
        let rest = &text[index + 1..];
        let rest = match rest.strip_prefix("//") {
            Some(path) if text[..index].ends_with("file") => path,
            // An address, which is judged where it is used.
            Some(_) if text[index..].starts_with(':') => break,
            _ => rest,
        };
        one_mention(court, word, rest, scope)?;
    }
    if let Some(option) = text.strip_prefix('-').filter(|option| !option.starts_with('-'))
        && let Some(start) = option.find(['/', '.', '~']).filter(|start| *start > 0)
    {
        one_mention(court, word, &option[start..], scope)?;
    }
    Ok(())
}

fn one_mention(court: &Court<'_>, word: &Word, text: &str, scope: &Scope) -> Ruling {
    if text.starts_with("/dev/tcp/") || text.starts_with("/dev/udp/") {
        return court.refuse(rules::SECRET, format!("`{}`", word.shown()));
    }
    let has_wildcard = (word.is_pattern && text.contains(['*', '?', '['])) || text.contains(UNKNOWN);
    let leads_out = text.starts_with('/') || text.contains("..") || text.starts_with('~');
    if !has_wildcard {
        let may_leave = leads_out || scope.places().iter().any(|place| !place.starts_with(court.root()));
        if !may_leave || text.len() > 1_000 {
            return Ok(());
        }
        for place in places(court, text, scope).unwrap_or_default() {
            let verdict = court.workspace().may_read(path_of(text), place);
            // That something lies outside says nothing yet of what is done with it.
            if !verdict.is_allowed()
                && !matches!(verdict.rule.as_str(), "path.outside" | "path.empty" | "path.too-long")
            {
                return Err(verdict);
            }
        }
        return Ok(());
    }
    if (leads_out || text.contains(UNKNOWN)) && SECRET_NAMES.iter().any(|name| text.contains(name)) {
        return court.refuse(rules::SECRET, format!("`{}`", word.shown()));
    }
    if text.starts_with(UNKNOWN) || !leads_out {
        return Ok(());
    }
    reaches_for_secrets(court, word, text, scope)
}

/// Refuses a pattern that may stand for secrets.
fn reaches_for_secrets(court: &Court<'_>, word: &Word, text: &str, scope: &Scope) -> Ruling {
    let pattern = Pattern::of(text);
    let refusal = || Err(rules::PATTERN.deny(format!("`{}`", word.shown())));
    for place in places(court, text, scope).unwrap_or_default() {
        let Ok(real) = court.workspace().resolve(path_of(pattern.directory), place) else { return refusal() };
        let root = court.workspace().root();
        if real.starts_with(root) {
            if pattern.parts.contains(&"..") {
                return refusal();
            }
            continue;
        }
        let is_machines = ["/proc", "/sys", "/dev", "/root"].iter().any(|top| real.starts_with(top));
        let may_read = || court.workspace().may_read(&real, place).is_allowed();
        let is_anybodys = real == Path::new("/home")
            || real == Path::new("/Users")
            || ["/home", "/Users"].iter().any(|homes| real.starts_with(homes)) && !may_read();
        let is_above = |of: &Path| of.starts_with(&real);
        let home = court.workspace().home();
        let is_in_home = home.is_some_and(|home| real.starts_with(home) && !may_read());
        let may_be_system_secret = real == Path::new("/etc")
            && pattern.parts.first().is_some_and(|part| {
                ["shadow", "gshadow", "sudoers", "sudoers.d", "ssh", "ssl", "wireguard", "NetworkManager"]
                    .iter()
                    .any(|name| may_match(part, name))
            });
        if is_machines
            || is_anybodys
            || is_above(root)
            || home.is_some_and(is_above)
            || is_in_home
            || may_be_system_secret
        {
            return refusal();
        }
    }
    Ok(())
}

/// Whether a text that is code names secrets.
pub(crate) fn code_names_secrets(code: &str) -> bool {
    SECRET_NAMES.iter().any(|name| code.contains(name))
        || ["/proc/self/environ", "/proc/self/mem", "/proc/self/root", "/proc/1/"]
            .iter()
            .any(|name| code.contains(name))
}
