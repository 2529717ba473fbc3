//! Where builds are installed: below a directory of the project, never into the machine.

use super::{
    Rules,
    call::{Call, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    targets, words,
};
use crate::shell::{UNKNOWN, Values as _, Word};

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] =
    &[(&["b2", "bjam", "meson", "ninja", "ninja-build", "scons", "waf", "xmake"], into_the_project)];

/// Options that say where something is installed.
const OPTIONS: &[&str] = &[
    "--bindir",
    "--destdir",
    "--exec-prefix",
    "--install-root",
    "--install-sandbox",
    "--installdir",
    "--libdir",
    "--local-bin-path",
    "--prefix",
    "--root",
    "--tool-path",
];

/// Variables of a build that say where it is installed, in lower case.
const VARIABLES: [&str; 24] = [
    "bindir",
    "datadir",
    "datarootdir",
    "destdir",
    "docdir",
    "eprefix",
    "exec_prefix",
    "includedir",
    "infodir",
    "install_dir",
    "install_prefix",
    "install_root",
    "install_top",
    "instdir",
    "libdir",
    "libexecdir",
    "localedir",
    "localstatedir",
    "mandir",
    "prefix",
    "root",
    "sbindir",
    "sharedstatedir",
    "sysconfdir",
];

/// The variables among them that are mostly set outside of the command that reads them.
const FROM_OUTSIDE: [&str; 7] =
    ["PREFIX", "prefix", "exec_prefix", "bindir", "INSTALL_ROOT", "INSTALL_PREFIX", "INSTALL_TOP"];

/// Scripts that set a build up.
const SET_UP: [&str; 6] = ["Configure", "autogen.sh", "bootstrap", "bootstrap.sh", "config", "configure"];

/// Keeps in mind where a build that is set up here will be installed. Setting it up writes nothing there, and may say what
/// it likes: packages are built for `/usr` and installed below a directory of the project.
pub(super) fn set_up(court: &Court<'_>, name: &str, call: &Call, scope: &mut Scope) {
    let arguments = call.arguments();
    let places = match name {
        "cmake" => {
            let defined = words::values(arguments, &["-D"]).into_iter();
            let prefixes = defined.filter(|word| word.text.starts_with("CMAKE_INSTALL_PREFIX"));
            let values = prefixes.filter_map(|word| Some(word.after(word.text.find('=')? + 1)));
            values.chain(words::values(arguments, &["--install-prefix"])).collect()
        }
        "meson" if !is_installing(arguments) => words::values(arguments, OPTIONS),
        _ if SET_UP.contains(&name) => words::values(arguments, OPTIONS),
        _ => return,
    };
    if !places.is_empty() {
        let is_outside = |place: &Word| place.unknown.is_none() && below(court, place, scope).is_err();
        scope.prefix = places.into_iter().find(is_outside);
    }
}

/// Refuses to install what this line has set up for a place outside the project, unless the call names another place.
pub(super) fn as_set_up(court: &Court<'_>, call: &Call, scope: &Scope) -> Ruling {
    let Some(prefix) = &scope.prefix else { return Ok(()) };
    let is_place = |name: &str| matches!(&*name.to_ascii_lowercase(), "destdir" | "install_root" | "prefix");
    let is_named =
        call.arguments().iter().any(|word| word.text.split_once('=').is_some_and(|(name, _)| is_place(name)))
            || !words::values(call.arguments(), &["--destdir", "--prefix"]).is_empty()
            || call.settings.iter().any(|(name, _)| is_place(name))
            || scope.variable("DESTDIR").unknown.is_none();
    if is_named { Ok(()) } else { below(court, prefix, scope) }
}

/// Judges where a build tool installs, when it is told to install at all.
pub(super) fn into_the_project(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if !is_installing(arguments) {
        return Ok(());
    }
    for place in words::values(arguments, OPTIONS).iter().chain(&words::values(arguments, &["-o", "-C"])) {
        below(court, place, scope)?;
    }
    variables(court, call, scope)
}

/// Judges the variables that say where `call` installs, in its words and around it.
pub(super) fn variables(court: &Court<'_>, call: &Call, scope: &Scope) -> Ruling {
    let arguments = call.arguments();
    if !is_installing(arguments) {
        return Ok(());
    }
    as_set_up(court, call, scope)?;
    for word in arguments {
        let Some((name, _)) = word.text.split_once('=') else { continue };
        // `:=`, `+=` and `?=` set it as well.
        let own = name.trim_end_matches([':', '+', '?']).to_ascii_lowercase();
        if VARIABLES.contains(&own.as_str()) {
            below(court, &word.after(name.len() + 1), scope)?;
        }
    }
    let own = call.settings.iter().filter(|(name, _)| FROM_OUTSIDE.contains(&name.as_str())).map(|(_, value)| value);
    for value in own {
        below(court, value, scope)?;
    }
    for name in FROM_OUTSIDE {
        let value = scope.variable(name);
        // What is not set here is not known, and most often not set anywhere.
        if value.unknown.is_none() && !call.settings.iter().any(|(own, _)| own == name) {
            below(court, &value, scope)?;
        }
    }
    Ok(())
}

/// Refuses to install below what is not the project's.
fn below(court: &Court<'_>, place: &Word, scope: &Scope) -> Ruling {
    // This shell leaves it as it is; the one that a build starts does not.
    if place.text.starts_with('~') {
        return court.refuse(rules::UNKNOWN_TARGET, format!("installing below `{}`", place.shown()));
    }
    targets::written(court, Target::new(place, "installing"), scope)
}

/// Whether one of the words may be a target that installs.
fn is_installing(arguments: &[Word]) -> bool {
    let may_install = |word: &&Word| word.text.contains("install") || word.text.starts_with(UNKNOWN);
    words::operands(arguments, &[]).iter().any(may_install)
}

/// `python setup.py install` and the like.
pub(super) fn setup_script(court: &mut Court<'_>, rest: &[Word], call: &Call, scope: &Scope) -> Ruling {
    if !rest.iter().any(|word| matches!(word.text.as_str(), "install" | "develop" | "install_lib" | "install_scripts"))
    {
        return Ok(());
    }
    if words::has(rest, &["--user"]) {
        return court.take(rules::PACKAGE_GLOBAL.ask(format!("`{} setup.py --user`", call.words[0].text)));
    }
    let places = ["--prefix", "--root", "--home", "--install-dir", "-d", "--install-lib", "--install-scripts"];
    for place in words::values(rest, &places) {
        below(court, &place, scope)?;
    }
    Ok(())
}
