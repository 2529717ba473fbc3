//! Variables that make other programs load, run or reach something.

mod lists;
pub(super) mod values;

use super::{
    call::Target,
    court::{Court, Ruling},
    rules,
    scope::Scope,
    targets,
};
use crate::shell::{UNKNOWN, Unknown, Word};
use lists::{
    GIT_HARMLESS, INTO_THE_MACHINE, JAVA_OPTIONS, PROGRAMS, PROGRAMS_FOR_PEOPLE, REFUSED, REFUSED_STARTS, SOURCES,
    WRITTEN,
};
use std::path::Path;

/// Whether this command of the shell declares variables.
pub(crate) fn is_declaration(name: &str) -> bool {
    matches!(name, "export" | "declare" | "local" | "readonly" | "typeset")
}

/// Judges that a variable is set, to a value or to one that is not known.
pub(crate) fn judge(court: &mut Court<'_>, name: &str, value: Option<&Word>, scope: &Scope) -> Ruling {
    // Its first element is what an array's name alone stands for.
    let name = name.split_once('[').map_or(name, |(array, _)| array);
    let refused = || Err(rules::SETTING.deny(format!("`{name}`")));
    // npm reads its own in any case, and with either stroke.
    let lowered = npm_setting(name);
    let name = lowered.as_deref().unwrap_or(name);
    let text = value.and_then(|value| (value.unknown.is_none()).then_some(value.text.as_str()));
    if REFUSED.contains(&name) || REFUSED_STARTS.iter().any(|start| name.starts_with(start)) {
        return refused();
    }
    if name.starts_with("GIT_") && !GIT_HARMLESS.contains(&name) {
        let is_quiet = matches!(name, "GIT_PAGER" | "GIT_EDITOR" | "GIT_SEQUENCE_EDITOR" | "GIT_ASKPASS");
        return if is_quiet && text.is_some_and(values::is_quiet_program) { Ok(()) } else { refused() };
    }
    let is_cargos = |end: &str| name.starts_with("CARGO_") && name.ends_with(end);
    // What the line adds to is not known; what it adds is.
    let added = value.and_then(|value| match &value.unknown {
        None => Some(value.text.clone()),
        Some(Unknown::Variable(same)) if same == name => Some(value.text.replace(UNKNOWN, " ")),
        Some(_) => None,
    });
    let holds = |is_harmless: &dyn Fn(&str) -> bool| {
        if added.as_deref().is_some_and(is_harmless) { Ok(()) } else { refused() }
    };
    match name {
        _ if is_cargos("_RUNNER") || is_cargos("_WRAPPER") => refused(),
        _ if is_cargos("_LINKER") || PROGRAMS.contains(&name) || values::is_compiler_of_cmake(name) => {
            program(court, name, value, scope)
        }
        _ if is_cargos("RUSTFLAGS") => holds(&values::rust_options_are_harmless),
        "RUSTFLAGS" | "RUSTDOCFLAGS" => holds(&values::rust_options_are_harmless),
        "CFLAGS" | "CXXFLAGS" | "CPPFLAGS" | "LDFLAGS" | "FFLAGS" | "CGO_CFLAGS" | "CGO_LDFLAGS" | "CGO_CXXFLAGS" => {
            match text {
                Some(text) if text.split_whitespace().any(super::compilers::loads) => refused(),
                _ => Ok(()),
            }
        }
        _ if super::indexes::is_setting(name) => super::indexes::setting(court, name, value, scope),
        // Build tools start what these say; a bare name is looked up where every program is.
        "CC" | "CXX" | "CPP" | "LD" | "AR" | "AS" | "FC" | "NM" | "HOSTCC" | "RANLIB" | "STRIP" => match text {
            Some(text) if text.contains(|c: char| !c.is_ascii_alphanumeric() && !"._+-".contains(c)) => {
                court.source(text, &mut scope.clone())
            }
            Some(text) if crate::policy::blocked(text).is_some() => refused(),
            _ => Ok(()),
        },
        _ if PROGRAMS_FOR_PEOPLE.contains(&name) => holds(&values::is_quiet_program),
        _ if JAVA_OPTIONS.contains(&name) => holds(&values::java_options_are_harmless),
        "MAVEN_ARGS" => holds(&|text: &str| !text.split_whitespace().any(|word| values::is_goal(&Word::plain(word)))),
        "LESS" => holds(&values::less_is_harmless),
        "BAT_OPTS" => holds(&|text: &str| !text.contains("pager")),
        "NODE_OPTIONS" => holds(&values::node_options_are_harmless),
        "GOFLAGS" => holds(&values::go_options_are_harmless),
        "ERL_AFLAGS" | "ERL_FLAGS" | "ERL_ZFLAGS" | "ELIXIR_ERL_OPTIONS" => holds(&values::erlang_options_are_harmless),
        "RAKEOPT" => holds(&|text: &str| !text.contains("-e") && !text.contains("-E") && values::stays_inside(text)),
        "PYTEST_ADDOPTS" | "GUNICORN_CMD_ARGS" | "SPEC_OPTS" => match text {
            Some(text) if !values::stays_inside(text) => refused(),
            _ => Ok(()),
        },
        "MAKEFLAGS" | "MFLAGS" | "GNUMAKEFLAGS" => {
            let is_jobs = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"-jks ".contains(&byte));
            holds(&is_jobs)
        }
        _ if INTO_THE_MACHINE.contains(&name) => match text {
            Some("" | "0" | "false" | "no" | "off") => Ok(()),
            _ => Err(rules::PACKAGE_GLOBAL.deny(format!("`{name}`"))),
        },
        "PATH" | "path" | "PYTHONPATH" | "NODE_PATH" | "PERL5LIB" | "RUBYLIB" | "CLASSPATH" => {
            search_path(court, name, value, scope)
        }
        _ if SOURCES.contains(&name) => sources(court, name, value, scope),
        _ if WRITTEN.contains(&name) => match value {
            Some(value) if value.unknown.is_none() && !value.text.is_empty() => match (name, value.text.as_str()) {
                ("LESSHISTFILE", "-") => Ok(()),
                _ => targets::written(court, Target::new(value, "a directory for programs' files"), scope),
            },
            Some(value) if value.text.starts_with('/') || value.unknown.is_none() => refused(),
            // Whatever it is, a build would be installed below it.
            _ if name == "DESTDIR" => refused(),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// A program that a tool starts: one that is found by its name, or one of the project's or the system's.
fn program(court: &Court<'_>, name: &str, value: Option<&Word>, scope: &Scope) -> Ruling {
    let Some(value) = value.filter(|value| value.unknown.is_none()) else {
        // As in `CHROME_BIN=$(which chromium)`; what the substitution runs was judged.
        return Ok(());
    };
    if crate::policy::blocked(&value.text).is_some() || value.text.contains(' ') && !value.text.contains('/') {
        return Err(rules::SETTING.deny(format!("`{name}`")));
    }
    super::program(court, &value.text, scope).map(drop)
}

/// Where tools look for their parts, each entry by itself: in the project and the system only.
fn sources(court: &Court<'_>, name: &str, value: Option<&Word>, scope: &Scope) -> Ruling {
    let Some(value) = value else { return Ok(()) };
    for entry in value.text.split([':', ';', ' ', ',']).filter(|entry| !entry.starts_with(UNKNOWN)) {
        search_path(court, name, Some(&Word::plain(entry.replace(UNKNOWN, "x"))), scope)?;
    }
    Ok(())
}

/// The name of a setting of npm or pnpm as it is listed here.
fn npm_setting(name: &str) -> Option<String> {
    let (start, rest) = name.split_at_checked(4)?;
    let is_pnpm = name.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("pnpm_config_"));
    let is_npm = start.eq_ignore_ascii_case("npm_") && rest.get(..7).is_some_and(|c| c.eq_ignore_ascii_case("config_"));
    (is_npm || is_pnpm).then(|| {
        let name = name.to_ascii_lowercase().replace('-', "_");
        if is_pnpm { name[1..].to_owned() } else { name }
    })
}

/// Where programs and their parts are looked for: only in the project and the system.
fn search_path(court: &Court<'_>, name: &str, value: Option<&Word>, scope: &Scope) -> Ruling {
    let refused = |what: &str| Err(rules::SETTING_PATH.deny(format!("`{name}` with `{what}`")));
    let Some(value) = value else {
        // A value that nobody knows. In bash `path` is a name like any other, which loops like to use.
        return if name == "path" { Ok(()) } else { refused("…") };
    };
    let keeps_itself = value.unknown.as_ref().is_none_or(|why| *why == Unknown::Variable(name.to_owned()));
    for entry in value.text.split(':') {
        if entry.chars().eq([UNKNOWN]) && keeps_itself {
            continue;
        }
        if entry.contains(UNKNOWN) {
            return refused("…");
        }
        if !entry.starts_with('/') && !entry.contains("..") {
            continue;
        }
        let is_fine = |place: &Path| {
            let path = Path::new(entry);
            court.workspace().is_inside(path, place) || court.workspace().may_read(path, place).is_allowed()
        };
        let places = scope.places();
        if !(entry.starts_with('/') && is_fine(court.root()) || !places.is_empty() && places.iter().all(|p| is_fine(p)))
        {
            return refused(entry);
        }
    }
    Ok(())
}
