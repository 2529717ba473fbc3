//! Recognizes files that must not get into a commit by accident: by name, and by content that is surely a credential.
//!
//! A find says which kind it is and never quotes the secret. Of the forms in [`redact`] only those count that leave no
//! doubt, since a file left out of a commit is a nuisance too.

use super::path::RepoPath;
use crate::redact;
use std::collections::HashSet;

/// What kind of secret a file of this name holds; `None` when the name is harmless.
pub(crate) fn by_name(path: &RepoPath) -> Option<&'static str> {
    let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
    let is_below = |directory: &[u8]| path.parents().any(|parent| parent.file_name().eq_ignore_ascii_case(directory));
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if is_example(&name) {
        return None;
    }
    if name == ".env" || name.starts_with(".env.") || name == ".envrc" || ends(&[".env"]) {
        return Some("environment file");
    }
    if ends(&[".pem", ".key", ".p12", ".pfx", ".keystore", ".jks", ".ppk", ".kdbx"]) {
        return Some("key file");
    }
    let is_ssh_key = ["id_rsa", "id_ed25519", "id_ecdsa", "id_dsa"].iter().any(|stem| name.starts_with(stem));
    if is_ssh_key && !ends(&[".pub"]) || is_below(b".ssh") {
        return Some("SSH key");
    }
    if [".netrc", "_netrc", ".git-credentials", ".pgpass", ".htpasswd", "credentials.json", "service-account.json"]
        .contains(&name.as_str())
        || is_below(b".aws")
        || is_below(b".gnupg")
        || is_below(b".kube")
    {
        return Some("credentials file");
    }
    None
}

/// Whether the name says that the file is a model to copy, such as `.env.example`.
fn is_example(name: &str) -> bool {
    name.split('.').any(|part| matches!(part, "example" | "sample" | "template" | "dist" | "defaults" | "schema"))
        || name.ends_with(".env-example")
}

/// The first credential in `content` that `before` does not have; `None` when there is none.
///
/// `before` is asked for only when something was found, so comparing with the last commit costs nothing otherwise.
pub(crate) fn by_content(content: &[u8], before: impl FnOnce() -> Option<Vec<u8>>) -> Option<&'static str> {
    let certain =
        |content: &[u8]| redact::find(content).into_iter().filter(|found| found.is_certain).collect::<Vec<_>>();
    let found = certain(content);
    if found.is_empty() {
        return None;
    }
    let before = before().unwrap_or_default();
    let known: HashSet<&[u8]> = certain(&before).iter().map(|found| &before[found.start..found.end]).collect();
    found.iter().find(|found| !known.contains(&content[found.start..found.end])).map(|found| found.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> Option<&'static str> {
        by_name(&RepoPath::from_git(path.as_bytes()))
    }

    fn holds(content: &str) -> Option<&'static str> {
        by_content(content.as_bytes(), || None)
    }

    /// Put together here so that no scanner takes this file for a leak.
    fn token(prefix: &str, length: usize) -> String {
        let varied = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0".chars().cycle().take(length);
        format!("{prefix}{}", varied.collect::<String>())
    }

    #[test]
    fn secret_file_names_are_recognized_and_their_examples_are_not() {
        for name in [
            ".env",
            "api/.env.production",
            "prod.env",
            "certs/server.pem",
            "server.KEY",
            "id_rsa",
            "id_ed25519.old",
            ".netrc",
            "credentials.json",
            "a.p12",
            "a.pfx",
            "app.keystore",
            "home/.aws/config",
            ".ssh/known_hosts",
        ] {
            assert!(named(name).is_some(), "{name} holds secrets");
        }
        for name in [
            ".env.example",
            ".env.sample",
            ".env.template",
            "environment.ts",
            "id_rsa.pub",
            "keys.js",
            "monkey",
            "src/credentials.rs",
            ".npmrc",
            "aws/config",
            "README.md",
        ] {
            assert_eq!(named(name), None, "{name} is an ordinary file");
        }
    }

    #[test]
    fn credentials_are_recognized_by_their_form() {
        let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n", token("MII", 61));
        let escaped = format!("key: \"-----BEGIN PRIVATE KEY-----\\n{}\\n\"", token("MII", 61));
        let cases = [
            (pem.as_str(), "private key"),
            (&escaped, "private key"),
            (&token("k = sk-ant-api03-", 60), "Anthropic key"),
            (&token("ghp_", 36), "GitHub token"),
            (&token("xoxb-", 30), "Slack token"),
            (&token("//registry.npmjs.org/:_authToken=", 36), "npm token"),
        ];
        for (content, kind) in cases {
            assert_eq!(holds(content), Some(kind), "{kind} is recognized");
        }
        assert_eq!(holds(&format!("id = {}{}", "AKIA", "Q3EGRZ5T7YHB2NJM")), Some("AWS access key"), "upper case only");
    }

    #[test]
    fn placeholders_and_code_about_keys_are_left_alone() {
        for content in [
            "if (text.includes('-----BEGIN PRIVATE KEY-----')) return parse(text);",
            "ANTHROPIC_API_KEY=sk-ant-your-key-goes-here-please",
            "token: ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "//registry.npmjs.org/:_authToken=${NPM_TOKEN}",
            "const sample = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkEifQ.c2lnbmF0dXJlc2lnbmF0dXJl'",
        ] {
            assert_eq!(holds(content), None, "not a credential: {content}");
        }
    }

    #[test]
    fn a_web_token_counts_only_when_it_opens_a_database() {
        // {"role":"service_role","iss":"supabase"}
        let payload = "eyJyb2xlIjoic2VydmljZV9yb2xlIiwiaXNzIjoic3VwYWJhc2UifQ";
        let content = format!("eyJhbGciOiJIUzI1NiJ9.{payload}.{}", token("", 30));
        assert_eq!(holds(&content), Some("database service key"), "it never expires and may do anything");
    }

    #[test]
    fn a_credential_that_was_committed_before_is_no_news() {
        let old = token("ghp_", 36);
        let content = format!("a = {old}\nb = 2");
        assert_eq!(by_content(content.as_bytes(), || Some(old.clone().into_bytes())), None, "it is in history already");
        let more = format!("{content}\nc = {}", token("gho_Z", 36));
        assert_eq!(
            by_content(more.as_bytes(), || Some(old.into_bytes())),
            Some("GitHub token"),
            "the second one is new"
        );
    }
}
