//! Requests that a page of somebody else makes a browser send, and names that lead here by a trick.

use crate::support::door::Served;

#[test]
fn a_name_that_somebody_else_pointed_here_is_not_served() {
    let served = Served::new();
    let port = served.address.port();
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:8888", "a@localhost"]
    {
        let reply = served.ask("GET", "/api/health", &[&format!("host: {host}")], b"");
        assert!(matches!(reply.status, 400 | 421), "{host} is not ours: {reply:?}");
    }
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}"), "localhost".into()]
    {
        assert_eq!(served.ask("GET", "/api/health", &[&format!("host: {host}")], b"").status, 200, "{host} is ours");
    }
    let absolute = served.ask("GET", "http://evil.example/api/health", &[], b"");
    assert!(matches!(absolute.status, 400 | 421), "a name in the target counts too: {absolute:?}");
}

#[test]
fn a_page_of_another_site_can_neither_ask_nor_change_nor_listen() {
    let served = Served::new();
    let port = served.address.port();
    let origins = [
        "https://evil.example".into(),
        "null".into(),
        "http://localhost:1".into(),
        format!("https://127.0.0.1:{port}"),
    ];
    for origin in &origins {
        let line = format!("origin: {origin}");
        for (method, target) in
            [("GET", "/api/projects"), ("POST", "/api/auth/login"), ("POST", "/api/projects/1/agent/start")]
        {
            let reply = served.ask(method, target, &[&line], b"");
            assert_eq!((reply.status, reply.code().as_str()), (403, "forbidden"), "{origin} {method} {target}");
            assert!(reply.header("access-control-allow-origin").is_none(), "and it may not read the answer");
        }
        let socket = [
            "connection: upgrade",
            "upgrade: websocket",
            "sec-websocket-version: 13",
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
            &line,
        ];
        assert_eq!(served.ask("GET", "/api/events", &socket, b"").status, 403, "{origin} may not listen");
    }
    let form = ["sec-fetch-site: cross-site", "sec-fetch-mode: navigate", "content-type: text/plain"];
    assert_eq!(served.ask("POST", "/api/auth/login", &form, b"{}").status, 403, "a form of another site");
    let image = ["sec-fetch-site: cross-site", "sec-fetch-mode: no-cors"];
    assert_eq!(served.ask("GET", "/api/projects", &image, b"").status, 403, "a picture of another site");
    let link = ["sec-fetch-site: cross-site", "sec-fetch-mode: navigate"];
    assert!(served.ask("GET", "/login", &link, b"").status != 403, "a link may lead here");
    let own = format!("origin: http://127.0.0.1:{port}");
    assert_eq!(served.ask("GET", "/api/projects", &[&own], b"").status, 401, "our own page may ask who it is");
}

#[test]
fn only_a_page_that_was_named_may_read_answers_from_elsewhere() {
    let known = "https://board.example.org";
    let served = Served::start(crate::support::Machine::new(), &["--cors-origin", known], &[]);
    let line = format!("origin: {known}");
    let asked = served.ask("OPTIONS", "/api/projects", &[&line, "access-control-request-method: GET"], b"");
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, Some(known)), "{asked:?}");
    let reply = served.ask("GET", "/api/projects", &[&line], b"");
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (401, Some(known)), "it may read why not");
    let other = served.ask(
        "OPTIONS",
        "/api/projects",
        &["origin: https://evil.example", "access-control-request-method: GET"],
        b"",
    );
    assert_eq!((other.status, other.header("access-control-allow-origin")), (403, None), "{other:?}");
}

#[test]
fn every_answer_tells_the_browser_to_be_careful() {
    let served = Served::new();
    for target in ["/api/health", "/api/projects", "/login", "/nothing.here"] {
        let reply = served.get(target);
        let policy = reply.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{target}: {policy}");
        assert!(!policy.contains("unsafe"), "{target}: whatever is written into a page styles nothing: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{target} is shown in nobody's frame: {policy}");
        for (name, value) in
            [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")]
        {
            assert_eq!(reply.header(name), Some(value), "{target}");
        }
        assert!(reply.header("x-request-id").is_some_and(|id| id.len() == 32), "{target} can be found in the log");
        assert!(reply.header("server").is_none(), "{target} says nothing of what serves it");
        assert!(reply.header("strict-transport-security").is_none(), "{target} came without TLS");
    }
}

#[test]
fn a_proxy_that_was_not_named_speaks_for_nobody() {
    let served = Served::new();
    let reply = served.ask("GET", "/api/health", &["x-forwarded-for: 203.0.113.7"], b"");
    assert_eq!(reply.status, 403, "the door is for this machine, and somebody stands in between: {reply:?}");
    let figures = Served::start(crate::support::Machine::new(), &["--require-localhost", "false"], &[]);
    let forged = figures.ask("GET", "/metrics", &["x-forwarded-for: 127.0.0.1"], b"");
    assert_eq!(forged.status, 401, "whoever says that they are here is not: {forged:?}");
    let text = figures.get("/metrics");
    assert!(text.status == 200 && text.text().contains("harness_http_requests_total"), "{text:?}");
}
