//! What of an environment a child may see.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::Path,
};

/// The variable by which every process of a session can be found again, whatever became of its parents.
pub const MARKER: &str = "HARNESS_SESSION";

/// Everything that passes, by name. Nothing here is a secret; a key goes in by the caller's own hand or not at all.
const ALLOWED: &[&str] = &[
    // finding programs and the person's own files
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "CLAUDE_CONFIG_DIR",
    // where toolchains live when it is not their usual place
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "GOROOT",
    "JAVA_HOME",
    "DOTNET_ROOT",
    "NVM_DIR",
    "PYENV_ROOT",
    "RBENV_ROOT",
    "VOLTA_HOME",
    // language, terminal, time
    "LANG",
    "LANGUAGE",
    "TERM",
    "TZ",
    // proxies: without them nothing is reached on many company networks
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Name the certificates of a company's network, for one tool each. They are public, and without them nothing is reached
/// where such a network looks into connections.
pub const CERTIFICATES: [&str; 10] = [
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "PIP_CERT",
    "GIT_SSL_CAINFO",
    "CARGO_HTTP_CAINFO",
    "NPM_CONFIG_CAFILE",
    "npm_config_cafile",
];

/// Name the package registry of a company. An address with a name or a token in it does not pass.
const REGISTRIES: [&str; 8] = [
    "GOPROXY",
    "NPM_CONFIG_REGISTRY",
    "PIP_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "YARN_NPM_REGISTRY_SERVER",
    "npm_config_registry",
    "yarn_npm_registry_server",
];

/// What a Windows program cannot start without. Compared without regard to case, as Windows does.
const ALLOWED_ON_WINDOWS: &[&str] = &[
    "APPDATA",
    "COMSPEC",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATH",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERNAME",
    "USERPROFILE",
    "WINDIR",
];

/// The CLI's updates and reports are not a session's business: the version is ours to choose.
const FIXED: [(&str, &str); 2] = [("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"), ("DISABLE_AUTOUPDATER", "1")];

/// The part of `parent` that a child may see, and our fixed additions. Everything not named here stays out: no key, no
/// token, nothing of the shell this runs in. A proxy address that carries a password stays out too.
pub fn child_environment(parent: impl Iterator<Item = (OsString, OsString)>) -> BTreeMap<OsString, OsString> {
    let mut env: BTreeMap<_, _> = parent.filter(|(name, value)| may_pass(name, value)).collect();
    env.extend(fixed());
    env
}

/// The environment of a session that talks to the scripted model at `base_url` and to nothing else, with no trace of
/// the person's own account. `PATH` and the names of the network's certificates are this process's own; the key is no key.
pub fn rehearsal_environment(base_url: &str, config_dir: &Path, home: &Path) -> BTreeMap<OsString, OsString> {
    let mut env: BTreeMap<OsString, OsString> = std::env::vars_os()
        .filter(|(name, _)| {
            name.eq_ignore_ascii_case("PATH")
                || CERTIFICATES.iter().any(|known| name == known)
                || (cfg!(windows) && is_needed_on_windows(name))
        })
        .collect();
    env.extend(fixed());
    env.insert("HOME".into(), home.into());
    env.insert("CLAUDE_CONFIG_DIR".into(), config_dir.into());
    env.insert("ANTHROPIC_BASE_URL".into(), base_url.into());
    env.insert("ANTHROPIC_API_KEY".into(), "rehearsal".into());
    env.insert("CLAUDE_CODE_MAX_RETRIES".into(), "1".into());
    env
}

fn fixed() -> impl Iterator<Item = (OsString, OsString)> {
    FIXED.iter().map(|(name, value)| (name.into(), value.into()))
}

fn may_pass(name: &OsStr, value: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    if name.to_ascii_lowercase().ends_with("_proxy") && carries_a_password(value) {
        return false;
    }
    if REGISTRIES.contains(&name) {
        return !value.to_string_lossy().contains('@');
    }
    ALLOWED.contains(&name)
        || CERTIFICATES.contains(&name)
        || name.starts_with("LC_")
        || (cfg!(windows) && is_needed_on_windows(OsStr::new(name)))
}

fn is_needed_on_windows(name: &OsStr) -> bool {
    ALLOWED_ON_WINDOWS.iter().any(|allowed| name.eq_ignore_ascii_case(allowed))
}

/// `http://name:password@proxy`
fn carries_a_password(value: &OsStr) -> bool {
    let value = value.to_string_lossy();
    let address = value.split_once("://").map_or(value.as_ref(), |(_, rest)| rest);
    let authority = address.split('/').next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(parent: &[(&str, &str)]) -> BTreeMap<OsString, OsString> {
        child_environment(parent.iter().map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn secrets_and_strangers_stay_out() {
        let env = child(&[
            ("PATH", "/bin"),
            ("LC_ALL", "C.UTF-8"),
            ("ANTHROPIC_API_KEY", "sk"),
            ("ANTHROPIC_AUTH_TOKEN", "t"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("GITHUB_TOKEN", "g"),
            ("SSH_AUTH_SOCK", "/run/agent"),
            ("NODE_OPTIONS", "--require=/tmp/x.js"),
            ("LD_PRELOAD", "/tmp/x.so"),
            ("CLAUDE_CODE_OAUTH_TOKEN", "o"),
            ("BASH_ENV", "/tmp/x"),
        ]);
        let names: Vec<_> = env.keys().map(|name| name.to_string_lossy().into_owned()).collect();
        assert_eq!(
            names,
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_AUTOUPDATER", "LC_ALL", "PATH"],
            "only what is named passes, with our two additions"
        );
    }

    #[test]
    fn a_proxy_passes_but_its_password_does_not() {
        let env = child(&[("HTTPS_PROXY", "http://proxy:3128/"), ("http_proxy", "http://me:secret@proxy:3128")]);
        assert!(env.contains_key(OsStr::new("HTTPS_PROXY")), "a plain proxy is needed to reach anything");
        assert!(!env.contains_key(OsStr::new("http_proxy")), "an address with a password is a secret");
    }

    #[test]
    fn a_companys_certificates_and_registry_pass_but_no_token_for_it() {
        let env = child(&[
            ("PIP_CERT", "/corp.pem"),
            ("GOPROXY", "https://go.corp.test,direct"),
            ("PIP_INDEX_URL", "https://t0ken@pypi.corp.test/simple"),
        ]);
        assert!(env.contains_key(OsStr::new("PIP_CERT")), "pip trusts no network without its certificate");
        assert!(env.contains_key(OsStr::new("GOPROXY")), "an address alone is no secret");
        assert!(!env.contains_key(OsStr::new("PIP_INDEX_URL")), "a token is one, wherever it stands");
    }

    #[test]
    fn our_additions_cannot_be_overruled_by_the_parent() {
        let env = child(&[("DISABLE_AUTOUPDATER", "0")]);
        assert_eq!(env.get(OsStr::new("DISABLE_AUTOUPDATER")).unwrap(), "1", "the version is ours to choose");
    }

    #[test]
    fn a_rehearsal_sees_nothing_of_the_person() {
        let env = rehearsal_environment("http://127.0.0.1:1", Path::new("/c"), Path::new("/h"));
        let names: Vec<_> = env.keys().map(|name| name.to_string_lossy().into_owned()).collect();
        assert!(
            names.iter().all(|name| name == "PATH"
                || CERTIFICATES.contains(&name.as_str())
                || name == "HOME"
                || name == "DISABLE_AUTOUPDATER"
                || name.starts_with("CLAUDE_")
                || name.starts_with("ANTHROPIC_")),
            "found {names:?}"
        );
        assert_eq!(env.get(OsStr::new("HOME")).unwrap(), "/h", "and lives in its own home");
    }
}
