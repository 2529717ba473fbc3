//! Where packages are fetched from: indexes, registries and single packages that a line names by their address.

use super::{
    court::{Court, Ruling},
    network, rules,
    scope::Scope,
    targets,
};
use crate::shell::{UNKNOWN, Word};

/// Options of Python's package managers.
pub(super) const PYTHON: &[&str] = &[
    "-i",
    "--index-url",
    "--extra-index-url",
    "--index",
    "--default-index",
    "--pypi-url",
    "-f",
    "--find-links",
    "--proxy",
    "--pypi-mirror",
];
/// Options of npm and its relatives.
pub(super) const NODE: &[&str] = &["--registry", "--proxy", "--https-proxy", "--npmRegistryServer"];
/// Options of cargo. `--registry` names one that the project has set up.
pub(super) const CARGO: &[&str] = &["--index", "--git"];
/// Options of gem.
pub(super) const GEM: &[&str] = &["-s", "--source", "-a", "--add", "-p", "--http-proxy"];
/// Options of composer.
pub(super) const COMPOSER: &[&str] = &["--repository", "--repository-url", "--add-repository"];

/// Variables that say the same.
const SETTINGS: &[&str] = &[
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_PYPI_URL",
    "PIP_PROXY",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_FIND_LINKS",
    "UV_PYTHON_INSTALL_MIRROR",
    "UV_PYPY_INSTALL_MIRROR",
    "PDM_PYPI_URL",
    "PIPENV_PYPI_MIRROR",
    "npm_config_registry",
    "npm_config_disturl",
    "YARN_REGISTRY",
    "YARN_NPM_REGISTRY_SERVER",
    "COREPACK_NPM_REGISTRY",
    "BUN_CONFIG_REGISTRY",
    "CARGO_REGISTRY_INDEX",
    "GOPROXY",
    "GOSUMDB",
    "RUBYGEMS_HOST",
    "HEX_MIRROR",
    "HEX_MIRROR_URL",
    "HEX_API_URL",
    "HEX_REPO",
    "PUB_HOSTED_URL",
    "FLUTTER_STORAGE_BASE_URL",
    "RUSTUP_DIST_SERVER",
    "RUSTUP_UPDATE_ROOT",
    "NVM_NODEJS_ORG_MIRROR",
    "ELECTRON_MIRROR",
    "PLAYWRIGHT_DOWNLOAD_HOST",
    "PUPPETEER_DOWNLOAD_BASE_URL",
];

/// Whether this variable says where packages are fetched from; npm's are written in small letters.
pub(super) fn is_setting(name: &str) -> bool {
    let ends = |start: &str, end: &str| name.starts_with(start) && name.ends_with(end);
    SETTINGS.contains(&name)
        || ends("npm_config_", ":registry")
        || ends("CARGO_REGISTRIES_", "_INDEX")
        || ends("CARGO_SOURCE_", "_REGISTRY")
        || ends("UV_INDEX_", "_URL")
        || ends("POETRY_REPOSITORIES_", "_URL")
        || name.starts_with("BUNDLE_MIRROR__")
}

/// Judges the value of such a variable.
pub(super) fn setting(court: &mut Court<'_>, name: &str, value: Option<&Word>, scope: &Scope) -> Ruling {
    match value {
        Some(value) => list(court, value, name.ends_with("FIND_LINKS"), scope),
        None => court.refuse(rules::NETWORK_UNKNOWN, format!("`{name}`")),
    }
}

/// Judges every value of these options, also where they are written shorter than they are.
pub(super) fn options(court: &mut Court<'_>, arguments: &[Word], names: &[&str], scope: &Scope) -> Ruling {
    let own = &arguments[..arguments.iter().position(|word| word.text == "--").unwrap_or(arguments.len())];
    for (index, word) in own.iter().enumerate() {
        let (name, has_value) = match word.text.split_once('=') {
            Some((name, _)) => (name, true),
            None => (word.text.as_str(), false),
        };
        let is_long = |option: &&str| option.len() > 2 && is_meant(name, option);
        let is_short = |option: &&str| option.len() == 2 && word.text.starts_with(*option);
        let option = names.iter().copied().find(is_long).or_else(|| names.iter().copied().find(is_short));
        let is_scoped = name.starts_with("--@") && name.ends_with(":registry");
        let value = match option {
            Some(option) if option.len() == 2 && word.text.len() > 2 => {
                Some(word.after(if word.text[2..].starts_with('=') { 3 } else { 2 }))
            }
            None if !is_scoped => None,
            _ if has_value => Some(word.after(name.len() + 1)),
            _ => own.get(index + 1).cloned(),
        };
        if let Some(value) = value {
            let may_be_path = option.is_some_and(|option| matches!(option, "-f" | "--find-links"));
            list(court, &value, may_be_path, scope)?;
        }
    }
    Ok(())
}

/// Whether `given` is this option, or a beginning of it that is not another's name.
fn is_meant(given: &str, option: &str) -> bool {
    given == option || given.len() > 4 && given.starts_with("--") && option.starts_with(given) && given != "--extra"
}

/// Judges the packages among these words that are named by where they lie.
pub(super) fn packages(court: &mut Court<'_>, packages: &[&Word], scope: &Scope) -> Ruling {
    for package in packages {
        let text = package.text.as_str();
        // `name @ https://…` and `name@git+https://…`
        let start = text.find("://").and_then(|at| text[..at].rfind(['@', ' ', '='])).map_or(0, |at| at + 1);
        let shorthand = match text[start..].split_once(':') {
            Some((host, path)) if host.contains('@') && !path.starts_with("//") => host.rsplit('@').next(),
            _ => None,
        };
        match shorthand {
            // `git@host:path`
            Some(host)
                if !matches!(host, "npm" | "file" | "link" | "workspace" | "github" | "gitlab" | "bitbucket") =>
            {
                one(court, &Word { text: format!("https://{host}/"), ..(*package).clone() }, scope)?;
            }
            _ if text.contains("://") => one(court, &package.after(start), scope)?,
            _ => {}
        }
    }
    Ok(())
}

/// Judges the value among the words of a setting, `registry URL` or `registry=URL`.
pub(super) fn kept(court: &mut Court<'_>, words: &[Word], scope: &Scope) -> Ruling {
    let Some(last) = words.last() else { return Ok(()) };
    let start = last.text.find('=').filter(|_| words.len() == 1).map_or(0, |at| at + 1);
    list(court, &last.after(start), false, scope)
}

/// Several addresses in one word, as variables hold them: `name=https://…`, `https://…,direct`.
fn list(court: &mut Court<'_>, value: &Word, may_be_path: bool, scope: &Scope) -> Ruling {
    for part in value.text.split([' ', ',', '|', '\t', '\n']).filter(|part| !part.is_empty()) {
        let part = match part.split_once('=') {
            Some((name, rest)) if !name.contains([':', '/', UNKNOWN]) => rest,
            _ => part,
        };
        // What stands for none, for the source itself and for Go's own sums.
        if matches!(part, "off" | "direct" | "sum.golang.org" | "false" | "null") {
            continue;
        }
        let word = Word { text: part.to_owned(), ..value.clone() };
        if may_be_path && !part.contains("://") {
            targets::read(court, &word, scope)?;
        } else {
            one(court, &word, scope)?;
        }
    }
    Ok(())
}

fn one(court: &mut Court<'_>, word: &Word, scope: &Scope) -> Ruling {
    let text = word.text.as_str();
    let Some((scheme, rest)) = text.split_once("://") else {
        if text.starts_with(['.', '/', '~']) {
            return targets::read(court, word, scope);
        }
        // Without a scheme it is mostly the name of one that has been set up.
        let is_name = word.unknown.is_none() && !text.contains(['.', ':']);
        return if is_name { Ok(()) } else { network::index(court, word) };
    };
    // `sparse+https`, `git+ssh`
    let scheme = scheme.rsplit('+').next().unwrap_or_default().to_ascii_lowercase();
    match scheme.as_str() {
        "file" => targets::read(court, &Word { text: rest.to_owned(), ..word.clone() }, scope),
        "ssh" | "git" => network::index(court, &Word { text: format!("https://{rest}"), ..word.clone() }),
        scheme => network::index(court, &Word { text: format!("{scheme}://{rest}"), ..word.clone() }),
    }
}
