//! `POLICY.md` tells every rule that the code can give, in the code's words, and no other.

use harness_sandbox::policy::RULES;
use regex::Regex;
use std::{collections::BTreeSet, fs, path::Path};

fn crate_dir() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../sandbox"))
}

fn documented() -> String {
    fs::read_to_string(crate_dir().join("POLICY.md")).expect("the policy's documentation")
}

/// Every rule of these subjects that stands in the crate's source.
fn named_in_the_source(subjects: &str) -> BTreeSet<String> {
    let rule = Regex::new(&format!(r#""(({subjects})\.[a-z0-9-]+)""#)).expect("a constant");
    let mut found = BTreeSet::new();
    let mut open = vec![crate_dir().join("src")];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).expect("the source").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = fs::read_to_string(&path).expect("source is text");
                let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                found.extend(rule.captures_iter(source).map(|found| found[1].to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_rule_about_commands_stands_in_the_documentation_with_its_sentence() {
    let text = documented();
    let expected: String =
        RULES.iter().map(|rule| format!("| `{}` | {} |\n", rule.id, rule.sentence.replace('|', "\\|"))).collect();
    assert!(
        text.contains(&expected),
        "the table of commands in POLICY.md must be exactly:\n| rule | what it says |\n|---|---|\n{expected}"
    );
}

#[test]
fn every_rule_about_paths_and_addresses_stands_in_the_documentation_and_no_other() {
    let text = documented();
    let row = Regex::new(r"(?m)^\| `((?:path|url|policy)\.[a-z0-9-]+)` \|").expect("a constant");
    let documented: BTreeSet<String> = row.captures_iter(&text).map(|found| found[1].to_owned()).collect();
    let said: BTreeSet<String> =
        named_in_the_source("path|url|policy").into_iter().filter(|rule| rule != "policy.yaml").collect();
    assert!(said.len() > 20, "the source is read: {said:?}");
    let missing: Vec<&String> = said.difference(&documented).collect();
    let gone: Vec<&String> = documented.difference(&said).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "POLICY.md lacks {missing:?}, and tells of {gone:?} which nothing says"
    );
}

#[test]
fn the_first_policy_and_the_example_of_the_documentation_are_whole() {
    use harness_sandbox::policy::{PolicyFile, Scope};
    let parse = |text: &str| PolicyFile::parse(text, Path::new("policy.yaml"), Scope::Project);
    let text = documented();
    let example = text.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    assert_eq!(parse(example).expect("the example is whole").len(), 10, "every list of it counts");
    let template = include_str!("../../src-tauri/crates/cli/src/policy/template.yaml");
    assert!(parse(template).expect("the template is whole").is_empty(), "it says nothing yet");
    // With every example in it switched on, it still is.
    let on: String = template
        .lines()
        .map(|line| {
            line.strip_prefix('#').filter(|rest| rest.trim_start().starts_with("- ")).unwrap_or(line).to_owned() + "\n"
        })
        .collect();
    assert!(parse(&on).expect("each example of the template is whole").len() >= 8, "{on}");
}
