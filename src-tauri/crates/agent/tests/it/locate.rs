//! Finding the CLI.

use crate::support::{Model, Room, real_cli, text};
use harness_agent::{
    env::rehearsal_environment,
    locate::{LocateError, MINIMUM_VERSION, Origin, locate},
    login_state,
};
use std::{collections::BTreeMap, ffi::OsString, path::Path};

fn env(path: &Path) -> BTreeMap<OsString, OsString> {
    BTreeMap::from([("PATH".into(), path.into())])
}

#[tokio::test]
async fn the_real_one_is_found_on_path_or_by_setting_and_is_new_enough() {
    let cli = real_cli();
    let found = locate(Some(&cli), &BTreeMap::new()).await.unwrap();
    assert_eq!((found.path.as_path(), found.origin), (cli.as_path(), Origin::Setting), "as named");
    assert!(found.version >= MINIMUM_VERSION, "the pinned version {} is supported", found.version);
    let found = locate(None, &env(cli.parent().unwrap())).await.unwrap();
    assert!(matches!(found.origin, Origin::Path | Origin::Bundled), "a bundled one comes first where there is one");
}

#[tokio::test]
async fn a_setting_that_does_not_work_never_falls_through_to_path() {
    let cli = real_cli();
    let path = env(cli.parent().unwrap());
    let room = Room::new();
    let missing = room.path("missing");
    let error = locate(Some(&missing), &path).await.unwrap_err();
    assert!(matches!(&error, LocateError::NotFound { searched } if *searched == [missing]), "{error:?}");
    let error = locate(Some(&room.project()), &path).await.unwrap_err();
    assert!(matches!(error, LocateError::NotRunnable { .. }), "a directory: {error:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn an_old_a_mute_and_a_broken_one_are_told_apart() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::new();
    let script = |name: &str, body: &str| {
        let path = room.path(name);
        std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    };
    let env = env(Path::new("/usr/bin:/bin"));
    let old = script("old", "echo '2.1.99 (Claude Code)'");
    let error = locate(Some(&old), &env).await.unwrap_err();
    assert!(matches!(&error, LocateError::TooOld { minimum, .. } if *minimum == MINIMUM_VERSION), "{error:?}");
    assert!(error.to_string().contains("2.1.99"), "the person learns what they have: {error}");
    let broken = script("broken", "echo 'libc is missing' >&2; exit 127");
    let error = locate(Some(&broken), &env).await.unwrap_err();
    assert!(error.to_string().contains("libc is missing"), "and why it does not run: {error}");
    let other = script("other", "echo hello");
    let error = locate(Some(&other), &env).await.unwrap_err();
    assert!(matches!(error, LocateError::NotRunnable { .. }), "another program: {error:?}");
}

#[tokio::test]
async fn who_is_logged_in_is_asked_of_the_cli() {
    let room = Room::new();
    let model = Model::new(|_, _| text("never asked")).await;
    let mut env = rehearsal_environment(&model.url, &room.path("config"), &room.path("home"));
    let state = login_state(&real_cli(), &env).await.unwrap();
    assert!(state.is_logged_in && state.method == "api_key", "a key is a login: {state:?}");
    assert_eq!(state.api_key_source.as_deref(), Some("ANTHROPIC_API_KEY"), "and it is said where it comes from");
    env.remove(&OsString::from("ANTHROPIC_API_KEY"));
    let state = login_state(&real_cli(), &env).await.unwrap();
    assert!(!state.is_logged_in && state.method == "none", "without it nobody is: {state:?}");
    for place in ["config", "home"] {
        let left = std::fs::read_dir(room.path(place)).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{place}: to ask is not to set the CLI up for somebody");
    }
}

#[tokio::test]
async fn the_login_of_who_uses_the_cli_is_the_one_that_is_told() {
    let (room, model) = (Room::new(), Model::new(|_, _| text("never asked")).await);
    let mut env = rehearsal_environment(&model.url, &room.path("config"), &room.path("home"));
    env.remove(&OsString::from("ANTHROPIC_API_KEY"));
    std::fs::create_dir_all(room.path("config")).unwrap();
    let helper = r#"{"apiKeyHelper": "echo sk-rehearsal"}"#;
    std::fs::write(room.path("config").join("settings.json"), helper).unwrap();
    let state = login_state(&real_cli(), &env).await.unwrap();
    assert!(state.is_logged_in, "their own settings are looked at: {state:?}");
}
