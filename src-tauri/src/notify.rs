//! Notifications of the operating system. A click on one opens what it is about.

use crate::{activity::Notice, desktop, page::Page, place::Place};
use tauri::{AppHandle, Manager};

/// Shows `notice` on the desktop. Returns at once; a desktop that cannot show it is no reason to stop.
#[cfg(target_os = "linux")]
pub fn show(app: &AppHandle, notice: Notice) {
    use notify_rust::{Notification, NotificationResponse};
    let app = app.clone();
    // Waits until the notification is clicked or gone, which is up to the person; the thread sleeps meanwhile.
    let thread = std::thread::Builder::new().name("notification".into()).spawn(move || {
        let shown = Notification::new()
            .appname("Auto Agent Harness")
            .icon("auto-agent-harness")
            .summary(&notice.title)
            .body(&plain(&notice.body))
            .action("default", "Open")
            .show();
        match shown {
            Ok(handle) => {
                let answered = handle.wait_for_response(|response: &NotificationResponse| {
                    if matches!(response, NotificationResponse::Default | NotificationResponse::Action(_)) {
                        open(&app, &notice);
                    }
                });
                if let Err(error) = answered {
                    tracing::debug!(%error, "clicks on a notification cannot be heard");
                }
            }
            Err(error) => tracing::debug!(%error, "the desktop shows no notifications"),
        }
    });
    if let Err(error) = thread {
        tracing::debug!(%error, "a notification was not shown");
    }
}

/// As text: this desktop's notifications understand a little markup, and an agent's words are in them.
#[cfg(target_os = "linux")]
fn plain(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Shows `notice` on the desktop. A click on it brings this program to the front, where the page then is at its place.
#[cfg(not(target_os = "linux"))]
pub fn show(app: &AppHandle, notice: Notice) {
    use tauri_plugin_notification::NotificationExt;
    if let Err(error) = app.notification().builder().title(&notice.title).body(&notice.body).show() {
        tracing::debug!(%error, "the desktop shows no notifications");
    }
}

/// Opens what `notice` is about in the window.
#[cfg(target_os = "linux")]
fn open(app: &AppHandle, notice: &Notice) {
    app.state::<Page>().navigate(Place { project: notice.project, feature: notice.feature });
    desktop::open_window(app);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn what_an_agent_wrote_is_no_markup() {
        assert_eq!(super::plain("<b>done</b> & gone"), "&lt;b&gt;done&lt;/b&gt; &amp; gone");
    }
}
