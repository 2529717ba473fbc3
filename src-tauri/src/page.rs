//! What the host tells the page in the window beside the product's own events.

use crate::place::Place;
use harness_domain::id::ProjectId;
use serde::Serialize;
use specta::Type;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tauri::ipc::Channel;

/// Something the page has to show or answer.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum HostEvent {
    /// A link or a notification leads here.
    Navigate {
        /// Where to.
        place: Place,
    },
    /// The person quits while runs are under way: ask what to do, say at once with `quit_shown` that the question is on
    /// the screen, and give the answer with `quit_answer`.
    QuitAsked {
        /// Where runs are under way.
        projects: Vec<ProjectId>,
    },
    /// The CLI's own login wrote a line.
    LoginSaid {
        /// The line, as the CLI wrote it.
        line: String,
    },
    /// The CLI's own login ended.
    LoginEnded {
        /// Whether it says that it succeeded.
        is_ok: bool,
    },
}

/// The page, or what it is to be told as soon as it listens.
#[derive(Default)]
pub struct Page {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    channel: Option<Channel<HostEvent>>,
    /// Where the page is to go first. Only the last place counts.
    first: Option<Place>,
}

impl Page {
    /// From now on the page hears through `channel`; a page that was there before hears nothing any more.
    pub fn listen(&self, channel: Channel<HostEvent>) {
        let mut state = self.state();
        if let Some(place) = state.first.take() {
            send(&channel, HostEvent::Navigate { place });
        }
        state.channel = Some(channel);
    }

    /// The page is being loaded anew: what is said now would be lost.
    pub fn forget(&self) {
        self.state().channel = None;
    }

    /// Leads to a place, at once or as soon as there is a page.
    pub fn navigate(&self, place: Place) {
        let mut state = self.state();
        match &state.channel {
            Some(channel) => send(channel, HostEvent::Navigate { place }),
            None => state.first = Some(place),
        }
    }

    /// Tells the page something. Returns whether there is a page that could hear it.
    pub fn tell(&self, event: HostEvent) -> bool {
        let channel = self.state().channel.clone();
        channel.is_some_and(|channel| channel.send(event).is_ok())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Both fields are whole after every statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn send(channel: &Channel<HostEvent>, event: HostEvent) {
    if let Err(error) = channel.send(event) {
        tracing::warn!(%error, "the page could not be told where to go");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tauri::ipc::InvokeResponseBody;

    fn place(project: u32) -> Place {
        Place { project: ProjectId(project), feature: None }
    }

    fn listener() -> (Channel<HostEvent>, Arc<Mutex<Vec<String>>>) {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = heard.clone();
        let channel = Channel::new(move |body| {
            if let InvokeResponseBody::Json(json) = body {
                ear.lock().expect("a test's own lock").push(json);
            }
            Ok(())
        });
        (channel, heard)
    }

    #[test]
    fn a_link_that_comes_before_the_page_is_there_is_followed_once_it_is() {
        let page = Page::default();
        page.navigate(place(1));
        page.navigate(place(2));
        let (channel, heard) = listener();
        page.listen(channel);
        let heard = heard.lock().expect("a test's own lock");
        assert_eq!(heard.len(), 1, "the page goes to one place only: {heard:?}");
        assert!(heard[0].contains(r#""project":2"#), "and that is the last one asked for: {heard:?}");
    }

    #[test]
    fn while_the_page_is_loaded_anew_nothing_counts_as_said() {
        let page = Page::default();
        let (channel, _heard) = listener();
        page.listen(channel);
        assert!(page.tell(HostEvent::QuitAsked { projects: vec![ProjectId(1)] }), "the page is there");
        page.forget();
        assert!(!page.tell(HostEvent::QuitAsked { projects: vec![ProjectId(1)] }), "nobody would show the question");
    }
}
