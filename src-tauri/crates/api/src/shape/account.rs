//! Users, devices, tokens, pairing, and the door to the network.

use super::Ms;
use harness_domain::{
    account::{ApiToken, UserRole},
    id::{DeviceId, ProjectId, TokenId, UserId},
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What everybody may know before they sign in, and who is signed in. The answer of `GET /api/auth/state` and of
/// everything that signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AuthState {
    /// Whether there is no user yet: the first one is made with the link that `harness serve` prints.
    pub needs_setup: bool,
    /// The product's version.
    pub version: String,
    /// Whether the browser came by TLS.
    pub is_tls: bool,
    /// Who is signed in.
    pub user: Option<AuthUser>,
    /// With which device.
    pub device: Option<AuthDevice>,
    /// What every change has to bring along in the header `x-csrf-token`. The same for as long as the device is signed in.
    pub csrf: Option<String>,
    /// When the access cookie ends; `POST /api/auth/refresh` gives another one.
    pub access_expires_at_ms: Option<Ms>,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AuthUser {
    /// Their number; none for a device that was paired at this machine and belongs to nobody.
    pub id: Option<UserId>,
    /// Their name, or the device's.
    pub name: String,
    /// What they may do.
    pub role: UserRole,
}

/// The device that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AuthDevice {
    /// Its number.
    pub id: DeviceId,
    /// What it calls itself.
    pub name: String,
}

/// A user to be.
#[derive(Clone, Deserialize, Type)]
pub struct AddUser {
    /// Letters, digits, `.`, `_`, `-` and `@`; compared without regard to case.
    pub name: String,
    /// What they may do.
    pub role: UserRole,
    /// At least 12 characters.
    pub password: String,
}

/// What is to be different about a user.
#[derive(Clone, Deserialize, Type)]
pub struct EditUser {
    /// Which.
    pub user: UserId,
    /// What they may do from now on.
    #[serde(default)]
    #[specta(optional)]
    pub role: Option<UserRole>,
    /// Their new password; all their devices are signed out.
    #[serde(default)]
    #[specta(optional)]
    pub password: Option<String>,
}

/// A user.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct OfUser {
    /// Which.
    pub user: UserId,
}

/// A signed-in device, as lists show it.
#[derive(Debug, Clone, Serialize, Type)]
pub struct DeviceView {
    /// Its number.
    pub id: DeviceId,
    /// Whose; none when it was paired at this machine.
    pub user: Option<UserId>,
    /// That user's name.
    pub user_name: Option<String>,
    /// What it may do.
    pub role: UserRole,
    /// What it calls itself.
    pub name: String,
    /// From where it was heard last.
    pub address: String,
    /// When it was signed in.
    pub created_at_ms: Ms,
    /// When it was heard last, to the minute.
    pub seen_at_ms: Ms,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// A device.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct OfDevice {
    /// Which.
    pub device: DeviceId,
}

/// A token to be.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct CreateToken {
    /// What it is for.
    pub name: String,
    /// The most it may do.
    pub role: UserRole,
    /// For how many days, 1 to 3650; none for no end.
    #[serde(default)]
    #[specta(optional)]
    pub days: Option<u32>,
    /// The only projects it may touch; none for all.
    #[serde(default)]
    #[specta(optional)]
    pub projects: Option<Vec<ProjectId>>,
}

/// A token that was just made.
#[derive(Clone, Serialize, Type)]
pub struct CreatedToken {
    /// The token, told this once: `Authorization: Bearer …`.
    pub token: String,
    /// What lists show of it.
    pub listed: ApiToken,
}

/// A token.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct OfToken {
    /// Which.
    pub token: TokenId,
}

/// What a device to be paired may do.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct StartPairing {
    /// The most it may do.
    pub role: UserRole,
}

/// A way in for one device, for five minutes.
#[derive(Clone, Serialize, Type)]
pub struct Pairing {
    /// Eight characters to type, told this once.
    pub code: String,
    /// The page that takes the code, with the code in its fragment.
    pub url: String,
    /// That address as a picture for a camera, as SVG.
    pub qr_svg: String,
    /// When it stops working.
    pub expires_at_ms: Ms,
}

/// How the door to the network is to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct StartLan {
    /// Where to listen, as `address:port`; none for every address of this machine and the usual port.
    #[serde(default)]
    #[specta(optional)]
    pub address: Option<String>,
    /// Whether to speak TLS, with a certificate of its own.
    pub is_tls: bool,
}

/// The door to the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LanStatus {
    /// Whether it is open.
    pub is_on: bool,
    /// Where it listens, as `address:port`.
    pub address: Option<String>,
    /// Under which addresses a browser reaches it, the best one first.
    pub urls: Vec<String>,
    /// The SHA-256 of its own certificate, to compare with what the browser shows.
    pub fingerprint: Option<String>,
    /// Whether it speaks TLS.
    pub is_tls: bool,
    /// Whether it is opened and shut here.
    pub can_switch: bool,
    /// Why it is not open although it should be, or what is not as good as it could be.
    pub problem: Option<String>,
}
