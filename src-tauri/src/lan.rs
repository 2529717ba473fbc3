//! The door to the network, opened and shut from the window. It is shut whenever the program starts: nobody finds their
//! machine open because they once tried it.

use crate::tray::Tray;
use harness_api::{
    Api, ApiError, ErrorCode, Lan,
    shape::account::{LanStatus, StartLan},
};
use harness_server::{
    Door, ServeConfig, ServeError,
    config::{PORT, TlsChoice},
    serve,
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tauri::{AppHandle, Manager};
use tokio::runtime::Handle;

/// Opens and shuts the door, and shows in the tray how it stands.
pub struct Switch {
    api: Api,
    app: AppHandle,
    /// One is opened or shut at a time, which may take seconds.
    switching: Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<Open>,
    problem: Option<String>,
}

struct Open {
    door: Door,
    is_tls: bool,
}

impl Switch {
    /// A door to `api`, shut.
    pub fn new(api: Api, app: AppHandle) -> Self {
        Self { api, app, switching: Mutex::default(), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Both fields are whole after every statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shut(&self) {
        let open = self.state().open.take();
        if let Some(Open { door, .. }) = open {
            Handle::current().block_on(door.stop());
        }
    }

    fn tell(&self) {
        let url = self.state().open.as_ref().and_then(|open| open.door.urls().first().cloned());
        if let Some(tray) = self.app.try_state::<Tray>() {
            tray.show_door(url.as_deref());
        }
    }
}

impl Lan for Switch {
    fn status(&self) -> LanStatus {
        let state = self.state();
        let door = state.open.as_ref().map(|open| &open.door);
        LanStatus {
            is_on: door.is_some(),
            address: door.and_then(|door| door.addresses().first().map(ToString::to_string)),
            urls: door.map(|door| door.urls().to_vec()).unwrap_or_default(),
            fingerprint: door.and_then(|door| door.fingerprint().map(str::to_owned)),
            is_tls: state.open.as_ref().is_some_and(|open| open.is_tls),
            can_switch: true,
            problem: state.problem.clone(),
        }
    }

    fn start(&self, wish: StartLan) -> Result<(), ApiError> {
        let config = config_of(&wish)?;
        let _alone = self.switching.lock().unwrap_or_else(PoisonError::into_inner);
        self.shut();
        let opened = Handle::current().block_on(serve(self.api.clone(), config));
        let outcome = match opened {
            Ok(door) => {
                *self.state() = State { open: Some(Open { door, is_tls: wish.is_tls }), problem: None };
                Ok(())
            }
            Err(error) => {
                let refused = refusal(&error);
                self.state().problem = Some(refused.message.clone());
                Err(refused)
            }
        };
        self.tell();
        outcome
    }

    fn stop(&self) -> Result<(), ApiError> {
        let _alone = self.switching.lock().unwrap_or_else(PoisonError::into_inner);
        self.shut();
        self.state().problem = None;
        self.tell();
        Ok(())
    }
}

/// Where to listen, and how. Fails with `bad_input` for what is no address.
fn config_of(wish: &StartLan) -> Result<ServeConfig, ApiError> {
    let everywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), PORT);
    let bind = match wish.address.as_deref().map(str::trim).filter(|address| !address.is_empty()) {
        None => everywhere,
        Some(address) => address.parse().map_err(|_| {
            let words = format!("{address:?} is no address with a port, such as 192.168.0.5:{PORT}");
            ApiError::new(ErrorCode::BadInput, words)
        })?,
    };
    let tls = if wish.is_tls { TlsChoice::Own } else { TlsChoice::Off };
    Ok(ServeConfig { bind, tls, ..ServeConfig::default() })
}

/// Why the door stays shut, for somebody who sits before the window.
fn refusal(error: &ServeError) -> ApiError {
    let mut refused = ApiError::new(ErrorCode::NotPossibleNow, error.to_string());
    refused.hint = match error {
        ServeError::NobodyYet { .. } => {
            refused.message = "nobody could sign in: there is no account on this machine yet".into();
            Some("Add yourself under Settings, People; then open the door.".into())
        }
        ServeError::Bind { .. } => Some("Choose another port, or end the program that has this one.".into()),
        _ => None,
    };
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(address: Option<&str>, is_tls: bool) -> StartLan {
        StartLan { address: address.map(str::to_owned), is_tls }
    }

    #[test]
    fn without_an_address_the_door_is_open_to_the_network_at_the_usual_port() {
        for address in [None, Some(""), Some("  ")] {
            let config = config_of(&wish(address, true)).expect("it is the usual one");
            assert_eq!(config.bind, SocketAddr::from(([0, 0, 0, 0], PORT)), "{address:?}");
            assert!(config.has_tls(), "with a certificate of its own");
        }
        let chosen = config_of(&wish(Some("127.0.0.1:9000"), false)).expect("an address");
        assert_eq!((chosen.bind.port(), chosen.has_tls()), (9000, false), "as it was chosen");
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        for address in ["192.168.0.5", "board:8888", "8888", "1.2.3.4:99999"] {
            let refused = config_of(&wish(Some(address), true)).expect_err("it has no address or no port");
            assert_eq!(refused.code, ErrorCode::BadInput);
            assert!(refused.message.contains("such as"), "{}", refused.message);
        }
    }

    #[test]
    fn a_door_through_which_nobody_could_come_says_what_to_do_first() {
        let refused = refusal(&ServeError::NobodyYet { address: SocketAddr::from(([0, 0, 0, 0], PORT)) });
        assert!(refused.hint.is_some_and(|hint| hint.contains("People")), "a person in the window has no terminal");
    }
}
