//! Projects as they are found on disk. Which programs are installed is part of each case, never of the machine.

use super::*;
use std::fs;
use tempfile::TempDir;

/// A project of these files; a name that ends with a slash is a directory.
fn project(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        let path = dir.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).expect("a directory");
        } else {
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
        }
    }
    dir
}

/// The commands found in such a project on a machine with `tools`.
fn commands(tools: &[&str], files: &[(&str, &str)]) -> Vec<String> {
    let dir = project(files);
    detect_with(dir.path(), &|tool| tools.contains(&tool)).checks.into_iter().map(|check| check.command).collect()
}

/// What is said about such a project.
fn problems(tools: &[&str], files: &[(&str, &str)]) -> String {
    let dir = project(files);
    detect_with(dir.path(), &|tool| tools.contains(&tool)).problems.join("\n")
}

#[test]
fn each_stack_is_checked_as_a_developer_would_cheap_things_first() {
    for (stack, tools, files, expected) in STACKS {
        assert_eq!(commands(tools, files), *expected, "{stack}");
    }
}

type Case = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)], &'static [&'static str]);

const STACKS: &[Case] = &[
    ("an empty directory", &["node", "cargo", "python3"], &[], &[]),
    (
        "npm with all scripts, in whatever order they are written",
        &[],
        &[(
            "package.json",
            r#"{"scripts":{"test":"node --test","build":"vite build","lint":"eslint .","typecheck":"tsc"}}"#,
        )],
        &["npm run -s typecheck", "npm run -s lint", "npm run -s build", "npm test"],
    ),
    (
        "pnpm by its lock file",
        &["pnpm"],
        &[("package.json", r#"{"scripts":{"test":"jest","lint":"eslint ."}}"#), ("pnpm-lock.yaml", "")],
        &["pnpm run lint", "pnpm run test"],
    ),
    (
        "yarn by its lock file",
        &["yarn"],
        &[("package.json", r#"{"scripts":{"test":"jest"}}"#), ("yarn.lock", "")],
        &["yarn run test"],
    ),
    (
        "bun by the package's own word",
        &["bun"],
        &[("package.json", r#"{"packageManager":"bun@1.2.0","scripts":{"test":"bun test"}}"#)],
        &["bun run test"],
    ),
    (
        "a manager that is not installed leaves its scripts to npm",
        &[],
        &[("package.json", r#"{"scripts":{"test":"jest"}}"#), ("pnpm-lock.yaml", "")],
        &["npm test"],
    ),
    (
        "vitest would watch",
        &[],
        &[("package.json", r#"{"scripts":{"test":"vitest --coverage"}}"#)],
        &["npm test -- --run"],
    ),
    (
        "vitest would watch, by yarn",
        &["yarn"],
        &[("package.json", r#"{"scripts":{"test":"vitest"}}"#), ("yarn.lock", "")],
        &["yarn run test --run"],
    ),
    ("vitest runs once", &[], &[("package.json", r#"{"scripts":{"test":"vitest run"}}"#)], &["npm test"]),
    #[cfg(unix)]
    (
        "Create React App would watch",
        &[],
        &[("package.json", r#"{"scripts":{"test":"react-scripts test"}}"#)],
        &["CI=true npm test"],
    ),
    (
        "Angular would watch",
        &[],
        &[("package.json", r#"{"scripts":{"test":"ng test"}}"#)],
        &["npm test -- --watch=false"],
    ),
    (
        "the placeholder of npm init is no test script",
        &["node"],
        &[("package.json", r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#)],
        &[],
    ),
    (
        "tests for node's runner without a script",
        &["node"],
        &[("package.json", "{}"), ("test/sum.js", "")],
        &["node --test"],
    ),
    ("tests for node's runner without a package", &["node"], &[("src/sum.test.mjs", "")], &["node --test"]),
    (
        "a runner that is installed and has no script",
        &["node"],
        &[
            ("package.json", r#"{"devDependencies":{"jest":"*"}}"#),
            ("node_modules/jest/package.json", ""),
            ("a.test.js", ""),
        ],
        &["npx --no-install jest"],
    ),
    (
        "TypeScript without a script",
        &[],
        &[
            ("package.json", r#"{"scripts":{"test":"vitest run"}}"#),
            ("tsconfig.json", "{}"),
            ("node_modules/typescript/package.json", "{}"),
        ],
        &["npx --no-install tsc --noEmit", "npm test"],
    ),
    (
        "TypeScript of references alone",
        &[],
        &[
            ("package.json", "{}"),
            ("tsconfig.json", r#"{"files":[],"references":[{"path":"./app"}]}"#),
            ("node_modules/typescript/package.json", "{}"),
        ],
        &["npx --no-install tsc --build"],
    ),
    (
        "TypeScript that the build already checks",
        &[],
        &[
            ("package.json", r#"{"scripts":{"build":"tsc -b && vite build"}}"#),
            ("tsconfig.json", "{}"),
            ("node_modules/typescript/package.json", "{}"),
        ],
        &["npm run -s build"],
    ),
    (
        "Svelte's check is a type check, Deno's own tools are not npm's",
        &["deno"],
        &[("package.json", r#"{"scripts":{"check":"svelte-check --tsconfig x"}}"#), ("api/deno.json", "{}")],
        &["npm run -s check", "cd api && deno check .", "cd api && deno lint", "cd api && deno test --allow-all"],
    ),
    (
        "Cargo with clippy",
        &["cargo", "cargo-clippy"],
        &[("Cargo.toml", "[package]\n")],
        &["cargo clippy --all-targets", "cargo test"],
    ),
    (
        "Cargo without clippy",
        &["cargo"],
        &[("Cargo.toml", "[package]\n")],
        &["cargo check --all-targets", "cargo test"],
    ),
    (
        "a Cargo workspace reaches its members",
        &["cargo"],
        &[("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n"), ("crates/a/Cargo.toml", "[package]\n")],
        &["cargo check --workspace --all-targets", "cargo test --workspace"],
    ),
    (
        "members that are not default ones are left alone",
        &["cargo"],
        &[("Cargo.toml", "[workspace]\nmembers = [\"a\", \"gui\"]\ndefault-members = [\"a\"]\n")],
        &["cargo check --all-targets", "cargo test"],
    ),
    (
        "Python with pytest configured",
        &["python3"],
        &[("pyproject.toml", "[tool.pytest.ini_options]\n"), ("tests/test_a.py", "")],
        &["python3 -m pytest -q"],
    ),
    (
        "Python with pytest required",
        &["python3"],
        &[("requirements-dev.txt", "pytest==8\n"), ("tests/unit/test_a.py", "")],
        &["python3 -m pytest -q"],
    ),
    (
        "Python with an environment of its own",
        &["python3"],
        &[
            ("setup.py", ""),
            ("test_a.py", ""),
            (".venv/bin/python", ""),
            (".venv/lib/python3.12/site-packages/pytest/", ""),
        ],
        &[".venv/bin/python -m pytest -q"],
    ),
    (
        "Python with the standard library's tests",
        &["python3"],
        &[("setup.py", ""), (".venv/bin/python", ""), ("tests/__init__.py", ""), ("tests/test_a.py", "")],
        &[".venv/bin/python -m unittest discover -s tests -t ."],
    ),
    (
        "Python with tests beside the code and nothing else",
        &["python3"],
        &[("venv/bin/python", ""), ("sum.py", ""), ("test_sum.py", "")],
        &["venv/bin/python -m unittest discover"],
    ),
    (
        "Python with linters",
        &["python3", "ruff", "mypy"],
        &[("pyproject.toml", "[tool.ruff]\n[tool.mypy]\n")],
        &["mypy .", "ruff check ."],
    ),
    ("Go", &["go"], &[("go.mod", "module a\n")], &["go vet ./...", "go build -o /dev/null ./...", "go test ./..."]),
    ("Maven by its wrapper", &[], &[("pom.xml", ""), ("mvnw", "")], &["./mvnw -o -B compile", "./mvnw -o -B test"]),
    ("Maven", &["mvn"], &[("pom.xml", "")], &["mvn -o -B compile", "mvn -o -B test"]),
    (
        "Gradle by its wrapper",
        &[],
        &[("build.gradle.kts", ""), ("gradlew", "")],
        &["./gradlew --offline --no-daemon classes", "./gradlew --offline --no-daemon test"],
    ),
    (
        "Ruby with RSpec and RuboCop",
        &["ruby"],
        &[("Gemfile", "gem 'rspec'\ngem 'rubocop'\n"), (".rubocop.yml", ""), ("spec/a_spec.rb", "")],
        &["bundle exec rubocop", "bundle exec rspec"],
    ),
    ("Ruby with minitest", &["ruby"], &[("Rakefile", ""), ("test/a_test.rb", "")], &["rake test"]),
    (
        "PHP",
        &["php"],
        &[("composer.json", "{}"), ("phpunit.xml.dist", ""), ("phpstan.neon", ""), ("vendor/bin/phpstan", "")],
        &["vendor/bin/phpstan analyse --no-progress", "vendor/bin/phpunit"],
    ),
    (
        "PHP by composer",
        &["php"],
        &[("composer.json", r#"{"scripts":{"test":["phpcs","phpunit"]}}"#)],
        &["composer test"],
    ),
    (".NET", &["dotnet"], &[("App.sln", "")], &["dotnet build --nologo", "dotnet test --nologo"]),
    (
        "a Makefile where nothing else is",
        &["make"],
        &[("Makefile", "CC := gcc\n.PHONY: test\nlint:\n\tcppcheck .\ntest: build\n\t./run-tests\n\t@echo done\n")],
        &["make lint", "make test"],
    ),
    (
        "a Makefile does not repeat what the package does",
        &["make"],
        &[("package.json", r#"{"scripts":{"test":"jest"}}"#), ("Makefile", "test:\n\tnpm test\nlint:\n\teslint .\n")],
        &["make lint", "npm test"],
    ),
    (
        "a justfile",
        &["just"],
        &[("justfile", "default:\n  just --list\n\n@test *args: build\n  ./run-tests {{args}}\n")],
        &["just test"],
    ),
    (
        "two stacks side by side",
        &["python3"],
        &[
            ("frontend/package.json", r#"{"scripts":{"build":"vite build","test":"vitest run"}}"#),
            ("backend/requirements.txt", "pytest\n"),
            ("backend/tests/test_a.py", ""),
        ],
        &["cd frontend && npm run -s build", "cd backend && python3 -m pytest -q", "cd frontend && npm test"],
    ),
    (
        "packages of a workspace whose root has the scripts",
        &[],
        &[
            ("package.json", r#"{"workspaces":["packages/*"],"scripts":{"test":"npm test --workspaces"}}"#),
            ("packages/a/package.json", r#"{"scripts":{"test":"jest","lint":"eslint ."}}"#),
        ],
        &["cd packages/a && npm run -s lint", "npm test"],
    ),
    (
        "a directory that the root's script already goes to",
        &[],
        &[
            ("package.json", r#"{"scripts":{"test":"npm --prefix frontend test && node --test"}}"#),
            ("frontend/package.json", r#"{"scripts":{"test":"jest"}}"#),
            ("worker/package.json", r#"{"scripts":{"test":"jest"}}"#),
        ],
        &["npm test", "cd worker && npm test"],
    ),
    (
        "names that a shell would misread",
        &[],
        &[
            ("-rf/package.json", r#"{"scripts":{"test":"jest"}}"#),
            ("it's; rm/package.json", r#"{"scripts":{"test":"jest","lint":"eslint ."}}"#),
        ],
        &["cd 'it'\\''s; rm' && npm run -s lint", "cd ./-rf && npm test", "cd 'it'\\''s; rm' && npm test"],
    ),
    (
        "other people's code is not the project",
        &["cargo"],
        &[
            ("node_modules/a/package.json", r#"{"scripts":{"test":"jest"}}"#),
            ("vendor/b/Cargo.toml", "[package]\n"),
            ("vendor/Cargo.toml", "[package]\n"),
            (".hidden/Cargo.toml", "[package]\n"),
            ("tests/Cargo.toml", "[package]\n"),
        ],
        &[],
    ),
];

#[test]
fn scripts_that_prove_nothing_are_left_out_and_named() {
    for script in ["true", "exit 0", "echo ok", ":", "echo 'All tests passed' && exit 0"] {
        let files = [("package.json", &*format!(r#"{{"scripts":{{"test":"{script}","lint":"eslint ."}}}}"#))];
        assert_eq!(commands(&[], &files), ["npm run -s lint"], "{script} is no test");
        let said = problems(&[], &files);
        assert!(said.contains("package.json scripts.test is") && said.contains("does nothing"), "{script}: {said}");
    }
    let swallowing = [("package.json", r#"{"scripts":{"test":"node --test || true","lint":"eslint . || true"}}"#)];
    assert!(commands(&[], &swallowing).is_empty(), "a check that cannot fail is none");
    assert_eq!(problems(&[], &swallowing).matches("succeeds even when").count(), 2, "both are named");
    let made = [("Makefile", "test:\n\t-./run-tests\nlint:\n\t@true\n")];
    assert!(commands(&["make"], &made).is_empty(), "make is told to ignore the failure");
}

#[test]
fn a_project_without_a_build_step_may_say_so() {
    let files = [("package.json", r#"{"scripts":{"build":"echo nothing to build","test":"jest"}}"#)];
    assert_eq!(commands(&[], &files), ["npm test"], "nothing is built");
    assert_eq!(problems(&[], &files), "", "and nothing is wrong about it");
}

#[test]
fn scripts_that_never_end_are_left_out_and_named() {
    for script in ["jest --watch", "nodemon test.js", "vitest watch"] {
        let files = [("package.json", &*format!(r#"{{"scripts":{{"test":"{script}"}}}}"#))];
        assert!(commands(&[], &files).is_empty(), "{script} would only ever reach the time limit");
        assert!(problems(&[], &files).contains("watches for changes"), "{script}: {}", problems(&[], &files));
    }
}

#[test]
fn a_second_script_stands_in_for_a_hollow_one() {
    let files = [("package.json", r#"{"scripts":{"test":"true","test:unit":"jest"}}"#)];
    assert_eq!(commands(&[], &files), ["npm run -s test:unit"], "the first honest one is taken");
}

#[test]
fn a_package_file_that_cannot_be_read_is_a_finding() {
    for text in ["{\"scripts\": {\"test\": ", "", "<<<<<<< HEAD\n{}\n", "[]"] {
        let said = problems(&[], &[("package.json", text)]);
        assert!(said.contains("package.json") && said.contains("scripts are not known"), "{text:?}: {said}");
    }
    let odd = [("package.json", "\u{FEFF}{\"scripts\": {\"test\": 7, \"lint\": \"eslint .\"}, \"dependencies\": []}")];
    assert_eq!(commands(&[], &odd), ["npm run -s lint"], "what can be understood is used");
    let scripts = [("package.json", r#"{"scripts":"none"}"#)];
    assert!(commands(&[], &scripts).is_empty(), "scripts that are no list are none");
}

#[test]
fn what_is_missing_on_the_machine_or_in_the_project_is_said() {
    for (said, tools, files) in [
        ("Cargo.toml asks for cargo", &[][..], &[("Cargo.toml", "[package]\n")][..]),
        ("api/go.mod asks for go", &[], &[("api/go.mod", "")]),
        ("there is no python3", &[], &[("setup.py", "")]),
        ("ruff is configured in the project and not installed", &["python3"], &[("setup.py", ""), ("ruff.toml", "")]),
        ("managed by yarn, which is not installed", &[], &[("package.json", "{}"), ("yarn.lock", "")]),
        (
            "package.json names packages that are not installed",
            &[],
            &[("package.json", r#"{"dependencies":{"a":"1"}}"#)],
        ),
        ("No command that runs tests was found", &[], &[]),
        ("No command that runs tests was found", &[], &[("package.json", r#"{"scripts":{"build":"vite build"}}"#)]),
    ] {
        assert!(problems(tools, files).contains(said), "{said}: {}", problems(tools, files));
    }
    let complete =
        [("package.json", r#"{"scripts":{"test":"jest"},"devDependencies":{"jest":"1"}}"#), ("node_modules/jest/", "")];
    assert_eq!(problems(&[], &complete), "", "a project in order has no problems");
}

#[test]
fn a_check_says_where_it_comes_from() {
    let dir = project(&[("app/package.json", r#"{"scripts":{"test":"jest"}}"#), ("go.mod", "")]);
    let found = detect_with(dir.path(), &|_| true);
    let origins: Vec<_> = found.checks.iter().map(|check| check.origin.as_str()).collect();
    assert_eq!(origins, ["go.mod", "go.mod", "go.mod", "app/package.json scripts.test"], "a person can look it up");
}

#[test]
fn huge_and_strange_directories_are_read_quickly_and_without_hanging() {
    let dir = project(&[("package.json", r#"{"scripts":{"test":"jest"}}"#)]);
    for number in 0..300 {
        fs::create_dir(dir.path().join(format!("package-{number}"))).expect("a directory");
        fs::write(dir.path().join(format!("package-{number}/go.mod")), "").expect("a file");
    }
    fs::write(dir.path().join("Cargo.toml"), vec![b'#'; 3 * 1024 * 1024]).expect("a large file");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/", dir.path().join("aaa-root")).expect("a link");
        std::os::unix::fs::symlink("Makefile", dir.path().join("Makefile")).expect("a link to itself");
        let pipe = std::ffi::CString::new(dir.path().join("pyproject.toml").to_str().expect("text")).expect("no NUL");
        make_pipe(&pipe);
    }
    let start = std::time::Instant::now();
    let found = detect_with(dir.path(), &|_| true);
    assert!(start.elapsed().as_secs() < 5, "bounded: {:?}", start.elapsed());
    assert!(found.checks.len() <= 24 * 3 + 1, "a bounded number of directories counts: {}", found.checks.len());
    assert!(found.checks.iter().any(|check| check.command == "npm test"), "the project's own check is found");
    assert!(!found.checks.iter().any(|check| check.command.contains("cargo")), "a file of megabytes is no manifest");
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "named pipes exist as a system call only")]
fn make_pipe(path: &std::ffi::CStr) {
    // SAFETY: the path is a valid C string that lives until the call returns.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0, "a named pipe");
}

#[test]
fn this_machines_programs_are_looked_for_on_its_path() {
    let dir = project(&[("package.json", r#"{"scripts":{"test":"node --test"}}"#)]);
    assert_eq!(detect(dir.path()).checks[0].command, "npm test", "no program is needed to read a script");
    assert_eq!(detect(&dir.path().join("no such directory")).checks, [], "nothing is found where nothing is");
}
