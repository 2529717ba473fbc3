//! The event stream as clients hear it: a greeting, the events in order, and a word when some were missed.

use crate::host::Api;
use harness_domain::event::Envelope;
use harness_engine::{
    bus::{Delivery, Subscription},
    runs::Watching,
};
use serde::{Deserialize, Serialize};
use specta::Type;
use std::collections::VecDeque;

/// From where on a client listens: after the last event it heard, if it heard any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Type)]
pub struct JoinStream {
    /// The number of the last event it heard.
    #[serde(default)]
    #[specta(optional, type = Option<specta_typescript::Number>)]
    pub after: Option<u64>,
    /// The epoch that number is of.
    #[serde(default)]
    #[specta(optional)]
    pub epoch: Option<String>,
}

/// One message of the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum Frame {
    /// The first one: where the stream stands.
    Hello {
        /// Changes with every start of the host.
        epoch: String,
        /// The event after which this stream goes on.
        #[specta(type = specta_typescript::Number)]
        seq: u64,
    },
    /// Something happened.
    Event {
        /// What, and its place in the order.
        envelope: Envelope,
    },
    /// Events are missing, up to and including this one: read everything anew.
    Resync {
        /// The last event that is gone.
        #[specta(type = specta_typescript::Number)]
        seq: u64,
    },
}

/// The frames of one client, in order. Dropping it ends the listening.
pub struct Frames {
    first: VecDeque<Frame>,
    subscription: Subscription,
    /// Somebody looks, so what other processes change is looked for too.
    _watching: Watching,
}

impl Api {
    /// Listens from now on, or from where the client was. Joining is atomic: no event is lost or told twice.
    ///
    /// The first frame is always a hello. When the client's last event was of another epoch, or is not remembered any
    /// more, a resync follows. Must be called within a tokio runtime.
    pub fn subscribe(&self, join: &JoinStream) -> Frames {
        let bus = &self.app().bus;
        let is_same = join.epoch.as_deref().is_none_or(|epoch| epoch == bus.epoch());
        let subscription = bus.subscribe(join.after.filter(|_| is_same));
        let seq = subscription.position();
        let mut first = VecDeque::from([Frame::Hello { epoch: bus.epoch().to_owned(), seq }]);
        // Also when it heard of numbers that were never given out here.
        if join.after.is_some_and(|after| !is_same || after > seq) {
            first.push_back(Frame::Resync { seq });
        }
        Frames { first, subscription, _watching: self.runs().watch() }
    }
}

impl Frames {
    /// The next frame, waiting for it if need be. Cancel-safe.
    pub async fn next(&mut self) -> Frame {
        match self.first.pop_front() {
            Some(frame) => frame,
            None => self.subscription.next().await.into(),
        }
    }

    /// The next frame if there is one already.
    pub fn try_next(&mut self) -> Option<Frame> {
        self.first.pop_front().or_else(|| self.subscription.try_next().map(Frame::from))
    }
}

impl From<Delivery> for Frame {
    fn from(delivery: Delivery) -> Self {
        match delivery {
            Delivery::Event(envelope) => Frame::Event { envelope },
            Delivery::Missed { through } => Frame::Resync { seq: through },
        }
    }
}
