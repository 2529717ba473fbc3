//! Rules about what stands inside files.

use super::tracked::{Tracked, file, root};
use regex::Regex;

const LONGEST: usize = 800;
const LONGEST_TEST: usize = 1_200;

/// People who exist only in examples, and a package manager that lives in a home of its own on every machine.
const MADE_UP_PEOPLE: [&str; 12] =
    ["ada", "ann", "bob", "linuxbrew", "me", "name", "nobody", "person", "someone", "user", "x", "you"];

/// Written by a test from the Rust types.
const GENERATED: [&str; 1] = ["src/api/bindings.ts"];

fn is_source(file: &Tracked) -> bool {
    !GENERATED.contains(&file.path.as_str())
        && matches!(file.extension(), "rs" | "mjs" | "js" | "ts" | "tsx" | "css" | "html")
}

fn is_test(file: &Tracked) -> bool {
    let path = &file.path;
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains(".test.")
}

/// Written by a program, which says so in its first lines.
fn is_generated(text: &str) -> bool {
    let marker = concat!("@gener", "ated");
    text.lines().take(5).any(|line| line.contains(marker))
}

/// Source that a rehearsal or a test plays with: its content is somebody else's.
fn is_fixture(file: &Tracked) -> bool {
    file.path.contains("/fixtures/") || file.path.contains("/scenarios/")
}

/// Whether the test that `#[ignore]` on line `index` switches off is the second half of another one in this file,
/// which needs two processes: it starts its own binary again, with `--ignored` and that test's name.
fn is_started_by_another_test(text: &str, index: usize) -> bool {
    let function = Regex::new(r"\bfn (\w+)").expect("a constant");
    let name = text.lines().skip(index).find_map(|line| Some(function.captures(line)?[1].to_owned()));
    let is_named = name.is_some_and(|name| text.contains(&format!("{name}\"")));
    is_named && (text.contains("\"--ignored\"") || text.contains("\"--include-ignored\""))
}

/// Source files longer than a person reads in one sitting; tests may be longer, generated code is exempt.
pub fn too_long(files: &[Tracked]) -> Vec<String> {
    let violation = |file: &Tracked| {
        let text = file.text().filter(|text| is_source(file) && !is_generated(text))?;
        let (lines, limit) = (text.lines().count(), if is_test(file) { LONGEST_TEST } else { LONGEST });
        (lines > limit).then(|| {
            format!("{} has {lines} lines, {limit} are allowed: split it by what its parts are for", file.path)
        })
    };
    files.iter().filter_map(violation).collect()
}

/// Notes to finish something later, placeholders, leftovers of debugging, and tests that are switched off.
pub fn unfinished(files: &[Tracked]) -> Vec<String> {
    let words = concat!(r"\b(TO", r"DO|FIX", r"ME|X", r"XX)\b");
    let slashes = Regex::new(&format!(r"(//|/\*|^\s*\*|<!--).*{words}")).expect("a constant");
    let hash = Regex::new(&format!("#.*{words}")).expect("a constant");
    let dashes = Regex::new(&format!("--.*{words}")).expect("a constant");
    let macros = Regex::new(r#"(^|[^"'\w])(todo|unimplemented|dbg)!\s*[(\[{]"#).expect("a constant");
    let ignored = Regex::new(r"^\s*#\[ignore").expect("a constant");
    let only = Regex::new(r"\b(test|it|describe)\.only\(").expect("a constant");

    let rules = |file: &Tracked| -> Vec<(&Regex, &str)> {
        let note = "do it now or leave it out";
        match file.extension() {
            "rs" => vec![
                (&slashes, note),
                (&macros, "write the real thing"),
                (&ignored, "make the test pass everywhere or remove it"),
            ],
            "mjs" | "js" | "ts" | "tsx" => vec![(&slashes, note), (&only, "let every test run")],
            "css" | "html" => vec![(&slashes, note)],
            "toml" | "yml" | "sh" => vec![(&hash, note)],
            "sql" => vec![(&dashes, note)],
            _ => Vec::new(),
        }
    };
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| !is_fixture(file)) {
        let rules = rules(file);
        let text = file.text().unwrap_or_default();
        for (index, line) in text.lines().enumerate() {
            let broken = rules.iter().find(|(pattern, _)| pattern.is_match(line));
            let is_fine = ignored.is_match(line) && is_started_by_another_test(text, index);
            let broken = broken.filter(|_| !is_fine);
            violations.extend(broken.map(|(_, advice)| format!("{}:{}: {advice}", file.path, index + 1)));
        }
    }
    violations
}

/// Paths into a real person's home, and the place of this very checkout.
pub fn machine_paths(files: &[Tracked]) -> Vec<String> {
    let homes = Regex::new(r"(?:/home/|/Users/|[A-Z]:\\+Users\\+)([A-Za-z][\w.-]*)").expect("a constant");
    let here = root().display().to_string();
    let mut violations = Vec::new();
    for file in files {
        for (number, line) in file.text().unwrap_or_default().lines().enumerate() {
            let names_a_person =
                homes.captures_iter(line).any(|home| !MADE_UP_PEOPLE.contains(&home[1].to_ascii_lowercase().as_str()));
            if names_a_person || line.contains(&here) {
                violations.push(format!(
                    "{}:{}: use a relative path, a temporary directory, or a made-up person such as /home/ada",
                    file.path,
                    number + 1
                ));
            }
        }
    }
    violations
}

/// Download addresses in the npm lock, sources other than crates.io in Cargo's, and registries in configuration.
pub fn registry_addresses(files: &[Tracked]) -> Vec<String> {
    let crates_io = r#"source = "registry+https://github.com/rust-lang/crates.io-index""#;
    let setting = Regex::new(r"^\s*(@[\w-]+:)?(registry|replace-with|index)\s*=").expect("a constant");
    let mut violations = Vec::new();
    for file in files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let advice = |line: &str| match name {
            "package-lock.json" if line.trim_start().starts_with("\"resolved\":") => {
                Some("make the lock anew with the .npmrc of this repository")
            }
            "Cargo.lock" if line.starts_with("source = ") && line != crates_io => Some("depend on crates.io only"),
            ".npmrc" | "config.toml" if setting.is_match(line) => Some("set registries up on the machine, not here"),
            _ => None,
        };
        for (number, line) in file.text().unwrap_or_default().lines().enumerate() {
            violations.extend(advice(line).map(|advice| format!("{}:{}: {advice}", file.path, number + 1)));
        }
    }
    violations
}

#[test]
fn a_long_file_is_named_unless_it_is_generated_or_sql() {
    let long = "line\n".repeat(LONGEST + 1);
    let generated = format!("// {}\n{long}", concat!("@gener", "ated by a test"));
    let fine = [file("tests/a.rs", &long), file("src/b.ts", &generated), file("c.sql", &long), file("d.md", &long)];
    assert!(too_long(&fine).is_empty(), "tests may be longer, and nobody reads generated code or SQL in one sitting");
    assert_eq!(too_long(&[file("a/src/b.rs", &long)]).len(), 1, "one line too many");
    let longer = "line\n".repeat(LONGEST_TEST + 1);
    assert_eq!(
        too_long(&[file("tests/a.rs", &longer), file("a/b.test.ts", &longer)]).len(),
        2,
        "tests have a limit too"
    );
}

#[test]
fn every_kind_of_unfinished_work_is_found_where_it_stands() {
    let note = concat!("TO", "DO later");
    let cases = [
        ("a.rs", format!("let a = 1; // {note}")),
        ("a.rs", format!("{}!()", "todo")),
        ("a.rs", format!("    {}!(x);", "dbg")),
        ("a.rs", format!("#[{}]", "ignore")),
        ("a.rs", format!("#[{}]\nfn slow() {{}}\n[\"--ignored\", \"tests::another\"]", "ignore")),
        ("a.test.ts", format!("test.{}('x', f)", "only")),
        ("a.tsx", concat!("{/* FIX", "ME */}").to_owned()),
        ("a.sql", format!("-- {note}")),
        ("a.yml", concat!("# X", "XX").to_owned()),
        ("a.css", format!(" * {note}")),
    ];
    for (path, line) in cases {
        assert_eq!(unfinished(&[file(path, &format!("\n{line}\n"))]).len(), 1, "{path} with {line:?} is unfinished");
    }
}

#[test]
fn words_that_only_look_unfinished_are_left_alone() {
    let fine = [
        file("a.rs", r##"const MARKS: [&str; 2] = ["todo!(", "#[ignore"]; // found in other people's tests"##),
        file("a.rs", concat!(r#"let title = "TO"#, r#"DO"; // the program's name"#)),
        file("b.mjs", "mkdtemp('demo-XXXXXX'); // random"),
        file("src/scenarios/demo.js", concat!("// TO", "DO: the demo's program")),
        file("c.rs", "[\"--exact\", \"tests::plays_a_host\", \"--ignored\"]\n#[ignore]\nasync fn plays_a_host() {}"),
        file("prompts/coding.md", concat!("Leave no TO", "DO behind.")),
    ];
    assert_eq!(unfinished(&fine), Vec::<String>::new());
}

#[test]
fn a_real_persons_home_and_this_checkout_are_found() {
    let person = file("README.md", concat!("cd /ho", "me/carol/work"));
    let windows = file("a.rs", concat!(r"C:\Us", r"ers\Carol\work"));
    let here = file("b.rs", &format!("\"{}/target\"", root().display()));
    assert_eq!(machine_paths(&[person, windows, here]).len(), 3);
    assert!(
        machine_paths(&[file("c.rs", "/home/ada/todo and /home/$USER and $HOME/x")]).is_empty(),
        "examples are fine"
    );
}

#[test]
fn an_address_of_a_registry_is_found_in_every_kind_of_file() {
    let npm = file("package-lock.json", "      \"resolved\": \"https://mirror.example/a.tgz\",");
    let cargo = file("Cargo.lock", "source = \"git+https://example.org/a\"");
    let npmrc = file(".npmrc", "@scope:registry=https://mirror.example");
    let replaced = file(".cargo/config.toml", "replace-with = \"mirror\"");
    assert_eq!(registry_addresses(&[npm, cargo, npmrc, replaced]).len(), 4);
    let crates_io = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    assert!(registry_addresses(&[file("Cargo.lock", crates_io)]).is_empty(), "this is how Cargo writes crates.io");
}
