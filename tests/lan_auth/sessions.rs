//! Sessions: stolen, planted, ended.

use crate::{
    browser::{Browser, OTHER, PASSWORD, Served},
    support::eventually,
};
use serde_json::json;
use std::{
    io::{ErrorKind, Read},
    net::TcpStream,
    time::{Duration, Instant},
};

#[test]
fn a_refresh_token_that_is_used_twice_ends_the_session_for_both() {
    let served = Served::new();
    let mut ada = served.signed_in("ada");
    let mut thief = ada.clone();
    assert_eq!(ada.post("/api/auth/refresh", json!({})).status, 200);
    let mut tab = thief.clone();
    let twin = tab.post("/api/auth/refresh", json!({}));
    assert_eq!(twin.status, 200, "two tabs at once are no theft: {twin:?}");
    assert_eq!(tab.cookies["harness_refresh"], ada.cookies["harness_refresh"], "they go on together");
    assert_eq!(ada.post("/api/auth/refresh", json!({})).status, 200);
    let replayed = thief.post("/api/auth/refresh", json!({}));
    assert_eq!(replayed.status, 401, "a token that was spent twice over: {replayed:?}");
    assert!(!thief.cookies.contains_key("harness_access"), "the browser forgets what it had");
    assert_eq!(ada.get("/api/projects").status, 401, "nobody can tell which of the two is the thief");
    assert_eq!(ada.post("/api/auth/refresh", json!({})).status, 401, "the whole family is over");
}

#[test]
fn signing_in_goes_on_with_nothing_that_was_there_before() {
    let served = Served::new();
    let mut victim = served.browser();
    victim.cookies.insert("harness_access".into(), "planted".into());
    victim.cookies.insert("harness_refresh".into(), "planted".into());
    assert_eq!(victim.sign_in("ada", PASSWORD).status, 200);
    assert!(victim.cookies.values().all(|value| value != "planted"));
    let before = victim.clone();
    assert_eq!(victim.sign_in("ada", PASSWORD).status, 200);
    assert_ne!(before.cookies, victim.cookies, "a new session each time");
    assert_eq!(before.clone().get("/api/projects").status, 401, "and the one before is over");
    let state = victim.get("/api/auth/state");
    assert_eq!(state.header("cache-control"), Some("no-store"), "no cache keeps what it says");
}

#[test]
fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let served = Served::new();
    let reply = served.browser().sign_in("ada", PASSWORD);
    let set: Vec<&str> =
        reply.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
    assert_eq!(set.len(), 2, "{set:?}");
    assert!(set.iter().all(|cookie| cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict")), "{set:?}");
    assert!(set.iter().any(|cookie| cookie.contains("harness_refresh=") && cookie.contains("; Path=/api/auth;")));
    let words = reply.body.to_string();
    assert!(
        set.iter().all(|cookie| {
            let value = cookie.split(['=', ';']).nth(1).expect("a value");
            !words.contains(value)
        }),
        "nor in what scripts can read"
    );
}

#[test]
fn who_signs_out_or_is_revoked_is_out_at_once() {
    let served = Served::new();
    let (mut ada, mut bob, mut other) = (served.signed_in("ada"), served.signed_in("bob"), served.signed_in("bob"));
    let copy = bob.clone();
    assert_eq!(bob.post("/api/auth/logout", json!({})).status, 200);
    assert!(bob.cookies.is_empty(), "the browser forgets them");
    assert_eq!(copy.clone().get("/api/projects").status, 401, "a copied access token is worth nothing then");
    let listed = other.get("/api/devices").body;
    let own = listed.as_array().expect("devices");
    assert!(own.len() == 1 && own[0]["is_current"] == true, "his own only: {listed}");
    let adas = ada.get("/api/auth/state").body["device"]["id"].clone();
    let reached = other.send("DELETE", &format!("/api/devices/{adas}"), None, &[]);
    assert_eq!(reached.status, 404, "another's device is none of his business: {reached:?}");
    let revoked = ada.send("DELETE", &format!("/api/devices/{}", own[0]["id"]), None, &[]);
    assert_eq!(revoked.status, 204, "an admin signs anybody out: {revoked:?}");
    assert_eq!(other.get("/api/projects").status, 401);
    assert_eq!(other.post("/api/auth/refresh", json!({})).status, 401);
}

#[test]
fn a_new_password_signs_every_other_device_out() {
    let served = Served::new();
    let (mut one, mut other) = (served.signed_in("bob"), served.signed_in("bob"));
    let change = |current: &str, new: &str| json!({ "current": current, "new": new });
    let wrong = one.post("/api/auth/password", change("guess", OTHER));
    assert_eq!((wrong.status, &wrong.body["code"]), (400, &json!("bad_input")), "a session alone changes nothing");
    assert_eq!(one.post("/api/auth/password", change(PASSWORD, "short")).status, 400);
    assert_eq!(one.post("/api/auth/password", change(PASSWORD, OTHER)).status, 200);
    assert_eq!(one.get("/api/projects").status, 200, "the one that changed it stays");
    assert_eq!(other.get("/api/projects").status, 401);
    assert_eq!(served.browser().sign_in("bob", PASSWORD).status, 401);
    assert_eq!(served.browser().sign_in("bob", OTHER).status, 200);
}

#[test]
fn a_session_that_ends_in_the_middle_goes_on_with_its_refresh_token() {
    let served = Served::new();
    let mut ada = served.signed_in("ada");
    let access = ada.cookies.remove("harness_access").expect("it was there");
    let create = json!({ "name": "t", "role": "viewer" });
    assert_eq!(ada.post("/api/tokens", create.clone()).status, 401, "the cookie's quarter of an hour is over");
    assert!(ada.user().is_null());
    assert_eq!(ada.post("/api/auth/refresh", json!({})).status, 200);
    assert_ne!(ada.cookies["harness_access"], access);
    assert_eq!(ada.post("/api/tokens", create).status, 200, "with the same csrf token as before");
}

/// Opens the event stream. The stream is at the first frame.
fn socket(browser: &Browser, path: &str, more: &[(&str, &str)]) -> (u16, TcpStream) {
    let upgrade = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let headers: Vec<(&str, &str)> = upgrade.into_iter().chain(more.iter().copied()).collect();
    let mut stream = browser.open("GET", path, None, &headers);
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).expect("an answer") > 0 {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, stream)
}

/// Who is cut off is so within seconds; a silent client like this one is cut off by itself after a minute or two, which
/// would be no answer.
const SOON: Duration = Duration::from_secs(25);

/// Whether the other end closes soon.
fn ends(mut stream: TcpStream) -> bool {
    let deadline = Instant::now() + SOON;
    stream.set_read_timeout(Some(SOON)).expect("a bound");
    let mut rest = [0; 4096];
    loop {
        match stream.read(&mut rest) {
            Ok(0) => return true,
            Ok(_) if Instant::now() < deadline => {}
            Ok(_) => return false,
            Err(error) => return error.kind() == ErrorKind::ConnectionReset,
        }
    }
}

#[test]
fn a_socket_ends_with_the_session_that_opened_it_also_when_another_process_ends_it() {
    let served = Served::new();
    let (mut ada, bob) = (served.signed_in("ada"), served.signed_in("bob"));
    let (status, his) = socket(&bob, "/api/events", &[]);
    assert_eq!(status, 101);
    let device = bob.clone().get("/api/auth/state").body["device"]["id"].clone();
    assert_eq!(ada.send("DELETE", &format!("/api/devices/{device}"), None, &[]).status, 204);
    assert!(ends(his), "it is closed, and not only told nothing");
    let again = served.signed_in("bob");
    let (status, his) = socket(&again, "/api/events", &[]);
    assert_eq!(status, 101);
    let script = served.script("viewer", &[]);
    let (status, its) = socket(&script, "/api/events", &[]);
    assert_eq!(status, 101);
    assert_eq!(served.machine.harness(&["user", "remove", "bob"]).code, Some(0));
    let listed = served.machine.json(&["token", "list", "--json"]);
    let number = listed[0]["id"].to_string();
    assert_eq!(served.machine.harness(&["token", "revoke", &number]).code, Some(0));
    assert!(ends(his) && ends(its), "whoever is removed from a terminal is cut off too");
}

#[test]
fn a_socket_is_opened_by_a_session_of_this_page_or_by_a_ticket_once() {
    let served = Served::new();
    let mut ada = served.signed_in("ada");
    let nobody = served.browser();
    assert_eq!(socket(&nobody, "/api/events", &[]).0, 401, "without anybody");
    let hijacked = socket(&ada, "/api/events", &[("Origin", "https://evil.example")]).0;
    assert_eq!(hijacked, 403, "a page of another site has the cookie too");
    let ticket = ada.post("/api/auth/ticket", json!({})).body["ticket"].as_str().expect("a ticket").to_owned();
    let path = format!("/api/events?ticket={ticket}");
    assert_eq!(nobody.clone().get(&format!("/api/projects?ticket={ticket}")).status, 401, "for sockets only");
    let dressed_up = socket(&nobody, &format!("/api/projects?ticket={ticket}"), &[]).0;
    assert_eq!(dressed_up, 401, "a request for something else that says it were for a socket");
    assert_eq!(socket(&nobody, &path, &[]).0, 101);
    assert_eq!(socket(&nobody, &path, &[]).0, 401, "once");
    let without = Browser { csrf: None, ..ada.clone() }.post("/api/auth/ticket", json!({}));
    assert_eq!(without.status, 403, "another site cannot have one made");
}

#[test]
fn what_is_decided_in_a_terminal_counts_in_a_running_server() {
    let served = Served::new();
    let mut bob = served.signed_in("bob");
    let mut script = served.script("operator", &[]);
    assert_eq!(bob.user()["role"], "operator");
    assert_eq!(served.machine.harness(&["user", "role", "bob", "viewer"]).code, Some(0));
    assert_eq!(bob.user()["role"], "viewer", "at once");
    assert_eq!(served.machine.harness(&["user", "remove", "bob"]).code, Some(0));
    assert_eq!(bob.get("/api/projects").status, 401);
    assert_eq!(script.get("/api/projects").status, 200);
    eventually("the token's use is noted", || {
        served.machine.json(&["token", "list", "--json"])[0]["used_at_ms"].is_number()
    });
    assert_eq!(served.machine.harness(&["token", "revoke", "1"]).code, Some(0));
    assert_eq!(script.get("/api/projects").status, 401);
    script.cookies = served.signed_in("ada").cookies;
    assert_eq!(script.get("/api/projects").status, 401, "a token that does not work is not made good by a cookie");
}
