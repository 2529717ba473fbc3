//! Users, devices, tokens, pairing, and the door to the network.

use crate::{
    Api, ApiError, CallerRole, ErrorCode,
    procedures::Nothing,
    shape::{Ms, account::*},
};
use harness_domain::{
    account::{ApiToken, Device, User},
    event::Event,
};
use harness_engine::accounts::TokenWish;
use qrcode::{EcLevel, QrCode, render::svg};

/// The side of the picture in pixels; it scales without loss.
const QR_SIDE: u32 = 240;

pub fn user_list(api: &Api, _: Nothing) -> Result<Vec<User>, ApiError> {
    Ok(api.accounts().users()?)
}

pub fn user_add(api: &Api, add: AddUser) -> Result<User, ApiError> {
    Ok(api.wait(api.accounts().add_user(&add.name, add.role, add.password.into()))?)
}

pub fn user_edit(api: &Api, edit: EditUser) -> Result<User, ApiError> {
    Ok(api.wait(api.accounts().edit_user(edit.user, edit.role, edit.password.map(Into::into)))?)
}

pub fn user_remove(api: &Api, of: OfUser) -> Result<Nothing, ApiError> {
    api.accounts().remove_user(of.user, api.caller().user)?;
    Ok(Nothing {})
}

pub fn device_list(api: &Api, _: Nothing) -> Result<Vec<DeviceView>, ApiError> {
    let caller = api.caller();
    let devices = api.accounts().devices(None)?.into_iter().filter(|device| is_theirs(api, device));
    Ok(devices
        .map(|device| DeviceView {
            is_current: caller.device == Some(device.id),
            id: device.id,
            user: device.user,
            user_name: device.user_name,
            role: device.role,
            name: device.name,
            address: device.address,
            created_at_ms: Ms(device.created_at_ms),
            seen_at_ms: Ms(device.seen_at_ms),
        })
        .collect())
}

pub fn device_revoke(api: &Api, of: OfDevice) -> Result<Nothing, ApiError> {
    let device = api.accounts().session(of.device)?.filter(|device| is_theirs(api, device));
    // Whether another's device exists is not told to those who may not see it.
    let device =
        device.ok_or_else(|| ApiError::not_found("there is no such device; it may have been signed out already"))?;
    api.accounts().sign_out(device.id)?;
    Ok(Nothing {})
}

/// An admin's business is every device; anybody else's are their own.
fn is_theirs(api: &Api, device: &Device) -> bool {
    let caller = api.caller();
    caller.role >= CallerRole::Admin
        || caller.device == Some(device.id)
        || (caller.token.is_none() && caller.user.is_some() && caller.user == device.user)
}

pub fn token_list(api: &Api, _: Nothing) -> Result<Vec<ApiToken>, ApiError> {
    Ok(api.accounts().tokens()?)
}

pub fn token_create(api: &Api, create: CreateToken) -> Result<CreatedToken, ApiError> {
    let wish = TokenWish { name: create.name, role: create.role, days: create.days, projects: create.projects };
    let (token, listed) = api.accounts().create_token(wish, api.caller().user)?;
    Ok(CreatedToken { token: token.reveal().to_owned(), listed })
}

pub fn token_revoke(api: &Api, of: OfToken) -> Result<Nothing, ApiError> {
    api.accounts().revoke_token(of.token)?;
    Ok(Nothing {})
}

pub fn pairing_start(api: &Api, start: StartPairing) -> Result<Pairing, ApiError> {
    let lan = api.lan().status();
    let first = lan.urls.first().filter(|_| lan.is_on).ok_or_else(|| {
        ApiError::not_now("no other device can reach this one yet").hint("Open the door to the network first.")
    })?;
    let (code, expires_at_ms) = api.accounts().start_pairing(start.role, api.caller().user)?;
    // In the fragment, which no browser sends: it stands in no log of any proxy.
    let url = format!("{}/pair#code={}", first.trim_end_matches('/'), code.reveal());
    let picture = QrCode::with_error_correction_level(url.as_bytes(), EcLevel::M)
        .map_err(|error| ApiError::new(ErrorCode::Internal, format!("the address cannot be drawn: {error}")))?;
    let qr_svg = picture
        .render::<svg::Color<'_>>()
        .min_dimensions(QR_SIDE, QR_SIDE)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build();
    Ok(Pairing { code: code.reveal().to_owned(), url, qr_svg, expires_at_ms: Ms(expires_at_ms) })
}

pub fn pairing_stop(api: &Api, _: Nothing) -> Result<Nothing, ApiError> {
    api.accounts().stop_pairing(api.caller().user)?;
    Ok(Nothing {})
}

pub fn lan_status(api: &Api, _: Nothing) -> Result<LanStatus, ApiError> {
    Ok(api.lan().status())
}

pub fn lan_start(api: &Api, wish: StartLan) -> Result<LanStatus, ApiError> {
    switched(api, api.lan().start(wish))
}

pub fn lan_stop(api: &Api, _: Nothing) -> Result<LanStatus, ApiError> {
    switched(api, api.lan().stop())
}

/// Told also when it failed: an open door may have been shut before another could be opened.
fn switched(api: &Api, outcome: Result<(), ApiError>) -> Result<LanStatus, ApiError> {
    api.publish(Event::AccountsChanged {});
    outcome.map(|()| api.lan().status())
}
