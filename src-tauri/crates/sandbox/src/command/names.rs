//! Commands that print names of files, and where those files lie.

use super::{court::Court, scope::Scope, words};
use crate::shell::{self, Word};
use brush_parser::ast;

/// The directories below which every name lies that `command` prints, for the searches of which that is known; empty when
/// it may print anything.
///
/// What is found there may have been made by an agent, a link too; so it counts only where walls stand as well.
pub(super) fn listed_by(court: &Court<'_>, command: &ast::Command, scope: &Scope) -> Vec<Word> {
    let ast::Command::Simple(simple) = command else { return Vec::new() };
    let is_search = simple
        .word_or_name
        .as_ref()
        .is_some_and(|name| matches!(name.value.as_str(), "grep" | "egrep" | "fgrep" | "rg" | "git" | "find"));
    let can_tell = is_search && simple.prefix.is_none() && court.around.is_walled && !scope.places().is_empty();
    if !can_tell {
        return Vec::new();
    }
    let mut arguments = Vec::new();
    for item in simple.suffix.iter().flat_map(|suffix| &suffix.0) {
        let ast::CommandPrefixOrSuffixItem::Word(word) = item else { continue };
        let Ok(expansion) = shell::expand(&word.value, scope) else { return Vec::new() };
        arguments.extend(expansion.words);
    }
    if arguments.iter().any(|word| word.unknown.is_some()) {
        return Vec::new();
    }
    let name = simple.word_or_name.as_ref().map_or("", |name| name.value.as_str());
    let places = match name {
        "git" => tracked(&arguments),
        "find" => found(&arguments),
        name => matching(&arguments, name == "rg"),
    };
    places.filter(|places| places.iter().all(|place| is_inside(court, place, scope))).unwrap_or_default()
}

/// `git grep -l`, `git ls-files`, `git diff --name-only`: what git tracks lies below the working directory.
fn tracked(arguments: &[Word]) -> Option<Vec<Word>> {
    let (command, rest) = arguments.split_first()?;
    let goes_up = rest.iter().any(|word| word.text.contains("..") || word.text.starts_with(['/', '~', ':']));
    let reads_elsewhere = rest.iter().any(|word| word.text.starts_with("--no-in") || word.text.starts_with("--form"));
    let prints_names = match command.text.as_str() {
        "grep" => words::has(rest, &["-l", "-L", "--files-with-matches", "--files-without-match", "--name-only"]),
        "ls-files" => !words::has(rest, &["-s", "--stage", "-u", "--unmerged", "-v", "-t", "--debug"]),
        "diff" => words::has(rest, &["--name-only"]),
        _ => false,
    };
    (prints_names && !goes_up && !reads_elsewhere).then(|| vec![Word::plain(".")])
}

/// `grep -rl PATTERN DIRECTORY…` and `rg -l PATTERN DIRECTORY…`.
fn matching(arguments: &[Word], is_ripgrep: bool) -> Option<Vec<Word>> {
    let with_value =
        ["-e", "-f", "-m", "-A", "-B", "-C", "--include", "--exclude", "--exclude-dir", "-g", "--glob", "-t"];
    let prints_names = words::has(arguments, &["-l", "-L", "--files-with-matches", "--files-without-match"]);
    let operands = words::operands(arguments, &with_value);
    let has_pattern = words::has(arguments, &["-e", "-f", "--regexp", "--file"]);
    let sees_hidden =
        is_ripgrep && (words::has(arguments, &["--hidden", "-u", "-uu", "-uuu"]) || words::has(arguments, &["-."]));
    let mut places: Vec<Word> = operands.into_iter().skip(usize::from(!has_pattern)).cloned().collect();
    if places.is_empty() {
        places.push(Word::plain("."));
    }
    // Where git's own files lie, only a search that leaves hidden ones out is told to change what it finds.
    let is_top = |word: &Word| matches!(word.text.trim_end_matches('/'), "." | "") || word.text.contains(".git");
    let skips_git = is_ripgrep && !sees_hidden
        || words::values(arguments, &["--exclude-dir"]).iter().any(|name| name.text == ".git" || name.text == ".*");
    (prints_names && (skips_git || !places.iter().any(is_top))).then_some(places)
}

/// `find DIRECTORY… TESTS`, without anything it does to what it finds.
fn found(arguments: &[Word]) -> Option<Vec<Word>> {
    let is_root = |word: &&Word| !word.text.starts_with(['-', '(', '!', ',']);
    let places: Vec<Word> = arguments.iter().take_while(is_root).cloned().collect();
    let only_tests = arguments[places.len()..].iter().all(|word| {
        !word.text.starts_with("-exec")
            && !word.text.starts_with("-ok")
            && !word.text.starts_with("-f")
            && word.text != "-printf"
    });
    let is_top = |word: &Word| matches!(word.text.trim_end_matches('/'), "." | "") || word.text.contains(".git");
    (only_tests && !places.is_empty() && !places.iter().any(is_top)).then_some(places)
}

fn is_inside(court: &Court<'_>, place: &Word, scope: &Scope) -> bool {
    !place.text.contains("..")
        && !place.text.starts_with(['/', '~', '-'])
        && !place.is_pattern
        && scope.places().iter().all(|from| court.workspace().is_inside(place.text.as_ref(), from))
}
