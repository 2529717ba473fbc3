//! The services that a desktop offers on the message bus, as far as the application uses them.

use crate::{menu, say};
use serde_json::json;
use std::{
    collections::HashMap,
    io::Read,
    os::fd::OwnedFd,
    sync::atomic::{AtomicU32, Ordering},
};
use zbus::{
    Connection, fdo, interface,
    message::Header,
    object_server::SignalEmitter,
    zvariant::{self, Value},
};

const NOTIFICATIONS: &str = "/org/freedesktop/Notifications";

/// Offers all of them on the session's bus, which is the system's too for whoever is told so.
pub async fn offer() -> zbus::Result<Connection> {
    zbus::connection::Builder::session()?
        .serve_at(NOTIFICATIONS, Notifications::default())?
        .serve_at("/StatusNotifierWatcher", TrayWatcher)?
        .serve_at("/org/freedesktop/login1", Logins)?
        .serve_at("/org/freedesktop/FileManager1", Files)?
        .name("org.freedesktop.Notifications")?
        .name("org.kde.StatusNotifierWatcher")?
        .name("org.freedesktop.login1")?
        .name("org.freedesktop.FileManager1")?
        .build()
        .await
}

/// Clicks on a notification: its first action, and it is gone.
pub async fn click(bus: &Connection, notification: u32) -> zbus::Result<()> {
    let at = bus.object_server().interface::<_, Notifications>(NOTIFICATIONS).await?;
    Notifications::action_invoked(at.signal_emitter(), notification, "default").await?;
    Notifications::notification_closed(at.signal_emitter(), notification, 2).await
}

#[derive(Default)]
struct Notifications {
    last: AtomicU32,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the specification's")]
    fn notify(
        &self,
        app_name: &str,
        _replaces: u32,
        _icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        _hints: HashMap<String, Value<'_>>,
        _expires_ms: i32,
    ) -> u32 {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        say(
            &json!({ "heard": "notify", "id": id, "from": app_name, "title": summary, "body": body, "actions": actions }),
        );
        id
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".into(), "body".into(), "body-markup".into()]
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("stand-in", "tests", "1", "1.2")
    }

    fn close_notification(&self, _id: u32) {}

    #[zbus(signal)]
    async fn action_invoked(at: &SignalEmitter<'_>, id: u32, action: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(at: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;
}

struct TrayWatcher;

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl TrayWatcher {
    /// `service` is a name on the bus or, from older libraries, the path of the icon at whoever calls.
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        menu::put_up(if service.starts_with('/') {
            (sender, service)
        } else {
            (service.into(), "/StatusNotifierItem")
        });
        say(&json!({ "heard": "tray" }));
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

struct Logins;

#[interface(name = "org.freedesktop.login1.Manager")]
impl Logins {
    /// The lock lasts until the last copy of what is returned is closed.
    fn inhibit(&self, what: String, who: &str, why: &str, mode: &str) -> fdo::Result<zvariant::OwnedFd> {
        let (mut held, lock) = std::io::pipe().map_err(|error| fdo::Error::Failed(error.to_string()))?;
        say(&json!({ "heard": "inhibit", "what": what, "who": who, "why": why, "mode": mode }));
        std::thread::spawn(move || {
            // Nothing is ever written: it ends when the lock is let go.
            let _ = held.read(&mut [0]);
            say(&json!({ "heard": "uninhibit", "what": what }));
        });
        Ok(OwnedFd::from(lock).into())
    }
}

struct Files;

#[interface(name = "org.freedesktop.FileManager1")]
impl Files {
    fn show_items(&self, uris: Vec<String>, _startup_id: &str) {
        say(&json!({ "heard": "show_items", "uris": uris }));
    }
}
