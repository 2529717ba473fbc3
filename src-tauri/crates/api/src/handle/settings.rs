//! What the person chose, and what pays.

use crate::{
    Api, ApiError, ErrorCode,
    procedures::Nothing,
    shape::setup::{AppSettings, ChoosePayer, NewApiKey, PayerChoice},
};
use harness_domain::event::Event;
use harness_engine::{
    redact,
    secrets::{self, ApiKey, Payer},
};
use serde_json::Value;

/// Where they are kept.
const KEY: &str = "app_settings";
/// More budget than anyone means.
const MOST_USD: f64 = 1_000_000.0;

pub fn app_settings_read(api: &Api, _: Nothing) -> Result<AppSettings, ApiError> {
    let stored = api.app().store.setting(KEY)?;
    let stored = stored.and_then(|json| serde_json::from_str::<Value>(&json).ok()).unwrap_or_default();
    let mut settings = serde_json::to_value(AppSettings::default()).unwrap_or_default();
    overlay(&mut settings, stored);
    // What an older version stored may not fit any more; then the defaults count.
    Ok(serde_json::from_value(settings).unwrap_or_default())
}

/// Fields that a later version added keep their defaults.
fn overlay(defaults: &mut Value, stored: Value) {
    match (defaults, stored) {
        (Value::Object(defaults), Value::Object(stored)) => {
            for (name, value) in stored {
                match defaults.get_mut(&name) {
                    Some(known) if known.is_object() && name != "shortcuts" => overlay(known, value),
                    Some(known) => *known = value,
                    None => {}
                }
            }
        }
        (defaults, stored) => *defaults = stored,
    }
}

pub fn app_settings_write(api: &Api, settings: AppSettings) -> Result<AppSettings, ApiError> {
    if settings.default_budget_usd.is_some_and(|usd| !(usd > 0.0 && usd <= MOST_USD)) {
        return Err(ApiError::bad_input("default_budget_usd: give an amount above 0, or none"));
    }
    if let Some(command) = &settings.editor_command {
        if !command.contains("{path}") {
            return Err(ApiError::bad_input(
                "editor_command: say where the file goes with {path}, such as `code -g {path}:{line}`",
            ));
        }
        redact::refuse_secret("the editor's command", command)?;
    }
    let json =
        serde_json::to_string(&settings).map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
    api.app().store.set_setting(KEY, Some(&json))?;
    api.publish(Event::SettingsChanged {});
    app_settings_read(api, Nothing {})
}

pub fn api_key_set(api: &Api, new: NewApiKey) -> Result<Nothing, ApiError> {
    let key = ApiKey::parse(&new.key).map_err(|error| ApiError::bad_input(error.to_string()))?;
    drop(new);
    secrets::store_key(api.app(), &key).map_err(harness_engine::EngineError::from)?;
    api.publish(Event::SettingsChanged {});
    Ok(Nothing {})
}

pub fn api_key_remove(api: &Api, _: Nothing) -> Result<Nothing, ApiError> {
    secrets::remove_key(api.app()).map_err(harness_engine::EngineError::from)?;
    api.publish(Event::SettingsChanged {});
    Ok(Nothing {})
}

pub fn payer_set(api: &Api, choose: ChoosePayer) -> Result<Nothing, ApiError> {
    let payer = match choose.payer {
        PayerChoice::Auto => Payer::Auto,
        PayerChoice::Keychain => Payer::Keychain,
        PayerChoice::Environment => Payer::Environment,
        PayerChoice::Subscription => Payer::Subscription,
    };
    secrets::set_payer(api.app(), payer).map_err(harness_engine::EngineError::from)?;
    api.publish(Event::SettingsChanged {});
    Ok(Nothing {})
}
