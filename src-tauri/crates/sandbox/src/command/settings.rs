//! Variables that make other programs load, run or reach something.

use super::{
    court::{Court, Ruling},
    rules,
    scope::Scope,
};
use crate::shell::{UNKNOWN, Unknown, Word};
use std::path::Path;

/// Never set, whatever the value.
const REFUSED: &[&str] = &[
    "ALL_PROXY",
    "BASHOPTS",
    "BASH_ENV",
    "BASH_LOADABLES_PATH",
    "CDPATH",
    "DBUS_SESSION_BUS_ADDRESS",
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
    "DOCKER_HOST",
    "ENV",
    "EXINIT",
    "FPATH",
    "GCONV_PATH",
    "GLOBIGNORE",
    "GNUPGHOME",
    "GREP_OPTIONS",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "KUBECONFIG",
    "LESSCLOSE",
    "LESSOPEN",
    "LOCPATH",
    "MANPATH",
    "MYVIMRC",
    "NODE_EXTRA_CA_CERTS",
    "NODE_REPL_EXTERNAL_MODULE",
    "OPENSSL_CONF",
    "OPENSSL_ENGINES",
    "OPENSSL_MODULES",
    "PERL5DB",
    "PERL5OPT",
    "PROMPT_COMMAND",
    "PS0",
    "PS4",
    "PYTHONBREAKPOINT",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONWARNINGS",
    "RCLONE_CONFIG",
    "READNULLCMD",
    "NULLCMD",
    "RSYNC_RSH",
    "RUBYOPT",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "SHELL",
    "SHELLOPTS",
    "SSH_ASKPASS",
    "SSH_AUTH_SOCK",
    "SSLKEYLOGFILE",
    "SUDO_ASKPASS",
    "TAR_OPTIONS",
    "VIMINIT",
    "WGETRC",
    "CURL_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "ZDOTDIR",
    "ZIPOPT",
    "UNZIP",
    "ZENV",
    "_JAVA_OPTIONS",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "npm_config_globalconfig",
    "npm_config_node_options",
    "npm_config_prefix",
    "npm_config_script_shell",
    "npm_config_shell",
    "npm_config_userconfig",
    "npm_config_git",
    "npm_config_global",
    "npm_config_location",
    "npm_config_pnpmfile",
    "npm_config_global_pnpmfile",
    "npm_config_global_dir",
    "npm_config_global_bin_dir",
    "npm_config_init_module",
    "npm_config_editor",
    "npm_config_viewer",
    "npm_config_browser",
    "npm_config_cafile",
    "npm_config_proxy",
    "npm_config_https_proxy",
    "YARN_RC_FILENAME",
    "YARN_YARN_PATH",
    "YARN_PLUGINS",
    "YARN_GLOBAL_FOLDER",
    "PIP_CONFIG_FILE",
    "PIP_PREFIX",
    "PIP_TARGET",
    "GEM_HOME",
    "BUNDLE_GEMFILE",
    "COMPOSER_HOME",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "GOOGLE_APPLICATION_CREDENTIALS",
];

/// Beginnings of names that are never set.
const REFUSED_STARTS: &[&str] =
    &["LD_", "DYLD_", "BASH_FUNC_", "MALLOC_", "CLAUDE_", "HARNESS_", "LUA_INIT", "CLAUDECODE"];

/// What of git's may be set.
const GIT_HARMLESS: &[&str] = &[
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE",
    "GIT_TERMINAL_PROMPT",
    "GIT_MERGE_AUTOEDIT",
    "GIT_OPTIONAL_LOCKS",
    "GIT_TRACE",
    "GIT_CEILING_DIRECTORIES",
    "GIT_LFS_SKIP_SMUDGE",
    "GIT_BRANCH",
    "GIT_COMMIT",
    "GIT_SHA",
    "GIT_TAG",
    "GIT_REPO",
    "GIT_HASH",
    "GIT_REV",
    "GIT_URL",
    "GIT_USER",
    "GIT_EMAIL",
];

/// Whether this command of the shell declares variables.
pub(crate) fn is_declaration(name: &str) -> bool {
    matches!(name, "export" | "declare" | "local" | "readonly" | "typeset")
}

/// Judges that a variable is set, to a value or to one that is not known.
pub(crate) fn judge(court: &mut Court<'_>, name: &str, value: Option<&Word>, scope: &Scope) -> Ruling {
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
        return if is_quiet && text.is_some_and(is_quiet_program) { Ok(()) } else { refused() };
    }
    let runs_cargo = name.starts_with("CARGO_") && (name.ends_with("_RUNNER") || name.ends_with("_WRAPPER"));
    match name {
        _ if runs_cargo => refused(),
        _ if super::indexes::is_setting(name) => super::indexes::setting(court, name, value, scope),
        // Build tools start what these say; a bare name is looked up where every program is.
        "CC" | "CXX" | "CPP" | "LD" | "AR" | "AS" | "FC" | "NM" | "HOSTCC" | "RANLIB" | "STRIP" => match text {
            Some(text) if text.contains(|c: char| !c.is_ascii_alphanumeric() && !"._+-".contains(c)) => {
                court.source(text, &mut scope.clone())
            }
            Some(text) if crate::policy::blocked(text).is_some() => refused(),
            _ => Ok(()),
        },
        "PAGER" | "MANPAGER" | "BAT_PAGER" | "DELTA_PAGER" | "EDITOR" | "VISUAL" | "BROWSER" | "FCEDIT" => {
            if text.is_some_and(is_quiet_program) { Ok(()) } else { refused() }
        }
        "NODE_OPTIONS" => {
            if text.is_some_and(node_options_are_harmless) {
                Ok(())
            } else {
                refused()
            }
        }
        "MAKEFLAGS" | "MFLAGS" | "GNUMAKEFLAGS" => {
            let is_jobs = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"-jks ".contains(&byte));
            if text.is_some_and(is_jobs) { Ok(()) } else { refused() }
        }
        "PATH" | "path" | "PYTHONPATH" | "NODE_PATH" | "PERL5LIB" | "RUBYLIB" | "CLASSPATH" => {
            search_path(court, name, value, scope)
        }
        "HOME" | "TMPDIR" | "TMP" | "TEMP" | "npm_config_cache" | "CARGO_HOME" | "GOPATH" | "GOBIN" | "VIRTUAL_ENV"
        | "CARGO_TARGET_DIR" | "PYTHONUSERBASE" => match value {
            Some(value) if value.unknown.is_none() && !value.text.is_empty() => {
                let target = super::call::Target::new(value, "a directory for programs' files");
                super::targets::written(court, target, scope)
            }
            Some(value) if value.text.starts_with('/') || value.unknown.is_none() => refused(),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
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

/// Programs that show or edit nothing.
fn is_quiet_program(text: &str) -> bool {
    matches!(
        text,
        "" | "cat" | "true" | ":" | "less" | "more" | "echo" | "none" | "/bin/true" | "/bin/cat" | "/bin/echo"
    )
}

fn node_options_are_harmless(text: &str) -> bool {
    let loads =
        ["--require", "-r", "--import", "--loader", "--experimental-loader", "--env-file", "--eval", "-e", "-p"];
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
        if loads.contains(&option) {
            let value = value.or_else(|| words.next()).unwrap_or("/");
            if value.starts_with(['/', '~']) || value.contains("..") || value.contains(':') {
                return false;
            }
        }
    }
    true
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
