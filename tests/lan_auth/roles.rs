//! What each role is refused: every procedure of the list, each as every role, over HTTP.

use crate::browser::{Browser, Reply, Served};
use harness_api::{CallerRole, Method, Procedure};
use serde_json::json;

/// Calls a procedure of a project where it needs one. What else is in its path does not exist.
fn call(browser: &mut Browser, procedure: Procedure, project: u32) -> Reply {
    let path = procedure.path().replace("{project}", &project.to_string());
    let path: String =
        path.split('/').map(|part| if part.starts_with('{') { "999999" } else { part }).collect::<Vec<_>>().join("/");
    let body = (procedure.method() != Method::Get).then(|| json!({}).to_string());
    browser.send(procedure.method().as_str(), &path, body, &[])
}

#[test]
fn no_role_gets_more_than_the_list_says_and_the_desktops_business_nobody() {
    let served = Served::new();
    let mut nobody = served.browser();
    let mut roles = [
        (CallerRole::Viewer, served.script("viewer", &[])),
        (CallerRole::Operator, served.script("operator", &[])),
        (CallerRole::Admin, served.script("admin", &[])),
    ];
    for procedure in Procedure::ALL.iter().copied() {
        let name = procedure.name();
        assert_eq!(call(&mut nobody, procedure, 999_999).status, 401, "{name} without anybody");
        for (role, browser) in &mut roles {
            // It makes attempts for seconds.
            if *role >= procedure.role() && name == "sandbox_prove" {
                continue;
            }
            let reply = call(browser, procedure, 999_999);
            let is_refused = reply.status == 403 && reply.body["code"] == "forbidden";
            assert_eq!(is_refused, *role < procedure.role(), "{name} as {}: {reply:?}", role.as_str());
            assert_ne!(reply.status, 401, "{name} as {}", role.as_str());
        }
    }
}

#[test]
fn a_token_for_one_project_is_nothing_in_another_one() {
    let served = Served::new();
    let ids: Vec<u32> = ["one", "two"]
        .into_iter()
        .map(|name| {
            let dir = served.machine.project(name);
            let added = served.machine.harness(&["projects", "add", dir.to_str().expect("a plain path")]);
            assert_eq!(added.code, Some(0), "{added:?}");
            let listed = served.script("viewer", &[]).get("/api/projects").body;
            let found = listed.as_array().expect("projects").iter().find(|project| project["name"] == name).cloned();
            found.expect("it is listed")["id"].as_u64().and_then(|id| u32::try_from(id).ok()).expect("a number")
        })
        .collect();
    let mut script = served.script("operator", &["--project", "one"]);
    let listed = script.get("/api/projects").body;
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "the other one is not even listed: {listed}");
    assert_eq!(script.get(&format!("/api/projects/{}/features", ids[0])).status, 200, "its own");
    for procedure in Procedure::ALL.iter().copied() {
        let reply = call(&mut script, procedure, ids[1]);
        let is_general = ["project_list", "rehearsal_list", "spec_check"].contains(&procedure.name());
        assert_eq!(reply.status == 403, !is_general, "{} of another project: {reply:?}", procedure.name());
    }
    let made = served.machine.harness(&["token", "create", "x", "--role", "admin", "--project", "one"]);
    assert!(made.code == Some(1) && made.stderr.contains("operator"), "an admin of one project is none: {made:?}");
}

#[test]
fn a_change_needs_what_only_our_own_page_knows() {
    let served = Served::new();
    let (mut ada, bob) = (served.signed_in("ada"), served.signed_in("bob"));
    let make = |browser: &mut Browser, more: &[(&str, &str)]| {
        let body = json!({ "name": "t", "role": "viewer" }).to_string();
        browser.send("POST", "/api/tokens", Some(body), more)
    };
    let own = ada.csrf.take().expect("she knows it");
    assert_eq!(make(&mut ada, &[]).status, 403, "a form of another site sends the cookie and not the header");
    for wrong in [&bob.csrf.expect("his"), "", &"0".repeat(64), &own[..63], &format!("{own}0")] {
        assert_eq!(make(&mut ada, &[("x-csrf-token", wrong)]).status, 403, "{wrong:?}");
    }
    ada.csrf = Some(own);
    assert_eq!(make(&mut ada, &[]).status, 200);
    for (name, value) in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
        assert_eq!(make(&mut ada, &[(name, value)]).status, 403, "{name}: {value}");
    }
    let form = served.browser().send(
        "POST",
        "/api/auth/login",
        Some(r#"{"name":"ada","password":"vier lose Wörter hier"}"#.into()),
        &[("Content-Type", "text/plain")],
    );
    assert_eq!(form.status, 400, "nor does a form sign anybody in: {form:?}");
}
