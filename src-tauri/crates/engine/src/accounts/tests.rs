//! What accounts promise, with a clock that is moved by hand.

use super::{AccountError, Accounts, Comer, Renewed, SignedIn, TokenWish};
use crate::{App, EngineError, clock::FixedClock, home::Home};
use harness_domain::{account::UserRole, id::ProjectId};
use harness_store::StoreError;
use secrecy::SecretString;
use std::{sync::Arc, time::Duration};

const PASSWORD: &str = "vier lose Wörter hier";
const OTHER: &str = "andere vier lose Wörter";

struct Stage {
    app: App,
    accounts: Accounts,
    clock: Arc<FixedClock>,
    _home: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let clock = Arc::new(FixedClock::at(1_700_000_000_000));
        let app = App::open(Home::at(home.path()).expect("a data directory"), clock.clone()).expect("an application");
        Self { accounts: Accounts::of(&app), app, clock, _home: home }
    }

    async fn user(&self, name: &str, role: UserRole) -> harness_domain::account::User {
        self.accounts.add_user(name, role, PASSWORD.into()).await.expect("a user")
    }

    async fn sign_in(&self, name: &str) -> SignedIn {
        self.accounts.sign_in(name, PASSWORD.into(), comer()).await.expect("signed in")
    }

    fn minutes(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    fn renew(&self, old: &str, successor: &str) -> Renewed {
        self.accounts.renew(&SecretString::from(old), &SecretString::from(successor)).expect("an answer")
    }
}

fn comer() -> Comer {
    Comer { device_name: "a browser".into(), address: "127.0.0.1".into() }
}

fn refusal<T>(result: Result<T, EngineError>) -> AccountError {
    match result {
        Err(EngineError::Account(error)) => error,
        Err(other) => panic!("another refusal: {other}"),
        Ok(_) => panic!("it should have been refused"),
    }
}

#[tokio::test]
async fn a_name_is_one_users_whatever_its_case_and_a_weak_password_is_nobodys() {
    let stage = Stage::new();
    stage.user("Ada", UserRole::Admin).await;
    let twice = stage.accounts.add_user("aDA", UserRole::Viewer, PASSWORD.into()).await;
    assert!(matches!(twice, Err(EngineError::Store(StoreError::UserTaken { .. }))), "the same to the eye: {twice:?}");
    for weak in ["short", "password1234", "aaaaaaaaaaaaaaa", "Ada-2-ada-2-1!"] {
        let refused = refusal(stage.accounts.add_user("ada-2", UserRole::Viewer, weak.into()).await);
        assert!(matches!(refused, AccountError::WeakPassword(_)), "{weak}: {refused}");
    }
    assert_eq!(stage.sign_in("ADA").await.user.expect("a user").name, "Ada");
}

#[tokio::test]
async fn the_last_admin_is_neither_removed_nor_demoted_and_nobody_removes_themselves() {
    let stage = Stage::new();
    let ada = stage.user("ada", UserRole::Admin).await;
    let removed = stage.accounts.remove_user(ada.id, None);
    assert!(matches!(removed, Err(EngineError::Store(StoreError::LastAdmin))), "{removed:?}");
    let demoted = stage.accounts.edit_user(ada.id, Some(UserRole::Viewer), None).await;
    assert!(matches!(demoted, Err(EngineError::Store(StoreError::LastAdmin))), "{demoted:?}");
    assert_eq!(stage.accounts.users().expect("users")[0].role, UserRole::Admin, "nothing was half done");
    let bob = stage.user("bob", UserRole::Admin).await;
    assert!(matches!(refusal(stage.accounts.remove_user(ada.id, Some(ada.id))), AccountError::Yourself));
    stage.accounts.remove_user(ada.id, Some(bob.id)).expect("another admin is left");
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_told_alike_after_the_same_work() {
    let stage = Stage::new();
    stage.user("ada", UserRole::Admin).await;
    let imported = bcrypt::hash(PASSWORD, 4).expect("a hash");
    for has_imported in [false, true] {
        if has_imported {
            stage.accounts.import_user("old", UserRole::Viewer, &imported).expect("imported");
        }
        let mut told = Vec::new();
        for name in ["ada", "nobody", "", if has_imported { "old" } else { "ada" }] {
            let before = stage.accounts.hashes_computed();
            let refused = refusal(stage.accounts.sign_in(name, "not the password".into(), comer()).await);
            told.push((refused.to_string(), stage.accounts.hashes_computed() - before));
        }
        told.dedup();
        assert_eq!(told.len(), 1, "words and work say nothing about who exists: {told:?}");
        assert!(told[0].1 > 0, "and there is work");
    }
}

#[tokio::test]
async fn an_imported_user_signs_in_with_their_password_and_is_hashed_anew() {
    let stage = Stage::new();
    let imported = bcrypt::hash(PASSWORD, 12).expect("a hash");
    stage.accounts.import_user("old", UserRole::Operator, &imported).expect("imported");
    assert!(refusal(stage.accounts.import_user("x", UserRole::Viewer, "admin")).to_string().contains("bcrypt"));
    assert!(stage.app.store.has_imported_passwords().expect("an answer"));
    stage.sign_in("old").await;
    assert!(!stage.app.store.has_imported_passwords().expect("an answer"), "hashed with Argon2id now");
    stage.sign_in("old").await;
}

#[tokio::test]
async fn a_spent_refresh_token_signs_the_device_out_and_two_tabs_at_once_do_not() {
    let stage = Stage::new();
    stage.user("ada", UserRole::Admin).await;
    let signed_in = stage.sign_in("ada").await;
    let (first, device) = (signed_in.refresh.reveal(), signed_in.device.id);
    assert!(matches!(stage.renew(first, "second"), Renewed::Goes(_)));
    stage.clock.advance(Duration::from_secs(9));
    assert!(matches!(stage.renew(first, "second"), Renewed::Goes(_)), "the other tab, a moment later");
    assert!(matches!(stage.renew("second", "third"), Renewed::Goes(_)));
    assert!(stage.accounts.session(device).expect("an answer").is_some());
    stage.minutes(1);
    assert_eq!(stage.renew(first, "second"), Renewed::Revoked, "somebody has a copy");
    assert!(stage.accounts.session(device).expect("an answer").is_none(), "and the session is over for both");
    assert_eq!(stage.renew("third", "fourth"), Renewed::Unknown, "with its whole family");
    assert_eq!(stage.renew("made up", "x"), Renewed::Unknown);
}

#[tokio::test]
async fn a_session_ends_a_week_after_it_was_heard_and_after_ninety_days_in_any_case() {
    let stage = Stage::new();
    stage.user("ada", UserRole::Admin).await;
    let idle = stage.sign_in("ada").await;
    let busy = stage.sign_in("ada").await;
    let mut token = busy.refresh.reveal().to_owned();
    let mut days = 0;
    let end = loop {
        stage.minutes(24 * 60);
        days += 1;
        let next = format!("token {days}");
        match stage.renew(&token, &next) {
            Renewed::Goes(_) => token = next,
            end => break end,
        }
        assert!(days < 200, "no session goes on without end");
        assert_eq!(stage.accounts.session(idle.device.id).expect("an answer").is_some(), days < 7);
    };
    assert_eq!((days, end), (90, Renewed::Unknown));
    assert!(stage.accounts.devices(None).expect("devices").is_empty(), "what is over is not listed");
}

#[tokio::test]
async fn a_new_password_signs_the_others_out_and_a_role_counts_at_once() {
    let stage = Stage::new();
    let ada = stage.user("ada", UserRole::Admin).await;
    let bob = stage.user("bob", UserRole::Operator).await;
    let (one, other) = (stage.sign_in("bob").await.device.id, stage.sign_in("bob").await.device.id);
    let role = |id| stage.accounts.session(id).expect("an answer").map(|device| device.role);
    assert_eq!(role(one), Some(UserRole::Operator), "a device may do what its user may");
    stage.accounts.edit_user(bob.id, Some(UserRole::Viewer), None).await.expect("demoted");
    assert_eq!(role(one), Some(UserRole::Viewer), "without signing in again");
    let wrong = stage.accounts.change_password(bob.id, OTHER.into(), OTHER.into(), Some(one)).await;
    assert!(matches!(refusal(wrong), AccountError::WrongPassword), "the session alone changes no password");
    stage.accounts.change_password(bob.id, PASSWORD.into(), OTHER.into(), Some(one)).await.expect("changed");
    assert!(role(one).is_some() && role(other).is_none(), "the one that changed it stays");
    assert!(refusal(stage.accounts.sign_in("bob", PASSWORD.into(), comer()).await).to_string().contains("wrong"));
    stage.accounts.edit_user(bob.id, None, Some(PASSWORD.into())).await.expect("an admin's word");
    assert!(role(one).is_none(), "then all of them are out");
    stage.sign_in("bob").await;
    stage.accounts.remove_user(bob.id, Some(ada.id)).expect("removed");
    assert!(stage.accounts.devices(None).expect("devices").is_empty(), "devices go with their user");
}

#[tokio::test]
async fn a_token_works_until_its_day_for_its_projects_and_never_for_more_than_its_maker() {
    let stage = Stage::new();
    let ada = stage.user("ada", UserRole::Admin).await;
    stage.user("bob", UserRole::Admin).await;
    let project = stage.app.store.project_add("p", std::path::Path::new("/p"), 1).expect("a project").id;
    let wish = |role, projects: Option<Vec<ProjectId>>| TokenWish { name: "ci".into(), role, days: Some(2), projects };
    let (token, listed) =
        stage.accounts.create_token(wish(UserRole::Operator, Some(vec![project])), Some(ada.id)).expect("a token");
    let found = || stage.accounts.token(token.reveal()).expect("an answer");
    assert_eq!(found().expect("it works").projects, Some(vec![project]));
    assert!(stage.accounts.token(&format!("{}x", token.reveal())).expect("an answer").is_none());
    assert!(stage.accounts.token("aah_").expect("an answer").is_none());
    let every = wish(UserRole::Admin, Some(vec![project]));
    assert!(matches!(refusal(stage.accounts.create_token(every, None)), AccountError::ScopedAdmin));
    let forever = TokenWish { days: Some(100_000), ..wish(UserRole::Viewer, None) };
    assert!(matches!(refusal(stage.accounts.create_token(forever, None)), AccountError::BadDays));
    stage.accounts.edit_user(ada.id, Some(UserRole::Viewer), None).await.expect("demoted");
    assert_eq!(found().expect("it works").role, UserRole::Viewer, "who lost a role has no token with it");
    stage.app.store.project_remove(project).expect("forgotten");
    assert_eq!(found().expect("it works").projects, Some(Vec::new()), "limited to nothing is not limited by nothing");
    stage.minutes(2 * 24 * 60);
    assert!(found().is_none(), "its days are over");
    let (other, listed_other) = stage.accounts.create_token(wish(UserRole::Viewer, None), None).expect("a token");
    stage.accounts.revoke_token(listed_other.id).expect("revoked");
    assert!(stage.accounts.token(other.reveal()).expect("an answer").is_none());
    let gone = stage.accounts.revoke_token(listed.id);
    assert!(gone.is_err() && stage.accounts.tokens().expect("tokens").is_empty(), "what has ended is forgotten");
}

#[tokio::test]
async fn the_first_users_link_works_once_for_half_an_hour_and_only_while_there_is_none() {
    let stage = Stage::new();
    let early = stage.accounts.setup_link().expect("an answer").expect("nobody is there");
    let link = stage.accounts.setup_link().expect("an answer").expect("nobody is there");
    let set_up = async |link: &str, password: &str| stage.accounts.set_up(link, "ada", password.into(), comer()).await;
    assert!(matches!(refusal(set_up(early.reveal(), PASSWORD).await), AccountError::DeadLink), "a later one ended it");
    assert!(matches!(refusal(set_up("guess", PASSWORD).await), AccountError::DeadLink));
    assert!(matches!(refusal(set_up(link.reveal(), "short").await), AccountError::WeakPassword(_)));
    let before = stage.accounts.hashes_computed();
    let _ = set_up("guess", PASSWORD).await;
    assert_eq!(stage.accounts.hashes_computed(), before, "who has no link causes no work");
    stage.minutes(31);
    assert!(matches!(refusal(set_up(link.reveal(), PASSWORD).await), AccountError::DeadLink), "half an hour");
    let link = stage.accounts.setup_link().expect("an answer").expect("nobody is there");
    let first = set_up(link.reveal(), PASSWORD).await.expect("the first user");
    assert_eq!(first.device.role, UserRole::Admin);
    assert!(matches!(refusal(set_up(link.reveal(), PASSWORD).await), AccountError::AlreadySetUp));
    assert!(stage.accounts.setup_link().expect("an answer").is_none(), "there is somebody now");
}

#[tokio::test]
async fn a_pairing_code_signs_one_device_in_for_five_minutes_with_at_most_its_role() {
    let stage = Stage::new();
    let bob = stage.user("bob", UserRole::Operator).await;
    let (code, _) = stage.accounts.start_pairing(UserRole::Viewer, Some(bob.id)).expect("a code");
    let typed = format!(" {}-{} ", &code.reveal()[..4].to_lowercase(), &code.reveal()[4..]);
    let paired = stage.accounts.pair(&typed, comer()).expect("paired");
    assert_eq!((paired.device.role, paired.device.user), (UserRole::Viewer, Some(bob.id)));
    assert!(matches!(refusal(stage.accounts.pair(code.reveal(), comer())), AccountError::DeadCode), "once");
    let (code, _) = stage.accounts.start_pairing(UserRole::Admin, Some(bob.id)).expect("a code");
    let paired = stage.accounts.pair(code.reveal(), comer()).expect("paired");
    assert_eq!(paired.device.role, UserRole::Operator, "never more than whose device it is");
    let (code, _) = stage.accounts.start_pairing(UserRole::Viewer, None).expect("a code");
    stage.accounts.stop_pairing(None).expect("taken back");
    assert!(matches!(refusal(stage.accounts.pair(code.reveal(), comer())), AccountError::DeadCode));
    let (code, _) = stage.accounts.start_pairing(UserRole::Operator, None).expect("a code");
    stage.minutes(6);
    assert!(matches!(refusal(stage.accounts.pair(code.reveal(), comer())), AccountError::DeadCode), "five minutes");
}

#[tokio::test]
async fn no_secret_is_in_the_database() {
    let stage = Stage::new();
    let ada = stage.user("ada", UserRole::Admin).await;
    let signed_in = stage.sign_in("ada").await;
    let wish = TokenWish { name: "ci".into(), role: UserRole::Viewer, days: None, projects: None };
    let (token, _) = stage.accounts.create_token(wish, Some(ada.id)).expect("a token");
    let (code, _) = stage.accounts.start_pairing(UserRole::Viewer, None).expect("a code");
    let mut bytes = Vec::new();
    for name in ["app.db", "app.db-wal"] {
        bytes.extend(std::fs::read(stage.app.home.root().join(name)).unwrap_or_default());
    }
    let has = |secret: &str| bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    assert!(has("ada"), "this looks where things are");
    for secret in [PASSWORD, signed_in.refresh.reveal(), token.reveal(), code.reveal()] {
        assert!(!has(secret), "only hashes are kept");
    }
}
