//! The icon in the system's tray: one line of status, and what a person does without opening the window.

use crate::{desktop, quit};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use tauri::{
    AppHandle, Manager,
    menu::{Menu, MenuBuilder, MenuItem, MenuItemBuilder},
    tray::TrayIconBuilder,
};

const STATUS: &str = "status";
const OPEN: &str = "open";
const STOP: &str = "stop";
const DOOR: &str = "door";
const UPDATE: &str = "update";
const QUIT: &str = "quit";

const NO_DOOR: &str = "Not open to the network";

/// What of the tray changes while the program runs.
pub struct Tray {
    status: MenuItem<tauri::Wry>,
    stop: MenuItem<tauri::Wry>,
    door: MenuItem<tauri::Wry>,
    /// Whether it was put up.
    is_up: bool,
}

/// Puts the icon up. A desktop without a tray goes without it, and the window then quits when it is closed.
pub fn set_up(app: &AppHandle) -> tauri::Result<()> {
    let status = MenuItemBuilder::with_id(STATUS, "No run is under way").enabled(false).build(app)?;
    let stop = MenuItemBuilder::with_id(STOP, "Stop all runs").enabled(false).build(app)?;
    let door = MenuItemBuilder::with_id(DOOR, NO_DOOR).enabled(false).build(app)?;
    let menu = MenuBuilder::new(app).item(&status).separator().text(OPEN, "Open Auto Agent Harness").item(&stop);
    let mut menu = menu.item(&door).separator();
    if crate::update::is_configured(app) {
        menu = menu.text(UPDATE, "Check for updates…");
    }
    let menu = menu.text(QUIT, "Quit").build()?;
    // The library behind it is loaded when it is first used, and a system that lacks it makes this panic. That is no
    // fault of the program, so it is not told as one.
    let told = take_hook();
    set_hook(Box::new(|_| {}));
    let put_up = catch_unwind(AssertUnwindSafe(|| put_up(app, &menu)));
    set_hook(told);
    let is_up = match put_up {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "there is no icon in the tray");
            false
        }
        Err(_panic) => {
            tracing::warn!("there is no icon in the tray: the library for it (libayatana-appindicator3) is missing");
            false
        }
    };
    app.manage(Tray { status, stop, door, is_up });
    Ok(())
}

fn put_up(app: &AppHandle, menu: &Menu<tauri::Wry>) -> tauri::Result<()> {
    let mut icon = TrayIconBuilder::with_id("main").menu(menu).tooltip("Auto Agent Harness");
    if let Some(image) = app.default_window_icon() {
        icon = icon.icon(image.clone());
    }
    icon.on_menu_event(|app, event| match event.id().as_ref() {
        OPEN => desktop::open_window(app),
        STOP => quit::stop_all(app),
        DOOR => quit::shut_door(app),
        UPDATE => crate::update::check(app),
        QUIT => quit::begin(app),
        _ => {}
    })
    .build(app)?;
    Ok(())
}

impl Tray {
    /// Says how things are.
    pub fn show(&self, words: &str, is_running: bool) {
        let shown = self.status.set_text(words).and_then(|()| self.stop.set_enabled(is_running));
        if let Err(error) = shown {
            tracing::debug!(%error, "the tray could not be changed");
        }
    }

    /// Says whether others on the network can come in, and where; shutting it is one click then.
    pub fn show_door(&self, url: Option<&str>) {
        let words = url.map_or_else(|| NO_DOOR.to_owned(), |url| format!("Shut the door to the network ({url})"));
        let shown = self.door.set_text(words).and_then(|()| self.door.set_enabled(url.is_some()));
        if let Err(error) = shown {
            tracing::debug!(%error, "the tray could not be changed");
        }
    }

    /// Whether a program without a window can be found again here: an icon was put up, and a desktop shows it now.
    pub async fn is_shown(&self) -> bool {
        self.is_up && has_tray().await
    }
}

/// Whether this desktop shows such icons. On Linux a program says so on the session's bus; several desktops have none.
#[cfg(target_os = "linux")]
async fn has_tray() -> bool {
    async fn ask() -> zbus::Result<bool> {
        let bus = zbus::Connection::session().await?;
        let name = zbus::names::BusName::try_from("org.kde.StatusNotifierWatcher")?;
        Ok(zbus::fdo::DBusProxy::new(&bus).await?.name_has_owner(name).await?)
    }
    ask().await.unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
async fn has_tray() -> bool {
    true
}
