//! Tokens that somebody made themselves.

use crate::browser::{Browser, Served};
use ring::hmac;
use serde_json::{Value, json};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64_url(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

fn from_base64_url(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter).expect("a letter") as u32;
        (bits, count) = (bits << 6 | value, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 255) as u8);
        }
    }
    bytes
}

/// The parts of the access token that a browser has.
fn parts(browser: &Browser) -> (Value, Value) {
    let token = &browser.cookies["harness_access"];
    let mut parts = token.split('.').map(|part| serde_json::from_slice(&from_base64_url(part)).unwrap_or_default());
    (parts.next().expect("a header"), parts.next().expect("claims"))
}

fn signed(header: &Value, claims: &Value, key: &[u8], algorithm: hmac::Algorithm) -> String {
    let words = format!("{}.{}", base64_url(header.to_string().as_bytes()), base64_url(claims.to_string().as_bytes()));
    let tag = hmac::sign(&hmac::Key::new(algorithm, key), words.as_bytes());
    format!("{words}.{}", base64_url(tag.as_ref()))
}

/// The key that the server signs with, read where only its owner may.
fn key(served: &Served) -> Vec<u8> {
    let file = served.machine.path("data/keys/access.json");
    let kept: Value = serde_json::from_slice(&std::fs::read(file).expect("the keys")).expect("JSON");
    kept["signing"][0]["secret"].as_str().expect("a key").as_bytes().to_vec()
}

fn with(value: &Value, name: &str, other: Value) -> Value {
    let mut value = value.clone();
    value[name] = other;
    value
}

#[test]
fn a_token_that_the_server_did_not_make_lets_nobody_in() {
    let served = Served::new();
    let browser = served.signed_in("bob");
    let (header, claims) = parts(&browser);
    let (key, hs256) = (key(&served), hmac::HMAC_SHA256);
    let lets_in = |token: String| {
        let mut forged = served.browser();
        forged.cookies.insert("harness_access".into(), token);
        let state = forged.user();
        let answered = forged.get("/api/projects").status;
        assert_eq!(answered == 200, !state.is_null(), "both ways in agree");
        answered == 200
    };
    assert!(lets_in(signed(&header, &claims, &key, hs256)), "signed with the real key it is as good as the real one");

    let now = claims["iat"].as_i64().expect("a time");
    let forgeries = [
        ("no algorithm", {
            let none = with(&header, "alg", json!("none"));
            let words =
                format!("{}.{}", base64_url(none.to_string().as_bytes()), base64_url(claims.to_string().as_bytes()));
            format!("{words}.")
        }),
        ("none with a signature", signed(&with(&header, "alg", json!("none")), &claims, &key, hs256)),
        ("another algorithm", signed(&with(&header, "alg", json!("HS512")), &claims, &key, hmac::HMAC_SHA512)),
        ("an asymmetric algorithm", signed(&with(&header, "alg", json!("RS256")), &claims, &key, hs256)),
        ("another key", signed(&header, &claims, b"another key that is long enough for anything", hs256)),
        ("an empty key", signed(&header, &claims, b"", hs256)),
        ("a key that nobody knows", signed(&with(&header, "kid", json!("0000")), &claims, &key, hs256)),
        ("a key without a name", signed(&with(&header, "kid", Value::Null), &claims, &key, hs256)),
        ("a path for a key", signed(&with(&header, "kid", json!("../../dev/null")), &claims, b"", hs256)),
        ("an expired one", signed(&header, &with(&claims, "exp", json!(now - 1)), &key, hs256)),
        ("one that never ends", signed(&header, &with(&claims, "exp", Value::Null), &key, hs256)),
        ("one of tomorrow", signed(&header, &with(&claims, "nbf", json!(now + 86_400)), &key, hs256)),
        ("another audience", signed(&header, &with(&claims, "aud", json!("elsewhere")), &key, hs256)),
        ("no audience", signed(&header, &with(&claims, "aud", Value::Null), &key, hs256)),
        ("another issuer", signed(&header, &with(&claims, "iss", json!("elsewhere")), &key, hs256)),
        ("a device of another database", signed(&header, &with(&claims, "since", json!(1)), &key, hs256)),
        ("a device that is none", signed(&header, &with(&claims, "sub", json!("77")), &key, hs256)),
        ("nothing", String::new()),
        ("dots", "..".into()),
        ("much", "a".repeat(7000)),
    ];
    for (what, token) in forgeries {
        assert!(!lets_in(token), "{what} lets nobody in");
    }
}

#[test]
fn what_is_written_into_a_token_gives_nobody_a_role() {
    let served = Served::new();
    let mut browser = served.signed_in("bob");
    let (header, claims) = parts(&browser);
    let (_, signature) = browser.cookies["harness_access"].rsplit_once('.').expect("a signature");
    let other = with(&claims, "sub", json!("1"));
    let tampered = format!(
        "{}.{}.{signature}",
        base64_url(header.to_string().as_bytes()),
        base64_url(other.to_string().as_bytes())
    );
    let mut forged = served.browser();
    forged.cookies.insert("harness_access".into(), tampered);
    assert_eq!(forged.get("/api/projects").status, 401, "the signature is of other words");
    let promoted = signed(&header, &with(&claims, "role", json!("admin")), &key(&served), hmac::HMAC_SHA256);
    browser.cookies.insert("harness_access".into(), promoted);
    assert_eq!(browser.get("/api/projects").status, 200, "even with the real key");
    assert_eq!(browser.get("/api/users").status, 403, "the role is asked of the database, not of the token");
}
