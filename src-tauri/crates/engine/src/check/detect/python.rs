//! Python projects.

use super::{Found, place::Place};
use harness_domain::evidence::CheckKind;

/// Files that make a directory a Python project.
const MARKERS: [&str; 8] = [
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "pytest.ini",
    "tox.ini",
    "requirements.txt",
    "requirements-dev.txt",
    "Pipfile",
];

/// Where a system's Python keeps packages that anybody may import.
const SYSTEM_PACKAGES: [&str; 2] = ["/usr/lib/python3/dist-packages", "/usr/local/lib/python3/dist-packages"];

pub(super) fn detect(place: &Place, found: &mut Found<'_>) {
    let tests = tests_in(place);
    let is_project = place.has_any_file(&MARKERS);
    // Below the root, test files alone are more often somebody's script.
    if !(is_project || place.is_root() && tests.is_some()) {
        return;
    }
    let Some(python) = interpreter(place, found) else {
        found.problem(format!(
            "{} is a Python project and there is no python3, so its checks were left out.",
            if place.is_root() { "This".into() } else { place.name_of("") }
        ));
        return;
    };
    add_linters(place, &python, found);
    let Some(tests) = tests else { return };
    if uses_pytest(place, &python) {
        found.add(place, CheckKind::Test, format!("{} -m pytest -q", python.program), "pytest");
    } else {
        let command = format!("{} -m unittest discover{}", python.program, tests.arguments());
        found.add(place, CheckKind::Test, command, "unittest");
    }
}

/// What runs Python here, and where its own packages are, both from here.
struct Python {
    program: String,
    environment: Option<String>,
}

impl Python {
    /// Whether its own environment has a package of this name.
    fn has(&self, place: &Place, package: &str) -> bool {
        let own = self.environment.as_ref().is_some_and(|environment| {
            place
                .directories_in(&format!("{environment}/lib"))
                .iter()
                .any(|version| place.has_dir(&format!("{environment}/lib/{version}/site-packages/{package}")))
        });
        own || self.environment.is_none()
            && SYSTEM_PACKAGES.iter().any(|dir| place.has_dir(&format!("{dir}/{package}")))
    }
}

/// The project's own environment before the system's.
fn interpreter(place: &Place, found: &Found<'_>) -> Option<Python> {
    for up in ["", &place.way_up] {
        for name in [".venv", "venv"] {
            let environment = format!("{up}{name}");
            let program = format!("{environment}/bin/python");
            if place.has_file(&program) {
                return Some(Python { program, environment: Some(environment) });
            }
        }
    }
    let program = ["python3", "python"].into_iter().find(|name| found.has_tool(name))?;
    Some(Python { program: program.into(), environment: None })
}

fn add_linters(place: &Place, python: &Python, found: &mut Found<'_>) {
    let project = place.read("pyproject.toml").unwrap_or_default();
    let has_ruff = project.contains("[tool.ruff") || place.has_any_file(&["ruff.toml", ".ruff.toml"]);
    let has_mypy = project.contains("[tool.mypy")
        || place.has_any_file(&["mypy.ini", ".mypy.ini"])
        || place.read("setup.cfg").is_some_and(|text| text.contains("[mypy]"));
    for (is_configured, kind, tool, arguments) in
        [(has_mypy, CheckKind::TypeCheck, "mypy", "."), (has_ruff, CheckKind::Lint, "ruff", "check .")]
    {
        if !is_configured {
            continue;
        }
        if python.has(place, tool) {
            found.add(place, kind, format!("{} -m {tool} {arguments}", python.program), tool);
        } else if found.has_tool(tool) {
            found.add(place, kind, format!("{tool} {arguments}"), tool);
        } else {
            let of = place.name_of("");
            let of = if of.is_empty() { "the project" } else { &of };
            found.problem(format!("{tool} is configured in {of} and not installed, so it was left out."));
        }
    }
}

fn uses_pytest(place: &Place, python: &Python) -> bool {
    let is_configured = place.has_any_file(&["pytest.ini", "conftest.py", "tests/conftest.py", "test/conftest.py"])
        || place
            .read_all(&[
                "pyproject.toml",
                "setup.cfg",
                "tox.ini",
                "requirements.txt",
                "requirements-dev.txt",
                "dev-requirements.txt",
                "Pipfile",
            ])
            .contains("pytest");
    is_configured || python.has(place, "pytest")
}

/// Where the tests are.
enum Tests {
    /// In a directory that is a package.
    Package(&'static str),
    /// In a directory of files.
    Directory(&'static str),
    /// Beside the code.
    Here,
}

impl Tests {
    fn arguments(&self) -> String {
        match self {
            Self::Package(dir) => format!(" -s {dir} -t ."),
            Self::Directory(dir) => format!(" -s {dir}"),
            Self::Here => String::new(),
        }
    }
}

fn tests_in(place: &Place) -> Option<Tests> {
    let is_test = |name: &str| {
        name.strip_suffix(".py")
            .is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test") || stem == "tests")
    };
    for dir in ["tests", "test"] {
        let is_in_parts = || {
            let parts = place.directories_in(dir);
            parts.iter().take(20).any(|part| place.has_file_like(&format!("{dir}/{part}"), is_test))
        };
        if place.has_file_like(dir, is_test) || is_in_parts() {
            let is_package = place.has_file(&format!("{dir}/__init__.py"));
            return Some(if is_package { Tests::Package(dir) } else { Tests::Directory(dir) });
        }
    }
    place.has_file_like("", is_test).then_some(Tests::Here)
}
