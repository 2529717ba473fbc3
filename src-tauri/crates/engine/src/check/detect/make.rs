//! Makefiles and justfiles, for the kinds of checks that nothing else offers.

use super::{Found, place::Place};
use harness_domain::evidence::CheckKind;

const MAKEFILES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];
const JUSTFILES: [&str; 3] = ["justfile", "Justfile", ".justfile"];

pub(super) fn detect(place: &Place, found: &mut Found<'_>) {
    for (files, program) in [(MAKEFILES, "make"), (JUSTFILES, "just")] {
        let Some((file, text)) = files.into_iter().find_map(|file| Some((file, place.read(file)?))) else { continue };
        let targets = targets(&text);
        for (kind, names) in [
            (CheckKind::TypeCheck, &["typecheck", "type-check"][..]),
            (CheckKind::Lint, &["lint"]),
            (CheckKind::Test, &["test", "tests", "check"]),
        ] {
            if found.has(kind) {
                continue;
            }
            for name in names {
                let Some(target) = targets.iter().find(|target| target.name == *name) else { continue };
                // A target that only needs others does what they do.
                let is_honest = target.recipe.is_empty() && target.has_needs
                    || found.accepts(place, kind, &format!("{file} {name}"), &target.recipe);
                if is_honest && found.needs(place, file, program) {
                    found.add(place, kind, format!("{program} {name}"), &format!("{file} {name}"));
                    break;
                }
            }
        }
    }
}

struct Target {
    name: String,
    has_needs: bool,
    /// As one command of the shell that stops where the recipe would.
    recipe: String,
}

impl Target {
    fn add(&mut self, line: &str) {
        let command = line.trim_start_matches(['@', '-', '+']);
        if command.is_empty() {
            return;
        }
        if let Some(unfinished) = self.recipe.strip_suffix('\\') {
            self.recipe.truncate(unfinished.len());
        } else if !self.recipe.is_empty() {
            self.recipe.push_str(" &&\n");
        }
        self.recipe.push_str(command);
        let is_ignored = line[..line.len() - command.len()].contains('-');
        if is_ignored {
            self.recipe.push_str(" || true");
        }
    }
}

/// The targets of a file; what cannot be understood is left out.
fn targets(text: &str) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    let mut is_in_recipe = false;
    for line in text.lines() {
        let is_indented = line.starts_with([' ', '\t']);
        if is_indented && is_in_recipe {
            if let Some(target) = targets.last_mut() {
                target.add(line.trim());
            }
            continue;
        }
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        is_in_recipe = false;
        let Some((names, rest)) = line.split_once(':') else { continue };
        // An assignment, such as `A := b`.
        if is_indented || rest.starts_with('=') || names.contains('=') || names.starts_with('.') {
            continue;
        }
        let (needs, inline) = rest.split_once(';').unwrap_or((rest, ""));
        let needs = needs.trim_start_matches(':').split('#').next().unwrap_or("");
        for name in names.split_whitespace() {
            let name = name.trim_start_matches('@').to_owned();
            let mut target = Target { name, has_needs: !needs.trim().is_empty(), recipe: String::new() };
            target.add(inline.trim());
            targets.push(target);
        }
        is_in_recipe = true;
    }
    targets
}
