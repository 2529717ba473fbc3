//! What tests look like in common languages: their file names, their off switches, their assertions.

use super::path::RepoPath;
use regex::Regex;
use std::sync::LazyLock;

/// A language whose test marks are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    JavaScript,
    Python,
    Rust,
    Go,
    Jvm,
    Ruby,
    DotNet,
    Php,
    Swift,
    Elixir,
    Dart,
}

/// The language of a file by its ending; `None` for anything but source code.
pub(super) fn language(path: &RepoPath) -> Option<Language> {
    let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending {
        "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" | "vue" | "svelte" => Language::JavaScript,
        "py" => Language::Python,
        "rs" => Language::Rust,
        "go" => Language::Go,
        "java" | "kt" | "kts" | "scala" | "groovy" => Language::Jvm,
        "rb" => Language::Ruby,
        "cs" | "fs" => Language::DotNet,
        "php" => Language::Php,
        "swift" => Language::Swift,
        "ex" | "exs" => Language::Elixir,
        "dart" => Language::Dart,
        _ => return None,
    })
}

/// Whether a test runner would take the file for a test, by its name or its directory.
pub(super) fn is_test_file(path: &RepoPath) -> bool {
    const DIRECTORIES: [&str; 6] = ["test", "tests", "spec", "specs", "__tests__", "e2e"];
    if language(path).is_none() {
        return false;
    }
    let name = String::from_utf8_lossy(path.file_name()).into_owned();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let lower = stem.to_lowercase();
    let is_named = lower.ends_with(".test")
        || lower.ends_with(".spec")
        || [".cy", ".e2e", "_test", "-test", "_spec", "-spec", "_tests"].iter().any(|ending| lower.ends_with(ending))
        || lower.starts_with("test_")
        || lower == "test"
        || lower == "tests"
        // Capital letters count here: `Latest.java` is no test.
        || ["Test", "Tests", "TestCase", "Spec", "IT"].iter().any(|ending| stem.ends_with(ending));
    is_named
        || path.parents().any(|parent| {
            let directory = String::from_utf8_lossy(parent.file_name()).to_lowercase();
            DIRECTORIES.contains(&directory.as_str())
        })
}

/// Whether a line switches a test off, or all others off.
pub(super) fn switches_off(path: &RepoPath, line: &str) -> bool {
    let Some(language) = language(path) else { return false };
    let anywhere = match language {
        Language::JavaScript => &JAVASCRIPT,
        Language::Python => &PYTHON,
        Language::Rust => &RUST,
        Language::Go => &GO,
        Language::Jvm => &JVM,
        Language::Ruby => &RUBY,
        Language::DotNet => &DOTNET,
        Language::Php => &PHP,
        Language::Swift => &SWIFT,
        Language::Elixir => &ELIXIR,
        Language::Dart => &DART,
    };
    let is_comment = ["//", "# ", "/*", "* "].iter().any(|start| line.trim_start().starts_with(start));
    if is_comment {
        return false;
    }
    // Outside of test files these words are ordinary code, but a Rust or JavaScript mark is unmistakable anywhere.
    let is_certain = matches!(language, Language::Rust | Language::JavaScript | Language::Python);
    (is_certain || is_test_file(path)) && matches(anywhere, line)
        || language == Language::JavaScript && is_test_file(path) && matches(&JAVASCRIPT_OPTION, line)
}

/// Whether a line checks something.
pub(super) fn asserts(line: &str) -> bool {
    matches(&ASSERTION, line)
}

type Form = LazyLock<Option<Regex>>;

fn matches(form: &Form, line: &str) -> bool {
    form.as_ref().is_some_and(|regex| regex.is_match(line))
}

// The forms are constants; the tests of this module make sure that each of them compiles.
static JAVASCRIPT: Form = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b(?:it|test|describe|context|suite|t|bench)(?:\.\w+)*\.(?:skip|skipIf|todo|only|fixme|failing|fails)\b",
        r"|\b(?:xit|xtest|xdescribe|xcontext|xspecify|fit|fdescribe)\s*\(",
    ))
    .ok()
});
static JAVASCRIPT_OPTION: Form =
    LazyLock::new(|| Regex::new(r#"[{,]\s*["']?(?:skip|todo|only)["']?\s*:\s*(?:true|['"`])|\bthis\.skip\(\)"#).ok());
static PYTHON: Form = LazyLock::new(|| {
    Regex::new(r"pytest\.mark\.(?:skip|xfail)|pytest\.(?:skip|xfail|importorskip)\(|unittest\.(?:skip|expectedFailure)|@skip(?:If|Unless)?\b|\bself\.skipTest\(|raise\s+(?:unittest\.)?SkipTest|pytestmark\s*=.*skip|__test__\s*=\s*False").ok()
});
static RUST: Form = LazyLock::new(|| Regex::new(r"#\[\s*(?:cfg_attr\(.*,\s*)?ignore\b").ok());
static GO: Form = LazyLock::new(|| Regex::new(r"\b[tb]\.Skip(?:f|Now)?\(|^//go:build ignore").ok());
static JVM: Form = LazyLock::new(|| {
    Regex::new(r"@(?:Disabled|Ignore)\b|\bassumeTrue\(\s*false|\.config\(enabled\s*=\s*false|\bignore\s*\(").ok()
});
static RUBY: Form = LazyLock::new(|| {
    Regex::new(r#"\b(?:xit|xdescribe|xcontext|xspecify|fit|fdescribe|fcontext)\b|^\s*(?:skip|pending)\b|(?:skip|pending|focus):\s*(?:true|['"])|,\s*:(?:skip|pending|focus)\b"#).ok()
});
static DOTNET: Form =
    LazyLock::new(|| Regex::new(r"\bSkip\s*=|\[\s*Ignore\b|\[\s*Explicit\b|Assert\.(?:Ignore|Inconclusive)\(").ok());
static PHP: Form = LazyLock::new(|| Regex::new(r"markTest(?:Skipped|Incomplete)\(|->(?:skip|todo|only)\(").ok());
static SWIFT: Form = LazyLock::new(|| Regex::new(r"\bXCTSkip|\.disabled\(").ok());
static ELIXIR: Form = LazyLock::new(|| Regex::new(r"@(?:module)?tag\s+:?skip").ok());
static DART: Form = LazyLock::new(|| Regex::new(r#"\bskip\s*:\s*(?:true|['"])|@Skip\("#).ok());
static ASSERTION: Form = LazyLock::new(|| {
    Regex::new(r"^\s*assert\s|(?i:\bassert\w*!?\s*[(.])|\bexpect(?:_\w+)?\s*[({]|\.should\b|\bshould\s*[.(]|\bt\.(?:Error|Fatal)f?\(|\brequire\.\w+\(t\b|\bverify\(|\bXCT\w+\(").ok()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::from_git(text.as_bytes())
    }

    #[test]
    fn every_form_compiles() {
        let forms = [
            &JAVASCRIPT,
            &JAVASCRIPT_OPTION,
            &PYTHON,
            &RUST,
            &GO,
            &JVM,
            &RUBY,
            &DOTNET,
            &PHP,
            &SWIFT,
            &ELIXIR,
            &DART,
            &ASSERTION,
        ];
        assert!(forms.iter().all(|form| form.is_some()), "a form that does not compile finds nothing");
    }

    #[test]
    fn test_files_are_known_by_their_names() {
        for name in [
            "a.test.js",
            "src/a.spec.ts",
            "pkg/a_test.go",
            "test_a.py",
            "tests/a.rs",
            "spec/models/a_spec.rb",
            "src/__tests__/a.jsx",
            "src/test/java/ATest.java",
            "AppTests.cs",
            "test.js",
        ] {
            assert!(is_test_file(&path(name)), "{name} is a test");
        }
        for name in ["src/a.js", "Latest.java", "contest.py", "tests/data.json", "README.md", "src/testing.rs"] {
            assert!(!is_test_file(&path(name)), "{name} is no test");
        }
    }

    #[test]
    fn off_switches_of_each_runner_are_recognized() {
        for (file, line) in [
            ("a.test.js", "it.skip('works', () => {"),
            ("a.test.js", "test.todo('works')"),
            ("a.test.ts", "describe.only('all', () => {"),
            ("a.test.js", "xit('works', () => {"),
            ("a.test.mjs", "test('works', { skip: true }, () => {"),
            ("a.test.mjs", "test('works', { skip: 'flaky' }, () => {"),
            ("a.spec.ts", "test.describe.skip('all', () => {"),
            ("test_a.py", "@pytest.mark.skip(reason='x')"),
            ("test_a.py", "@pytest.mark.xfail"),
            ("test_a.py", "@unittest.skip('x')"),
            ("src/lib.rs", "#[ignore = \"slow\"]"),
            ("a_test.go", "t.Skip(\"later\")"),
            ("src/test/java/ATest.java", "@Disabled"),
            ("src/test/java/ATest.java", "@Ignore(\"x\")"),
            ("spec/a_spec.rb", "xit 'works' do"),
            ("ATests.cs", "[Fact(Skip = \"x\")]"),
        ] {
            assert!(switches_off(&path(file), line), "{file}: {line}");
        }
        for (file, line) in [
            ("a.js", "stream.skip(3)"),
            ("a.test.js", "expect(list.skip).toBe(3)"),
            ("a.test.js", "// it.skip would hide it"),
            ("a.js", "const options = { skip: true }"),
            ("src/lib.rs", "let ignore = true;"),
            ("main.go", "reader.Skip(4)"),
            ("Map.java", "@Ignore"),
        ] {
            assert!(!switches_off(&path(file), line), "{file}: {line} is ordinary code");
        }
    }

    #[test]
    fn assertions_of_common_libraries_are_recognized() {
        for line in [
            "assert.equal(a, b)",
            "assert a == b",
            "expect(a).toBe(b)",
            "assert_eq!(a, b);",
            "self.assertEqual(a, b)",
            "t.Errorf(\"%d\", a)",
            "expect { x }.to raise_error",
            "Assert.Equal(a, b);",
            "assertThat(a).isTrue();",
        ] {
            assert!(asserts(line), "{line}");
        }
        for line in ["const expected = 3", "// nothing", "import assert from 'node:assert'"] {
            assert!(!asserts(line), "{line} checks nothing");
        }
    }
}
