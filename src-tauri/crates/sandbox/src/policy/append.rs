//! One more `allow` or `deny` entry in a policy file, with everything else left as it was written.

use super::{
    entry::Entry,
    file::{MOST_ENTRIES, PolicyError, PolicyFile, Scope, text},
};
use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// What a new file begins with.
const HEADING: &str = "# Policy of this project; `harness policy show` explains what counts, POLICY.md every key.\n";

/// A list of entries that a person's word adds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryList {
    /// What may run.
    Allow,
    /// What a person is asked about.
    Ask,
    /// What may not, whatever else is said.
    Deny,
}

impl EntryList {
    /// Its key in the file.
    fn key(self) -> &'static str {
        match self {
            Self::Allow => "allow:",
            Self::Ask => "ask:",
            Self::Deny => "deny:",
        }
    }

    fn of(self, file: &mut PolicyFile) -> &mut Vec<Entry> {
        match self {
            Self::Allow => &mut file.allow,
            Self::Ask => &mut file.ask,
            Self::Deny => &mut file.deny,
        }
    }
}

/// Adds `entry` to a list of the project's policy file at `path`, which is made if there is none.
///
/// Comments and order stay as they are. The new file takes the old one's place in one step, and two processes that add at
/// the same moment both get their line. An entry that is there already is not added again. Fails as
/// [`PolicyFile::read`] and [`PolicyFile::parse`] do, for an entry without a clear meaning, when it is to be allowed and the
/// same file asks about or denies the very same (a person has to choose), and when the list is written in a form to which no
/// line can be added.
pub fn add_entry(path: &Path, list: EntryList, entry: &str) -> Result<(), PolicyError> {
    let unusable = |source| PolicyError::Unusable { path: path.into(), action: "written", source };
    let dir = path.parent().unwrap_or(Path::new("."));
    let lock = fs::File::options().create(true).truncate(false).write(true).open(path.with_extension("lock"));
    let lock = lock.map_err(unusable)?;
    lock.lock().map_err(unusable)?;

    let before = text(path)?.unwrap_or_else(|| HEADING.into());
    let mut expected = PolicyFile::parse(&before, path, Scope::Project)?;
    let malformed =
        |problem: String| PolicyError::Malformed { path: path.into(), line: line_of(&before, list), problem };
    let entry = Entry::parse(entry).map_err(|why| malformed(format!("`{entry}` cannot be added: {why}")))?;
    if list.of(&mut expected).contains(&entry) {
        return Ok(());
    }
    if list == EntryList::Allow && (expected.ask.contains(&entry) || expected.deny.contains(&entry)) {
        return Err(malformed(format!("`{entry}` stands under `ask` or `deny`, which wins: remove it there first")));
    }
    let after = with_line(&before, list, &entry);
    let unclear = || {
        let key = list.key().trim_end_matches(':');
        malformed(format!("write `{key}` with one `- entry` a line, so that `{entry}` can be added"))
    };
    let is_full = expected.len() >= MOST_ENTRIES;
    // An edit that the file's form does not take is not the person's mistake; too many entries are told as what they are.
    let new =
        PolicyFile::parse(&after, path, Scope::Project).map_err(|error| if is_full { error } else { unclear() })?;
    list.of(&mut expected).push(entry.clone());
    let same_entries =
        |new: &[Entry], expected: &[Entry]| new.len() == expected.len() && new.iter().all(|one| expected.contains(one));
    let holds_the_same = same_entries(&new.allow, &expected.allow)
        && same_entries(&new.ask, &expected.ask)
        && same_entries(&new.deny, &expected.deny)
        && (&new.hosts, &new.readable) == (&expected.hosts, &expected.readable);
    if !holds_the_same {
        return Err(unclear());
    }
    replace(dir, path, &after).map_err(unusable)
}

/// Takes `entry` out of a list of the project's policy file at `path`, with everything else left as it was written.
/// Returns whether it was there.
///
/// Fails as [`add_entry`] does, and when the list is written in a form from which no line can be taken.
pub fn remove_entry(path: &Path, list: EntryList, entry: &str) -> Result<bool, PolicyError> {
    let unusable = |source| PolicyError::Unusable { path: path.into(), action: "written", source };
    let dir = path.parent().unwrap_or(Path::new("."));
    let lock = fs::File::options().create(true).truncate(false).write(true).open(path.with_extension("lock"));
    let lock = lock.map_err(unusable)?;
    lock.lock().map_err(unusable)?;

    let Some(before) = text(path)? else { return Ok(false) };
    let mut expected = PolicyFile::parse(&before, path, Scope::Project)?;
    let malformed =
        |problem: String| PolicyError::Malformed { path: path.into(), line: line_of(&before, list), problem };
    let entry = Entry::parse(entry).map_err(|why| malformed(format!("`{entry}` cannot be removed: {why}")))?;
    let entries = list.of(&mut expected);
    let Some(place) = entries.iter().position(|known| *known == entry) else { return Ok(false) };
    entries.remove(place);
    let after = without_line(&before, list, &entry);
    let new = PolicyFile::parse(&after, path, Scope::Project);
    let is_it = new.is_ok_and(|new| {
        (&new.allow, &new.ask, &new.deny) == (&expected.allow, &expected.ask, &expected.deny)
            && (&new.hosts, &new.readable) == (&expected.hosts, &expected.readable)
    });
    if !is_it {
        let key = list.key().trim_end_matches(':');
        return Err(malformed(format!("write `{key}` with one `- entry` a line, so that `{entry}` can be removed")));
    }
    replace(dir, path, &after).map_err(unusable)?;
    Ok(true)
}

/// The text without the first line of the list that says this entry; the caller sees whether that worked.
fn without_line(before: &str, list: EntryList, entry: &Entry) -> String {
    let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
    let Some(key) = lines.iter().position(|line| line.starts_with(list.key())) else { return before.to_owned() };
    let is_inside = |line: &&String| line.trim().is_empty() || line.starts_with([' ', '\t', '#', '-']);
    let section = lines[key + 1..].iter().take_while(is_inside).count();
    let items: Vec<usize> =
        (key + 1..key + 1 + section).filter(|at| lines[*at].trim_start().starts_with("- ")).collect();
    let says = |at: &usize| {
        let words = lines[*at].trim_start().trim_start_matches("- ");
        let words = words.split(" #").next().unwrap_or_default().trim().trim_matches(['\'', '"']);
        Entry::parse(words).is_ok_and(|found| found == *entry)
    };
    if let Some(at) = items.iter().copied().find(|at| says(at)) {
        lines.remove(at);
        if items.len() == 1 {
            lines[key] = format!("{} []", list.key());
        }
    }
    lines.join("\n") + "\n"
}

/// The line of the list, or the first.
fn line_of(text: &str, list: EntryList) -> u64 {
    text.lines().position(|line| line.starts_with(list.key())).map_or(1, |index| index as u64 + 1)
}

/// The text with one more line at the end of the list; the caller sees whether that worked.
fn with_line(before: &str, list: EntryList, entry: &Entry) -> String {
    let name = list.key();
    let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
    let Some(key) = lines.iter().position(|line| line.starts_with(name)) else {
        lines.push(name.into());
        lines.push(format!("  - {}", scalar(entry)));
        return lines.join("\n") + "\n";
    };
    let value = lines[key][name.len()..].trim();
    if matches!(value, "[]" | "~" | "null") {
        lines[key] = name.into();
    }
    let is_item = |line: &String| line.trim_start().starts_with("- ");
    let is_inside = |line: &&String| line.trim().is_empty() || line.starts_with([' ', '\t', '#']) || is_item(line);
    let section = lines[key + 1..].iter().take_while(is_inside).count();
    let last = (key + 1..key + 1 + section).rfind(|index| is_item(&lines[*index]));
    let (at, indent) = match last {
        Some(index) => (index + 1, lines[index].len() - lines[index].trim_start().len()),
        None => (key + 1, 2),
    };
    lines.insert(at, format!("{:indent$}- {}", "", scalar(entry)));
    lines.join("\n") + "\n"
}

/// The entry as YAML that means exactly these words. An entry holds no quotes.
fn scalar(entry: &Entry) -> String {
    let text = entry.as_str();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ._/-".contains(&byte));
    // Shorter words may be YAML's own: `yes`, `null`, `1.5`.
    if is_plain && text.len() > 5 && text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return text.to_owned();
    }
    format!("'{text}'")
}

fn replace(dir: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(before: Option<&str>, entry: &str) -> Result<String, String> {
        added_to(EntryList::Allow, before, entry)
    }

    fn added_to(list: EntryList, before: Option<&str>, entry: &str) -> Result<String, String> {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("policy.yaml");
        if let Some(before) = before {
            fs::write(&path, before).expect("a file");
        }
        let result = add_entry(&path, list, entry);
        let after = fs::read_to_string(&path).unwrap_or_default();
        if result.is_err() {
            assert_eq!(after, before.unwrap_or_default(), "what fails changes nothing");
        }
        result.map(|()| after).map_err(|error| error.to_string())
    }

    #[test]
    fn an_entry_is_taken_out_and_every_other_line_stays_as_it_was_written() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("policy.yaml");
        let before = "# why\nallow:\n  - 'terraform plan'  # short\n  - pulumi get\nask:\n  - docker\ndeny: [curl]\n";
        fs::write(&path, before).expect("a file");
        let now = || fs::read_to_string(&path).expect("a file");
        assert!(remove_entry(&path, EntryList::Allow, "terraform plan").expect("it is taken out"));
        assert_eq!(now(), before.replace("  - 'terraform plan'  # short\n", ""));
        assert!(!remove_entry(&path, EntryList::Allow, "terraform plan").expect("it is gone already"));
        assert!(remove_entry(&path, EntryList::Ask, "docker").expect("it is taken out"));
        assert!(now().contains("ask: []\n"), "an empty list is still a list: {}", now());
        assert!(remove_entry(&path, EntryList::Deny, "curl").is_err(), "a list on one line is a person's to edit");
        add_entry(&path, EntryList::Ask, "docker run").expect("it is added");
        assert!(PolicyFile::read(&path, Scope::Project).expect("it is whole").is_some_and(|file| file.ask.len() == 1));
    }

    #[test]
    fn a_line_is_added_and_every_other_stays_as_it_was_written() {
        let before = "# why\nallow:\n    # plans only\n    - 'terraform plan'\n\n    - tf   # short\n# then\ndeny:\n  - docker\n";
        let after = added(Some(before), "pulumi get").expect("it is added");
        assert_eq!(after, before.replace("# short\n", "# short\n    - pulumi get\n"));
        let flush = added(Some("allow:\n- a-tool\ndeny:\n- x\n"), "b-tool").expect("it is added");
        assert_eq!(flush, "allow:\n- a-tool\n- b-tool\ndeny:\n- x\n", "as the list is indented");
    }

    #[test]
    fn a_file_or_list_that_is_not_there_is_made() {
        let made = added(None, "terraform plan").expect("it is added");
        assert!(made.starts_with('#') && made.ends_with("allow:\n  - terraform plan\n"), "{made}");
        for before in ["", "allow:\n", "allow: []\n", "allow: ~\n", "deny:\n  - docker", "# x\n"] {
            let after = added(Some(before), "tf").unwrap_or_else(|error| panic!("{before:?}: {error}"));
            assert!(after.contains("- 'tf'\n"), "{before:?} became {after:?}");
        }
    }

    #[test]
    fn an_entry_is_added_once_and_never_against_the_same_file() {
        let before = "allow:\n  - tf\nask:\n  - pulumi get\n";
        assert_eq!(added(Some(before), " tf ").expect("it is there"), before);
        assert!(added(Some(before), "pulumi  get").expect_err("the file asks").contains("ask"));
        assert!(added(Some(before), "x; y").expect_err("no entry").contains("no meaning"));
        assert!(added(Some("allow: [tf]\n"), "x-tool").expect_err("a flow list").contains("one `- entry` a line"));
        assert!(added(Some("alow: []\n"), "tf").is_err(), "a broken file stays broken until a person mends it");
    }

    #[test]
    fn a_no_for_good_is_added_beside_what_is_allowed_and_wins() {
        let before = "allow:\n  - terraform apply\n# never\ndeny:\n  - docker\n";
        let after = added_to(EntryList::Deny, Some(before), "terraform apply").expect("a no needs no one's leave");
        assert_eq!(after, format!("{before}  - terraform apply\n"), "nothing else is touched");
        assert_eq!(added_to(EntryList::Deny, Some(&after), "terraform apply").expect("it is there"), after);
        let made = added_to(EntryList::Deny, None, "terraform apply").expect("it is added");
        assert!(made.ends_with("deny:\n  - terraform apply\n"), "{made}");
        let refusal = added_to(EntryList::Deny, Some("deny: [x-tool]\n"), "y-tool").expect_err("a flow list");
        assert!(refusal.contains("write `deny`"), "{refusal}");
    }

    #[test]
    fn every_entry_means_the_same_when_it_is_read_again() {
        for entry in ["*-lint", "yes", "null", "1.5", "x #y", "a: b", "-".repeat(3).as_str(), "é", "[x]", "@scope/x.sh"]
        {
            let Ok(wanted) = Entry::parse(entry) else { continue };
            let after = added(None, entry).unwrap_or_else(|error| panic!("{entry}: {error}"));
            let file = PolicyFile::parse(&after, Path::new("x"), Scope::Project).expect("it is whole");
            assert_eq!(file.allow, [wanted], "{after}");
        }
    }

    #[test]
    fn processes_that_add_at_the_same_moment_lose_nothing() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("policy.yaml");
        std::thread::scope(|scope| {
            for number in 0..20 {
                let path = &path;
                scope.spawn(move || add_entry(path, EntryList::Allow, &format!("tool-{number}")).expect("it is added"));
            }
        });
        let file = PolicyFile::read(&path, Scope::Project).expect("it is whole").expect("it is there");
        assert_eq!(file.allow.len(), 20, "every one has its line");
    }
}
