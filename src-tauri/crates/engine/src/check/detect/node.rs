//! Packages with a package.json, and JavaScript tests without one.

use super::{Found, place::Place};
use harness_domain::evidence::CheckKind;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const TYPE_CHECKS: [&str; 5] = ["typecheck", "type-check", "check-types", "check:types", "tsc"];
const LINTS: [&str; 3] = ["lint", "lint:check", "eslint"];
const BUILDS: [&str; 1] = ["build"];
const TESTS: [&str; 5] = ["test", "test:ci", "test:unit", "tests", "unit"];

/// Programs in a `check` script that make it a type check.
const TYPE_CHECKERS: [&str; 4] = ["tsc", "svelte-check", "astro check", "vue-tsc"];

/// What the root's package.json does for the packages below it.
pub(super) struct RootPackage {
    has_workspaces: bool,
    scripts: BTreeMap<&'static str, String>,
}

impl RootPackage {
    /// Whether the root's script of this kind reaches `place`.
    fn covers(&self, kind: CheckKind, place: &Place) -> bool {
        let Some(script) = self.scripts.get(label(kind)) else { return false };
        let is_named = script
            .split(|character: char| !(character.is_alphanumeric() || "-_@.".contains(character)))
            .any(|word| word == place.own_name());
        self.has_workspaces || is_named
    }
}

fn label(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::TypeCheck => "type check",
        CheckKind::Lint => "lint",
        CheckKind::Build => "build",
        CheckKind::Test | CheckKind::Feature => "test",
    }
}

/// Adds the checks of the package in `place`; returns what it does for packages below it.
pub(super) fn detect(place: &Place, root: Option<&RootPackage>, found: &mut Found<'_>) -> Option<RootPackage> {
    let Some(text) = place.read("package.json") else {
        if place.has_any_file(&["deno.json", "deno.jsonc"]) {
            deno(place, found);
        } else if place.is_root() && has_node_tests(place) && found.has_tool("node") {
            found.add(place, CheckKind::Test, "node --test", "test files");
        }
        return None;
    };
    let package = match serde_json::from_str(&text) {
        Ok(Value::Object(package)) => package,
        Ok(_) => {
            found.problem(format!("{} is not an object, so its scripts are not known.", place.name_of("package.json")));
            return None;
        }
        Err(error) => {
            found.problem(format!(
                "{} cannot be read, so its scripts are not known: {error}.",
                place.name_of("package.json")
            ));
            return None;
        }
    };
    let package = Package { place, manager: Manager::of(place, &package, found), package };
    package.warn_of_missing_packages(root, found);
    let mut scripts = BTreeMap::new();
    for (kind, names) in [
        (CheckKind::TypeCheck, &TYPE_CHECKS[..]),
        (CheckKind::Lint, &LINTS),
        (CheckKind::Build, &BUILDS),
        (CheckKind::Test, &TESTS),
    ] {
        if root.is_some_and(|root| root.covers(kind, place)) {
            continue;
        }
        if let Some(script) = package.add_script(kind, names, found) {
            scripts.insert(label(kind), script);
        }
    }
    let is_free = |kind| !scripts.contains_key(label(kind)) && !root.is_some_and(|root| root.covers(kind, place));
    if is_free(CheckKind::TypeCheck) {
        package.add_type_check(&scripts, found);
    }
    if is_free(CheckKind::Test) {
        package.add_tests_without_script(found);
    }
    let has_workspaces = package.package.contains_key("workspaces")
        || place.has_any_file(&["pnpm-workspace.yaml", "turbo.json", "nx.json", "lerna.json"]);
    Some(RootPackage { has_workspaces, scripts })
}

/// The program that runs a package's scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manager {
    Npm,
    Pnpm,
    Yarn,
    Bun,
}

impl Manager {
    /// By the lock file here or at the root, then by the package's own word.
    fn of(place: &Place, package: &Map<String, Value>, found: &mut Found<'_>) -> Self {
        let has = |name: &str| place.has_file(name) || place.has_file(&format!("{}{name}", place.way_up));
        let said = package.get("packageManager").and_then(Value::as_str).unwrap_or("");
        let (manager, program) = if has("pnpm-lock.yaml") {
            (Self::Pnpm, "pnpm")
        } else if has("yarn.lock") {
            (Self::Yarn, "yarn")
        } else if has("bun.lock") || has("bun.lockb") {
            (Self::Bun, "bun")
        } else if has("package-lock.json") {
            return Self::Npm;
        } else {
            match said.split('@').next() {
                Some("pnpm") => (Self::Pnpm, "pnpm"),
                Some("yarn") => (Self::Yarn, "yarn"),
                Some("bun") => (Self::Bun, "bun"),
                _ => return Self::Npm,
            }
        };
        if found.has_tool(program) {
            return manager;
        }
        found.problem(format!(
            "{} is managed by {program}, which is not installed; its scripts are run by npm.",
            place.name_of("package.json")
        ));
        Self::Npm
    }

    fn run(self, script: &str) -> String {
        let quoted = shell_words::quote(script);
        match (self, script) {
            (Self::Npm, "test") => "npm test".into(),
            (Self::Npm, _) => format!("npm run -s {quoted}"),
            (Self::Pnpm, _) => format!("pnpm run {quoted}"),
            (Self::Yarn, _) => format!("yarn run {quoted}"),
            // `bun test` is Bun's own test runner, not the script.
            (Self::Bun, _) => format!("bun run {quoted}"),
        }
    }

    /// The same, with a further argument for the script.
    fn run_with(self, script: &str, argument: &str) -> String {
        let separator = if self == Self::Npm { " --" } else { "" };
        format!("{}{separator} {argument}", self.run(script))
    }
}

struct Package<'a> {
    place: &'a Place,
    manager: Manager,
    package: Map<String, Value>,
}

impl Package<'_> {
    fn script(&self, name: &str) -> Option<&str> {
        self.package.get("scripts")?.get(name)?.as_str()
    }

    fn depends_on(&self, name: &str) -> bool {
        ["dependencies", "devDependencies"]
            .iter()
            .any(|list| self.package.get(*list).is_some_and(|list| list.get(name).is_some()))
    }

    fn warn_of_missing_packages(&self, root: Option<&RootPackage>, found: &mut Found<'_>) {
        let has_dependencies = ["dependencies", "devDependencies"]
            .iter()
            .any(|list| self.package.get(*list).and_then(Value::as_object).is_some_and(|list| !list.is_empty()));
        let up = &self.place.way_up;
        let has_packages = self.place.has_dir("node_modules")
            || self.place.has_file(".pnp.cjs")
            || root.is_some()
                && (self.place.has_dir(&format!("{up}node_modules")) || self.place.has_file(&format!("{up}.pnp.cjs")));
        if has_dependencies && !has_packages {
            found.problem(format!(
                "{} names packages that are not installed (there is no node_modules): checks have no network, install them first.",
                self.place.name_of("package.json")
            ));
        }
    }

    /// Adds the first of `names` that is there and honest; returns its text.
    fn add_script(&self, kind: CheckKind, names: &[&str], found: &mut Found<'_>) -> Option<String> {
        let mut scripts: Vec<(&str, &str)> =
            names.iter().filter_map(|name| Some((*name, self.script(name)?))).collect();
        if kind == CheckKind::TypeCheck
            && let Some(script) = self.script("check")
            && TYPE_CHECKERS.iter().any(|checker| script.contains(checker))
        {
            scripts.push(("check", script));
        }
        for (name, script) in scripts {
            let origin = format!("package.json scripts.{name}");
            if is_placeholder(script) || !found.accepts(self.place, kind, &origin, script) {
                continue;
            }
            let Some(command) = self.command(name, script) else {
                found.problem(format!(
                    "{} watches for changes and never ends, so it was left out; make it run once.",
                    self.place.name_of(&origin)
                ));
                continue;
            };
            found.add(self.place, kind, command, &origin);
            return Some(script.to_owned());
        }
        None
    }

    /// How to run a script so that it ends; none when it cannot be made to.
    fn command(&self, name: &str, script: &str) -> Option<String> {
        let words: Vec<&str> = script.split_whitespace().collect();
        let has = |word: &str| words.contains(&word);
        if has("nodemon") || has("--watch") || has("--watchAll") || has("--watch=true") {
            return None;
        }
        let program = words.iter().find(|word| !word.contains('=') && **word != "cross-env").copied();
        match program {
            Some("vitest") if has("watch") || has("dev") => None,
            Some("vitest") if !has("run") && !has("--run") && is_single_command(script) => {
                Some(self.manager.run_with(name, "--run"))
            }
            Some("ng") if has("test") && !has("--watch=false") && !has("--no-watch") => {
                Some(self.manager.run_with(name, "--watch=false"))
            }
            // It watches unless it is told that nobody is there.
            Some("react-scripts") if has("test") && cfg!(unix) => Some(format!("CI=true {}", self.manager.run(name))),
            _ => Some(self.manager.run(name)),
        }
    }

    /// TypeScript's own check where no script does it.
    fn add_type_check(&self, scripts: &BTreeMap<&'static str, String>, found: &mut Found<'_>) {
        let Some(configuration) = self.place.read("tsconfig.json") else { return };
        let is_installed = self.place.has_file("node_modules/typescript/package.json");
        if !is_installed || scripts.values().any(|script| script.contains("tsc")) {
            return;
        }
        // A file of references alone names no sources: only building it looks at any.
        let command = if configuration.contains("\"references\"") { "tsc --build" } else { "tsc --noEmit" };
        found.add(self.place, CheckKind::TypeCheck, format!("npx --no-install {command}"), "tsconfig.json");
    }

    fn add_tests_without_script(&self, found: &mut Found<'_>) {
        let is_installed = |name: &str| self.place.has_file(&format!("node_modules/{name}/package.json"));
        for (runner, command) in [("vitest", "vitest run"), ("jest", "jest"), ("mocha", "mocha")] {
            if self.depends_on(runner) && is_installed(runner) {
                let origin = format!("package.json {runner}");
                found.add(self.place, CheckKind::Test, format!("npx --no-install {command}"), &origin);
                return;
            }
        }
        if has_node_tests(self.place) && found.has_tool("node") {
            found.add(self.place, CheckKind::Test, "node --test", "test files");
        }
    }
}

/// What `npm init` writes.
fn is_placeholder(script: &str) -> bool {
    script.contains("no test specified") && script.contains("exit 1")
}

fn is_single_command(script: &str) -> bool {
    !script.contains(['&', '|', ';'])
}

/// Whether `node --test` would find anything, by the places where tests are usually kept.
fn has_node_tests(place: &Place) -> bool {
    let is_script = |name: &str| [".js", ".mjs", ".cjs"].iter().any(|ending| name.ends_with(ending));
    let is_test = |name: &str| {
        let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
        is_script(name)
            && (["-test", ".test", "_test"].iter().any(|ending| stem.ends_with(ending))
                || stem == "test"
                || stem.starts_with("test-"))
    };
    ["", "src", "lib", "tests", "__tests__"].iter().any(|dir| place.has_file_like(dir, is_test))
        || place.has_file_like("test", is_script)
}

fn deno(place: &Place, found: &mut Found<'_>) {
    if found.needs(place, "deno.json", "deno") {
        found.add(place, CheckKind::TypeCheck, "deno check .", "deno.json");
        found.add(place, CheckKind::Lint, "deno lint", "deno.json");
        found.add(place, CheckKind::Test, "deno test --allow-all", "deno.json");
    }
}
