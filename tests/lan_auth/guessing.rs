//! Guessing, and finding out who there is.

use crate::browser::{Browser, PASSWORD, Served};
use serde_json::json;

fn coming_from(served: &Served, from: &str) -> Browser {
    Browser { from: Some(from.into()), ..served.browser() }
}

#[test]
fn passwords_cannot_be_guessed_from_one_address() {
    let served = Served::with(&[("TRUSTED_PROXIES", "127.0.0.1")]);
    let mut guesser = coming_from(&served, "192.0.2.1");
    for number in 0..5 {
        // A name each, so that it is the address that is counted.
        assert_eq!(guesser.sign_in(&format!("name{number}"), "guess").status, 401);
    }
    let refused = guesser.sign_in("ada", PASSWORD);
    assert_eq!(refused.status, 429, "even the right one is not looked at: {refused:?}");
    let seconds: u64 = refused.header("retry-after").and_then(|seconds| seconds.parse().ok()).expect("how long");
    assert!((1..=61).contains(&seconds), "{seconds} seconds");
    assert_eq!(refused.body["code"], "busy");
    assert_eq!(coming_from(&served, "192.0.2.2").sign_in("ada", PASSWORD).status, 200, "others are not kept out");
}

#[test]
fn passwords_cannot_be_guessed_from_many_addresses_either() {
    let served = Served::with(&[("TRUSTED_PROXIES", "127.0.0.1")]);
    for (number, name) in ["ada", "ADA", " ada ", "ａｄａ", "Ada"].into_iter().enumerate() {
        let mut guesser = coming_from(&served, &format!("192.0.2.{number}"));
        assert_eq!(guesser.sign_in(name, "guess").status, 401, "{name}");
    }
    assert_eq!(coming_from(&served, "198.51.100.1").sign_in("ada", PASSWORD).status, 429, "it is one account");
    assert_eq!(coming_from(&served, "198.51.100.1").sign_in("bob", PASSWORD).status, 200, "and not another one");
    for _ in 0..8 {
        let signed_in = coming_from(&served, "198.51.100.2").sign_in("bob", PASSWORD).status;
        assert_eq!(signed_in, 200, "who gets in does not guess");
    }
}

#[test]
fn nobody_without_a_trusted_proxy_chooses_the_address_they_come_from() {
    let served = Served::with(&[("REQUIRE_LOCALHOST", "false")]);
    for number in 0..5 {
        assert_eq!(coming_from(&served, &format!("192.0.2.{number}")).sign_in(&format!("n{number}"), "x").status, 401);
    }
    assert_eq!(coming_from(&served, "198.51.100.1").sign_in("ada", PASSWORD).status, 429, "the word of a client");
}

#[test]
fn what_is_told_to_a_stranger_is_the_same_whether_or_not_there_is_such_a_user() {
    let served = Served::new();
    let mut stranger = served.browser();
    let (known, unknown) = (stranger.sign_in("ada", "guess"), stranger.sign_in("nobody", "guess"));
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    let names = |reply: &crate::browser::Reply| reply.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown), "not by a header either");
    for _ in 0..3 {
        stranger.sign_in("nobody", "guess");
    }
    assert_eq!(stranger.sign_in("nobody", "guess").status, 429, "who does not exist is counted like anyone");
}

#[test]
fn pairing_codes_cannot_be_guessed() {
    let served = Served::new();
    let mut ada = served.signed_in("ada");
    let paired = ada.post("/api/pairing", json!({ "role": "viewer" }));
    assert_eq!(paired.status, 200, "{paired:?}");
    let code = paired.body["code"].as_str().expect("a code").to_owned();
    assert!(paired.body["url"].as_str().expect("a page").contains("/pair#code="), "in the fragment: {paired:?}");
    assert!(paired.body["qr_svg"].as_str().expect("a picture").contains("<svg"));
    let mut phone = served.browser();
    for guess in ["00000000", "11111111", "ZZZZZZZZ", "", "x"] {
        let guessed = phone.post("/api/auth/pair", json!({ "code": guess, "device_name": "phone" }));
        assert_eq!(guessed.status, 401, "{guessed:?}");
    }
    let right = json!({ "code": code, "device_name": "phone" });
    assert_eq!(phone.post("/api/auth/pair", right).status, 429, "the right one comes too late");
}

#[test]
fn a_pairing_code_signs_in_one_device_with_its_role() {
    let served = Served::new();
    let mut ada = served.signed_in("ada");
    let code = ada.post("/api/pairing", json!({ "role": "viewer" })).body["code"].clone();
    let mut phone = served.browser();
    let paired = phone.post("/api/auth/pair", json!({ "code": code, "device_name": "Ada's phone" }));
    assert_eq!((paired.status, &paired.body["user"]["role"]), (200, &json!("viewer")), "{paired:?}");
    phone.csrf = paired.body["csrf"].as_str().map(str::to_owned);
    assert_eq!(phone.get("/api/projects").status, 200);
    assert_eq!(phone.get("/api/users").status, 403, "her phone may only look");
    let again = served.browser().post("/api/auth/pair", json!({ "code": code, "device_name": "another" }));
    assert_eq!(again.status, 401, "one device");
    let listed = ada.get("/api/devices").body;
    assert!(listed.as_array().expect("devices").iter().any(|device| device["name"] == "Ada's phone"), "{listed}");
}
