//! Ways out of the pages and the routes, in every way of writing them; and that nothing answers without a session.

use crate::support::door::Served;
use harness_api::Procedure;

/// Something that only a file of this machine has.
const MARKS: [&str; 3] = ["root:", "daemon:", "SQLite format"];

#[test]
fn no_way_of_writing_a_path_leads_to_a_file_of_the_machine() {
    let served = Served::new();
    let data = served.machine.path("data");
    let data = data.to_str().expect("a plain path");
    let mut targets: Vec<String> = [
        "//etc/passwd",
        "///etc/passwd",
        "/../etc/passwd",
        "/../../../../../../etc/passwd",
        "/assets/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/%2e%2e%2f%2e%2e%2fetc/passwd",
        "/%252e%252e%252fetc%252fpasswd",
        "/..%c0%af..%c0%afetc/passwd",
        "/%c0%ae%c0%ae/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "/..\\..\\etc\\passwd",
        "/....//....//etc/passwd",
        "/.%00./etc/passwd",
        "/etc/passwd%00.html",
        "/;/../etc/passwd",
        "/..;/etc/passwd",
        "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/file:///etc/passwd",
        "/api/projects/..%2f..%2f..%2fetc%2fpasswd",
        "/api/projects/%2e%2e",
        "/api/../etc/passwd",
        "/ws/projects/..%2f..%2fetc",
    ]
    .map(str::to_owned)
    .into();
    targets.extend([format!("/{data}/app.db"), format!("{data}/app.db"), format!("/..{data}/app.db")]);
    for target in &targets {
        let Some(reply) = served
            .raw(format!("GET {target} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", served.address).as_bytes())
        else {
            continue;
        };
        let text = reply.text();
        assert!(!MARKS.iter().any(|mark| text.contains(mark)), "{target} gives a file away: {text}");
        assert!(matches!(reply.status, 400 | 401 | 404 | 503), "{target} is refused, not {}", reply.status);
    }
}

#[test]
fn without_a_session_nothing_answers_but_what_says_that_it_lives() {
    let served = Served::new();
    for procedure in Procedure::ALL {
        let target = procedure.path().replace(['{', '}'], "").replace("/project/", "/1/");
        let reply = served.ask(procedure.method().as_str(), &target, &["content-type: application/json"], b"{}");
        assert_eq!((reply.status, reply.code().as_str()), (401, "unauthorized"), "{}", procedure.name());
    }
    for target in ["/api/events", "/ws/projects/1", "/ws/projects/any"] {
        let lines = [
            "connection: upgrade",
            "upgrade: websocket",
            "sec-websocket-version: 13",
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        ];
        assert_eq!(served.ask("GET", target, &lines, b"").status, 401, "{target} opens to nobody");
    }
    for target in ["/api/agent/start", "/api/agent/stop", "/api/agent/pause", "/api/agent/resume"] {
        assert_eq!(served.ask("POST", target, &[], b"").status, 401, "{target}");
    }
    for bearer in ["", "x", "aah_", "aah_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "null"] {
        let line = format!("authorization: Bearer {bearer}");
        assert_eq!(served.ask("GET", "/api/projects", &[&line], b"").status, 401, "{bearer:?} is nobody's token");
    }
    assert_eq!(served.get("/api/health").json()["status"], "healthy");
    assert_eq!(served.get("/api/ready").json()["status"], "ready");
}

#[test]
fn what_is_not_there_and_what_cannot_be_done_there_are_refused_in_the_same_words() {
    let served = Served::new();
    let missing = served.get("/api/no/such/thing");
    assert_eq!((missing.status, missing.code().as_str()), (404, "not_found"), "{missing:?}");
    let wrong = served.ask("DELETE", "/api/health", &[], b"");
    assert_eq!((wrong.status, wrong.code().as_str()), (405, "bad_input"), "{wrong:?}");
    assert!(wrong.header("allow").is_some_and(|allow| allow.contains("GET")), "it says what it takes: {wrong:?}");
    let page = served.ask("POST", "/login", &[], b"");
    assert_eq!(page.status, 405, "a page is only looked at");
}
