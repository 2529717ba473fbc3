//! The environment variables that the documentation names: each is honoured, or refused with a reason.

use super::{Choices, ConfigError};
use secrecy::SecretString;
use std::{net::IpAddr, path::PathBuf, str::FromStr};

/// A variable, with what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does, or why it is refused.
    pub words: &'static str,
}

/// Every variable that the server knows, for `--help`.
pub const VARIABLES: [Variable; 25] = [
    known("HOST", "the address to listen on (127.0.0.1)"),
    known("PORT", "the port to listen on (8888)"),
    known("HTTPS_ENABLED", "true: speak TLS; false: do not, whatever the address"),
    known("SSL_CERTFILE", "a certificate in PEM; without one the product makes its own"),
    known("SSL_KEYFILE", "the key of SSL_CERTFILE"),
    known("ALLOWED_HOSTS", "names under which browsers may ask for this machine, with commas between"),
    known("CORS_ORIGINS", "origins of other pages that may use the API, with commas between; never *"),
    known("TRUSTED_PROXIES", "proxies whose X-Forwarded-For and X-Forwarded-Proto count, with commas between"),
    known("REQUIRE_LOCALHOST", "true: serve clients on this machine only"),
    known("PUBLIC_URL", "the address that people are given, behind a proxy or in a container"),
    known("COOKIE_SECURE", "only true: cookies are Secure wherever there is TLS"),
    known("COOKIE_SAMESITE", "only strict or lax: cookies are strict"),
    known("JWT_SECRET_KEY", "the secret that signs sessions; without it the product makes and keeps one"),
    known("DATA_DIR", "refused: HARNESS_HOME names the data directory, for every command"),
    known("ALLOWED_ROOT_DIRECTORY", "the directory that every project must lie in"),
    known("ANTHROPIC_API_KEY", "what runs are paid with, when no other account is chosen"),
    known("WORKSPACE_DIR", "read by docker-compose.yml only: what it mounts"),
    known("PROJECT_DIR", "not used: tools are bound to their project by the host"),
    known("VITE_API_PORT", "read by the development server of the pages only"),
    known("AUTH_ENABLED", "only true: the door is never open to everybody"),
    known("DEFAULT_ADMIN_PASSWORD", "refused: there is no default account; see `harness user add`"),
    known("PROGRESS_N8N_WEBHOOK_URL", "refused: nothing is sent elsewhere; listen on /api/events instead"),
    known(
        "HARNESS_RESUME_RUNS",
        "false: as --no-resume; true: go on with runs that the end of the server cut off (true)",
    ),
    known(
        "HARNESS_RESUME_RETRY_SECONDS",
        "how long until one that could not go on is tried again, doubled each time up to 900 (30)",
    ),
    known("HARNESS_CONFIG", "the configuration file, as --config"),
];

const fn known(name: &'static str, words: &'static str) -> Variable {
    Variable { name, words }
}

impl Choices {
    /// What the environment says; `read` gives a variable's value. An empty value is as none, except of a secret.
    ///
    /// Fails when a variable has a value that cannot be, or is one that is refused.
    pub fn of_environment(read: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let text = |name: &str| read(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        refuse(&text)?;
        let list = |name: &str| text(name).map(|value| value.split(',').map(|word| word.trim().to_owned()).collect());
        let path = |name: &str| text(name).map(PathBuf::from);
        Ok(Self {
            host: text("HOST").map(|value| host(&value)).transpose()?,
            port: number("PORT", text("PORT"), "port")?,
            https: switch("HTTPS_ENABLED", text("HTTPS_ENABLED"))?,
            certificate: path("SSL_CERTFILE"),
            key: path("SSL_KEYFILE"),
            allowed_hosts: list("ALLOWED_HOSTS"),
            cors_origins: list("CORS_ORIGINS"),
            trusted_proxies: list("TRUSTED_PROXIES"),
            require_localhost: switch("REQUIRE_LOCALHOST", text("REQUIRE_LOCALHOST"))?,
            public_url: text("PUBLIC_URL"),
            resume_runs: switch("HARNESS_RESUME_RUNS", text("HARNESS_RESUME_RUNS"))?,
            resume_retry_seconds: number(
                "HARNESS_RESUME_RETRY_SECONDS",
                text("HARNESS_RESUME_RETRY_SECONDS"),
                "whole number of seconds",
            )?,
            cookie_secure: switch("COOKIE_SECURE", text("COOKIE_SECURE"))?,
            cookie_samesite: text("COOKIE_SAMESITE"),
            // Also when it is empty: whoever set it believes that sessions are signed with it.
            jwt_secret: read("JWT_SECRET_KEY").map(SecretString::from),
            ..Self::default()
        })
    }
}

fn refuse(text: &dyn Fn(&str) -> Option<String>) -> Result<(), ConfigError> {
    if switch("AUTH_ENABLED", text("AUTH_ENABLED"))? == Some(false) {
        let why = "the door is never open to everybody: leave it out, and add accounts with `harness user add`";
        return Err(ConfigError::new("AUTH_ENABLED", why));
    }
    if text("DATA_DIR").is_some() {
        let why = "the data directory is named by HARNESS_HOME, for every command: set that instead";
        return Err(ConfigError::new("DATA_DIR", why));
    }
    if text("DEFAULT_ADMIN_PASSWORD").is_some() {
        let why = "there is no default account: take it out, and use the link that the first start prints, or \
                   `harness user add NAME --role admin --password-stdin`";
        return Err(ConfigError::new("DEFAULT_ADMIN_PASSWORD", why));
    }
    if text("PROGRESS_N8N_WEBHOOK_URL").is_some() {
        let why = "nothing is sent to other servers: take it out, and listen on /api/events or /ws/projects/NAME";
        return Err(ConfigError::new("PROGRESS_N8N_WEBHOOK_URL", why));
    }
    Ok(())
}

fn host(text: &str) -> Result<IpAddr, ConfigError> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(IpAddr::from([127, 0, 0, 1]));
    }
    let inner = text.trim_start_matches('[').trim_end_matches(']');
    inner.parse().map_err(|_| ConfigError::new("HOST", format!("{text:?} is no address: give digits, as in 0.0.0.0")))
}

fn number<T: FromStr>(name: &str, text: Option<String>, wanted: &str) -> Result<Option<T>, ConfigError> {
    let wrong = |text: &str| ConfigError::new(name, format!("{text:?} is no {wanted}"));
    text.map(|text| text.parse().map_err(|_| wrong(&text))).transpose()
}

fn switch(name: &str, text: Option<String>) -> Result<Option<bool>, ConfigError> {
    let Some(text) = text else { return Ok(None) };
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(Some(true)),
        "false" | "0" | "no" | "off" => Ok(Some(false)),
        _ => Err(ConfigError::new(name, format!("{text:?} is neither true nor false"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn of(given: &[(&str, &str)]) -> Result<Choices, ConfigError> {
        let given: BTreeMap<_, _> = given.iter().copied().collect();
        Choices::of_environment(&|name| given.get(name).map(|value| (*value).to_owned()))
    }

    #[test]
    fn what_the_documentation_names_is_honoured_or_refused_with_a_reason() {
        let said =
            of(&[("HOST", "0.0.0.0"), ("PORT", "9000"), ("REQUIRE_LOCALHOST", "false"), ("CORS_ORIGINS", "a, b")]);
        let said = said.expect("all of these can be");
        assert_eq!(
            (said.host, said.port, said.require_localhost),
            (Some([0, 0, 0, 0].into()), Some(9000), Some(false))
        );
        assert_eq!(said.cors_origins, Some(vec!["a".into(), "b".into()]));
        for (name, value) in [
            ("AUTH_ENABLED", "false"),
            ("DEFAULT_ADMIN_PASSWORD", "admin"),
            ("DATA_DIR", "/data"),
            ("PROGRESS_N8N_WEBHOOK_URL", "https://n8n.example.org/x"),
            ("PORT", "99999"),
            ("HOST", "board.example.org"),
            ("HTTPS_ENABLED", "maybe"),
            ("HARNESS_RESUME_RUNS", "maybe"),
            ("HARNESS_RESUME_RETRY_SECONDS", "soon"),
        ] {
            let error = of(&[(name, value)]).expect_err("it cannot be");
            assert_eq!(error.what, name, "the reason names what to change");
        }
    }

    #[test]
    fn a_secret_that_is_set_and_empty_is_not_taken_for_none() {
        let said = of(&[("JWT_SECRET_KEY", ""), ("SSL_CERTFILE", "")]).expect("it is judged when it is settled");
        assert!(said.jwt_secret.is_some(), "whoever set it believes in it");
        assert!(said.certificate.is_none(), "an empty path is no path");
        assert!(said.settle().is_err());
    }

    #[test]
    fn every_variable_stands_in_the_help_once() {
        let mut names: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), VARIABLES.len());
    }
}
