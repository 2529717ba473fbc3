//! Who may use the product from another device, and through what: users, devices, API tokens.

use crate::id::{DeviceId, ProjectId, TokenId, UserId};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What a user, a device or a token may do. Each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    /// Look.
    Viewer,
    /// Change cards, start and stop runs, answer what waits.
    Operator,
    /// Change projects, policies and settings, and decide who else may come in.
    Admin,
}

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct User {
    /// Their number, never given out twice.
    pub id: UserId,
    /// As they wrote it.
    pub name: String,
    /// What they may do.
    pub role: UserRole,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub created_at_ms: i64,
}

/// A browser or another program that is signed in, with its own session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Device {
    /// Its number, never given out twice.
    pub id: DeviceId,
    /// Whose it is; none when it was paired by whoever sat at this machine.
    pub user: Option<UserId>,
    /// That user's name.
    pub user_name: Option<String>,
    /// What it calls itself.
    pub name: String,
    /// What it may do now.
    pub role: UserRole,
    /// From where it was heard last.
    pub address: String,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub created_at_ms: i64,
    /// When it was heard last, to the minute. UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub seen_at_ms: i64,
    /// When it is signed out unless it is heard again. UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub expires_at_ms: i64,
}

/// A key for a script, without its secret part, which nobody keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ApiToken {
    /// Its number, never given out twice.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do now.
    pub role: UserRole,
    /// The projects it may touch; none means all, and an empty list none at all.
    pub projects: Option<Vec<ProjectId>>,
    /// Who made it; none when it was made at this machine.
    pub made_by: Option<String>,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub created_at_ms: i64,
    /// When it stops working. UTC, in milliseconds since 1970; none means never.
    #[specta(type = Option<f64>)]
    pub expires_at_ms: Option<i64>,
    /// When it was used last, to the minute. UTC, in milliseconds since 1970.
    #[specta(type = Option<f64>)]
    pub used_at_ms: Option<i64>,
}

impl UserRole {
    /// Every role, the least first.
    pub const ALL: [UserRole; 3] = [UserRole::Viewer, UserRole::Operator, UserRole::Admin];

    /// The word on the command line, in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            UserRole::Viewer => "viewer",
            UserRole::Operator => "operator",
            UserRole::Admin => "admin",
        }
    }

    /// The role of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// The fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 12;
/// The most bytes of a password: more is somebody who wants the hashing to take long.
pub const LONGEST_PASSWORD: usize = 1024;
/// The most characters of the name of a user, a device or a token.
pub const LONGEST_NAME: usize = 64;

/// Why `name` cannot be a user's, if it cannot. It is compared without regard to case.
pub fn refuse_user_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("a user needs a name");
    }
    if name.chars().count() > LONGEST_NAME {
        return Some("the name is longer than 64 characters");
    }
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    if !name.chars().all(is_fine) {
        return Some("a name has letters, digits, `.`, `_`, `-` and `@` only");
    }
    None
}

/// `name` as it may be shown in a list: no control characters, one line, at most 64 characters. `otherwise` when nothing
/// is left.
pub fn shown_name(name: &str, otherwise: &str) -> String {
    let words = name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line: String = words.collect::<Vec<_>>().join(" ").chars().take(LONGEST_NAME).collect();
    if line.is_empty() { otherwise.to_owned() } else { line }
}

/// Why `password` is not good enough for the user `name`, whatever its strength, if it is not.
pub fn refuse_password(name: &str, password: &str) -> Option<&'static str> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Some("a password has at least 12 characters");
    }
    if password.len() > LONGEST_PASSWORD {
        return Some("the password is longer than 1024 bytes");
    }
    let (lower, own) = (password.to_lowercase(), name.to_lowercase());
    if !own.is_empty() && lower.replace(&own, "").chars().count() < SHORTEST_PASSWORD / 2 {
        return Some("the password is little more than the user's name");
    }
    if password.chars().collect::<std::collections::HashSet<_>>().len() < 5 {
        return Some("the password repeats the same few characters");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_name() {
        assert!(refuse_password("ada", "elf Zeichen").is_some(), "eleven characters are too few");
        assert!(refuse_password("ada", "zwölf Zeiche").is_none(), "twelve are enough, counted as characters");
        assert!(refuse_password("ada.lovelace", "Ada.Lovelace1").is_some(), "the name with a digit is guessed first");
        assert!(refuse_password("ada", "ada likes long walks").is_none(), "the name may be part of it");
        assert!(refuse_password("ada", "aaaaaaaaaaaaaaaa").is_some(), "length alone is not strength");
        assert!(refuse_password("ada", &"pässword ".repeat(200)).is_some(), "hashing has a bound");
    }

    #[test]
    fn a_name_is_one_word_that_any_list_can_show() {
        for name in ["ada", "Ада", "ada@example.org", "a-b_c.d"] {
            assert_eq!(refuse_user_name(name), None, "{name} is a name");
        }
        for name in ["", "a b", "a/b", "a\u{202e}b", "a\nb", &"x".repeat(65)] {
            assert!(refuse_user_name(name).is_some(), "{name:?} is none");
        }
        assert_eq!(shown_name(" my\n\u{1b}[31m phone ", "a device"), "my [31m phone", "nothing that moves a cursor");
        assert_eq!(shown_name("\n", "a device"), "a device");
    }

    #[test]
    fn a_role_includes_those_before_it() {
        assert!(UserRole::Viewer < UserRole::Operator && UserRole::Operator < UserRole::Admin);
        for role in UserRole::ALL {
            assert_eq!(UserRole::parse(role.as_str()), Some(role));
        }
        assert_eq!(UserRole::parse("desktop"), None, "sitting at the machine is nothing that is given");
    }
}
