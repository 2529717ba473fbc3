//! Recognizes files that must not get into a commit by accident: by name, and by content that is surely a credential.
//!
//! A find says which kind it is and never quotes the secret. Content is only believed when its form leaves little doubt,
//! since a file left out of a commit is a nuisance too: prefixes of known issuers, long enough and varied enough not to
//! be a placeholder.

use super::path::RepoPath;
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use std::{collections::HashSet, sync::LazyLock};

/// What kind of secret a file of this name holds; `None` when the name is harmless.
pub(super) fn by_name(path: &RepoPath) -> Option<&'static str> {
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

/// The form of a credential, and what to call it.
const FORMS: &[(&str, &str)] = &[
    (
        "private key",
        // The body has to follow: source code that merely handles keys names the first line only.
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\r|\\n|[\s\x22',+]|[A-Za-z-]+: [^\n]*\n){0,40}[A-Za-z0-9+/]{40,}",
    ),
    ("Anthropic key", r"\bsk-ant-[A-Za-z0-9_-]{24,}"),
    ("OpenAI key", r"\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}"),
    ("GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})"),
    ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("AWS access key", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    ("Slack token", r"\bxox[abeoprs]-[0-9A-Za-z-]{24,}"),
    ("Stripe key", r"\b[sr]k_live_[0-9A-Za-z]{24,}"),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*[A-Za-z0-9_-][A-Za-z0-9_./+=-]{15,}"),
    // A JSON web token is mostly a sample or expires soon; this one opens a whole database and does not expire.
    ("database service key", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
];

/// Different characters a real credential has at least; a placeholder such as `ghp_xxxx…` has fewer.
const LEAST_VARIETY: usize = 10;

// Bytes, not characters: where words begin and end is then the same in any file, and a file that is no text is searched
// in milliseconds instead of seconds.
static ANY: LazyLock<RegexSet> = LazyLock::new(|| {
    // The patterns are constants; a broken one would find nothing, and the tests of this module notice that.
    let forms = FORMS.iter().map(|(_, form)| form);
    RegexSetBuilder::new(forms).unicode(false).build().unwrap_or_else(|_| RegexSet::empty())
});
static EACH: LazyLock<Vec<Option<Regex>>> =
    LazyLock::new(|| FORMS.iter().map(|(_, form)| RegexBuilder::new(form).unicode(false).build().ok()).collect());

/// The first credential in `content` that `before` does not have; `None` when there is none.
///
/// `before` is asked for only when something was found, so comparing with the last commit costs nothing otherwise.
pub(super) fn by_content(content: &[u8], before: impl FnOnce() -> Option<Vec<u8>>) -> Option<&'static str> {
    let found: Vec<(&'static str, &[u8])> = ANY
        .matches(content)
        .into_iter()
        .filter_map(|at| EACH[at].as_ref().map(|regex| (FORMS[at].0, regex)))
        .flat_map(|(kind, regex)| regex.find_iter(content).map(move |find| (kind, find.as_bytes())))
        .filter(|(kind, text)| is_real(kind, text))
        .collect();
    if found.is_empty() {
        return None;
    }
    let before = before().unwrap_or_default();
    let known: HashSet<&[u8]> =
        EACH.iter().flatten().flat_map(|regex| regex.find_iter(&before).map(|find| find.as_bytes())).collect();
    found.into_iter().find(|(_, text)| !known.contains(text)).map(|(kind, _)| kind)
}

fn is_real(kind: &str, text: &[u8]) -> bool {
    if kind == "database service key" {
        return text.split(|byte| *byte == b'.').nth(1).is_some_and(|payload| {
            let claims = from_base64(payload);
            let claims = String::from_utf8_lossy(&claims).replace([' ', '\n'], "");
            claims.contains(r#""role":"service_role""#)
        });
    }
    let variety: HashSet<&u8> = text.iter().collect();
    let lower = text.to_ascii_lowercase();
    let is_placeholder = [b"example".as_slice(), b"placeholder", b"your-", b"your_", b"xxxxxxxx", b"redacted"]
        .iter()
        .any(|word| lower.windows(word.len()).any(|part| part == *word));
    // Base64 of a key may spell any word by chance, so its form alone decides.
    kind == "private key" || (variety.len() >= LEAST_VARIETY && !is_placeholder)
}

/// Decodes base64 as JSON web tokens use it; stops at the first character that is none.
fn from_base64(text: &[u8]) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(text.len() * 3 / 4), 0_u32, 0_u32);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => break,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(((bits >> count) & 0xff) as u8);
        }
    }
    bytes
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
    fn every_form_compiles() {
        assert!(EACH.iter().all(Option::is_some), "a form that does not compile finds nothing");
        assert_eq!(ANY.len(), FORMS.len(), "the set has every form");
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
