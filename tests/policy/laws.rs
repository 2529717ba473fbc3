//! What holds for every line, tried with random ones.

use crate::corpus::{ATTACKS, CONSTRUCTS, EVERYDAY, Ground, OBFUSCATED, read, wrapped};
use harness_sandbox::{
    Decision,
    policy::{Layers, Policy, PolicyFile, Scope},
};
use proptest::{prelude::*, test_runner::RngSeed};
use std::{path::Path, sync::LazyLock};

static GROUND: LazyLock<Ground> = LazyLock::new(Ground::new);
static ALLOWED: LazyLock<Vec<String>> = LazyLock::new(|| read(EVERYDAY).into_iter().map(|(_, line)| line).collect());
static WAYS: LazyLock<Vec<String>> = LazyLock::new(|| read(CONSTRUCTS).into_iter().map(|(_, line)| line).collect());
/// Attacks that are lines of their own: what is refused only because it is not whole may become whole inside another.
static REFUSED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = [ATTACKS, OBFUSCATED].into_iter().flat_map(read);
    let is_whole = |(heading, _): &(&str, String)| !heading.contains("no shell");
    // A shell's arguments are others, or none, in another shell: `rm -rf "$1"` does nothing in `bash -s`.
    let has_arguments = |line: &String| ["$0", "$1", "$@"].iter().any(|own| line.contains(own));
    // And `{}` is where a construct puts the line.
    let is_alone = |line: &String| !line.contains(['\n', '#']) && !line.contains("{}") && !has_arguments(line);
    lines.filter(is_whole).map(|(_, line)| line).filter(is_alone).collect()
});

fn is_allowed(line: &str) -> bool {
    GROUND.judge(&Policy::built_in(), line, true).is_allowed()
}

fn with_files(files: &[String]) -> Policy {
    let parse = |text: &String| PolicyFile::parse(text, Path::new("policy.yaml"), Scope::Project).expect("it is whole");
    Policy::built_in().with_layers(Layers::new(files.iter().map(parse).collect()))
}

/// Whether what a line leaves behind counts for the next one: another directory, a variable, a function, whatever a
/// script set, which is not known, or files that may be links.
fn leaves_something(line: &str) -> bool {
    #[rustfmt::skip]
    const WAYS: [&str; 18] = [
        "cd ", "pushd ", "popd", "=", "()", "set ", "export", "alias", "source ", ". ", "eval ", "read ",
        "ln ", "mv ", "cp ", "rsync ", "tar ", "unzip ",
    ];
    WAYS.iter().any(|way| line.contains(way))
}

fn searching() -> ProptestConfig {
    let default = ProptestConfig::default();
    let is_chosen = |name| std::env::var_os(name).is_some();
    ProptestConfig {
        cases: if is_chosen("PROPTEST_CASES") { default.cases } else { 400 },
        rng_seed: if is_chosen("PROPTEST_RNG_SEED") { default.rng_seed } else { RngSeed::Fixed(1) },
        ..default
    }
}

/// What bash gives a meaning to.
#[rustfmt::skip]
const MEANING: &[&str] = &[
        "$(", ")", "`", "${", "}", "<(", ">(", "((", "))", "[[", "]]", "'", "\"", "\\", "$'", "<<X\n", "<<-'X'\n", "\nX\n", "<<<", ">",
        ">>", "2>&1", "|", "||", "&&", "&", ";", ";;", "\n", "#", " ", "\t", "{", "if ", "then ", "fi", "for x in ", "do ", "done",
        "case x in ", "esac", "while ", "f() ", "function ", "eval ", "sh -c ", "xargs ", "env ", "rm -rf / ", "sudo ", "cat ",
        "~", "*", "{a,b}", "$X", "X=", "=", "!", "--", "-c ", "/", "..", "\0", "é", "\u{200b}", "\u{202e}", "\r\n",
    ];

/// Pieces that bash gives a meaning to, so that random lines are more than words.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => proptest::sample::select(MEANING).prop_map(str::to_owned),
        2 => proptest::sample::select(&ALLOWED[..]).prop_map(|line| line),
        1 => proptest::sample::select(&REFUSED[..]).prop_map(|line| line),
        1 => any::<String>(),
    ]
}

proptest! {
    // The same cases every time: whoever looks for new ones says PROPTEST_RNG_SEED, and PROPTEST_CASES for more of them.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..searching() })]

    #[test]
    fn any_text_has_a_verdict_and_always_the_same(text in any::<String>(), is_walled in any::<bool>()) {
        let policy = Policy::built_in();
        let first = GROUND.judge(&policy, &text, is_walled);
        prop_assert_eq!(&first, &GROUND.judge(&policy, &text, is_walled), "the same question has the same answer");
        prop_assert!(first.is_allowed() || !first.reason.is_empty(), "a refusal says why");
    }

    #[test]
    fn any_pieces_of_shell_have_a_verdict(pieces in proptest::collection::vec(piece(), 0..24), is_walled in any::<bool>()) {
        let line = pieces.concat();
        let policy = Policy::built_in();
        let verdict = GROUND.judge(&policy, &line, is_walled);
        // Walls only ever allow more.
        if GROUND.judge(&policy, &line, false).is_allowed() {
            prop_assert!(GROUND.judge(&policy, &line, true).is_allowed(), "{line:?} is allowed without walls: {verdict}");
        }
    }

    #[test]
    fn what_is_refused_stays_refused_in_any_construct_at_any_depth(
        command in proptest::sample::select(&REFUSED[..]),
        ways in proptest::collection::vec(proptest::sample::select(&WAYS[..]), 1..4),
    ) {
        prop_assume!(!is_allowed(&command));
        let mut line = command.clone();
        for way in &ways {
            if let Some(deeper) = wrapped(way, &line) {
                line = deeper;
            }
        }
        prop_assert!(!is_allowed(&line), "{command:?} is refused, so this must be too:\n{line}");
    }

    #[test]
    fn lines_one_after_another_are_allowed_when_each_is(
        first in proptest::sample::select(&ALLOWED[..]),
        second in proptest::sample::select(&ALLOWED[..]),
    ) {
        prop_assume!(!leaves_something(&first));
        prop_assert!(is_allowed(&format!("{first}\n{second}")), "both are allowed alone:\n{first}\n{second}");
    }

    #[test]
    fn a_refused_line_makes_every_line_around_it_refused(
        before in proptest::sample::select(&ALLOWED[..]),
        attack in proptest::sample::select(&REFUSED[..]),
        after in proptest::sample::select(&ALLOWED[..]),
    ) {
        prop_assume!(!is_allowed(&attack));
        prop_assume!(!leaves_something(&before));
        prop_assert!(!is_allowed(&format!("{before}\n{attack}\n{after}")), "between\n{before}\nand\n{after}\nstands\n{attack}");
    }

    #[test]
    fn another_entry_that_denies_or_asks_never_loosens(
        line in proptest::sample::select(&ALLOWED[..]),
        list in proptest::sample::select(&["ask", "deny"][..]),
        entry in "(npm|git|node|cat|[a-z]{2,5}\\*)( [a-z]{1,6}){0,2}",
    ) {
        let strict = with_files(&[format!("{list}: ['{entry}']")]);
        let (without, with) = (GROUND.judge(&Policy::built_in(), &line, true), GROUND.judge(&strict, &line, true));
        prop_assert!(with.decision >= without.decision, "{list} {entry} made {line:?} {with:?}, it was {without:?}");
    }

    #[test]
    fn no_file_lifts_what_the_rules_refuse(
        attack in proptest::sample::select(&REFUSED[..]),
        entry in "(ls|npm|git|node|cat|rm|curl|docker|[a-z]{2,5}\\*)",
    ) {
        let refusal = GROUND.judge(&Policy::built_in(), &attack, true);
        // A question may be answered by a file; a refusal may not.
        prop_assume!(refusal.decision == Decision::Deny);
        let lax = with_files(&[format!("allow: ['{entry}']")]);
        prop_assert!(!GROUND.judge(&lax, &attack, true).is_allowed(), "{entry} lifted {refusal:?} of {attack:?}");
    }

    #[test]
    fn any_text_is_a_policy_or_is_not_but_never_a_panic(text in any::<String>(), lines in "(((allow|ask|deny|readable|x)(:|: \\[)|  - |\\*|'|a|/|#|\\n| )){0,30}") {
        for text in [text, lines] {
            if let Err(error) = PolicyFile::parse(&text, Path::new("policy.yaml"), Scope::Project) {
                prop_assert!(error.to_string().contains("policy.yaml:"), "the line is named: {error}");
            }
        }
    }
}
