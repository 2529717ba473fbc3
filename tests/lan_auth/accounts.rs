//! The first user, and users from the command line.

use crate::{
    browser::{OTHER, PASSWORD, Served, add_user, with_password},
    support::Machine,
};
use serde_json::json;

#[test]
fn the_first_users_link_works_once_and_is_in_no_url_that_is_sent() {
    let mut served = Served::empty();
    let line = served.printed("/setup#token=");
    let token = line.split_once("#token=").expect("in the fragment").1.trim().to_owned();
    let mut browser = served.browser();
    assert_eq!(browser.get("/api/auth/state").body["needs_setup"], true);
    assert_eq!(browser.sign_in("admin", "admin").status, 401, "there is no default account");
    let give = |token: &str| json!({ "token": token, "name": "ada", "password": PASSWORD });
    assert_eq!(browser.post("/api/auth/setup", give("guess")).status, 401);
    let made = browser.post("/api/auth/setup", give(&token));
    assert_eq!((made.status, &made.body["user"]["role"]), (200, &json!("admin")), "{made:?}");
    assert_eq!(browser.get("/api/users").status, 200, "signed in with it");
    let again = json!({ "token": token, "name": "eve", "password": PASSWORD });
    assert_eq!(served.browser().post("/api/auth/setup", again).status, 409, "nobody else is the first");
    assert_eq!(served.browser().get("/api/auth/state").body["needs_setup"], false);
}

#[test]
fn users_are_managed_in_a_terminal_without_a_password_in_any_argument() {
    let machine = Machine::new();
    let weak = add_user(&machine, "ada", "admin", "short");
    assert!(weak.code == Some(1) && weak.stderr.contains("12 characters"), "it says what is wrong: {weak:?}");
    assert_eq!(add_user(&machine, "ada", "admin", PASSWORD).code, Some(0));
    let twice = add_user(&machine, "Ada", "viewer", PASSWORD);
    assert!(twice.stderr.contains("already"), "{twice:?}");
    let last = machine.harness(&["user", "remove", "ada"]);
    assert!(last.code == Some(1) && last.stderr.contains("last admin"), "{last:?}");
    assert_eq!(with_password(&machine, &["user", "password", "ada", "--password-stdin"], OTHER).code, Some(0));
    let listed = machine.json(&["user", "list", "--json"]);
    assert_eq!((&listed[0]["name"], &listed[0]["role"]), (&json!("ada"), &json!("admin")), "{listed}");
    let older = machine.path("users.json");
    let hash = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
    let users = json!({
        "old": { "username": "old", "hashed_password": hash, "is_active": true },
        "off": { "username": "off", "hashed_password": hash, "is_active": false },
    });
    std::fs::write(&older, users.to_string()).expect("a file");
    let imported = machine.harness(&["user", "import", older.to_str().expect("a plain path"), "--role", "viewer"]);
    assert!(
        imported.code == Some(0) && imported.stdout.contains("old") && imported.stderr.contains("off"),
        "{imported:?}"
    );
    let stdin = machine.harness(&["user", "add", "eve", "--role", "viewer"]);
    assert!(stdin.code == Some(1) && stdin.stderr.contains("--password-stdin"), "{stdin:?}");
}

#[test]
fn a_server_with_a_weak_secret_or_without_authentication_does_not_start() {
    for (name, value) in [
        ("JWT_SECRET_KEY", ""),
        ("JWT_SECRET_KEY", "change-me-change-me-change-me-change-me"),
        ("AUTH_ENABLED", "false"),
        ("DEFAULT_ADMIN_PASSWORD", "admin"),
    ] {
        let machine = Machine::new();
        let mut command = machine.command(&["serve", "--bind", "127.0.0.1:0"]);
        let child = command
            .env(name, value)
            .current_dir(machine.path("home"))
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the program starts");
        let ended = crate::support::finish(child);
        assert!(ended.code == Some(1) && ended.stderr.contains(name), "{name}={value:?}: {ended:?}");
    }
}
