//! Events, in order, for anyone who listens: late joiners catch up, slow ones are told what they missed.

use crate::{clock::Clock, redact};
use harness_domain::{
    event::{Envelope, Event},
    id::ProjectId,
};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Notify;

/// Events kept for late joiners. A run of a day makes a few ten thousand.
const REMEMBERED: usize = 10_000;
/// How much of one text an event carries: with ten thousand of them remembered, memory stays in bounds.
const TEXT_CHARS: usize = 4_000;
/// How many texts one list in an event has.
const TEXTS: usize = 100;

/// Publishes events and remembers the last 10,000. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    epoch: String,
    clock: Arc<dyn Clock>,
    ring: Mutex<Ring>,
    published: Notify,
}

#[derive(Default)]
struct Ring {
    /// The number of the newest event.
    last: u64,
    events: VecDeque<Envelope>,
}

/// What a subscriber gets next.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// The next event in order.
    Event(Envelope),
    /// Events up to and including this number are no longer remembered; read the state anew and go on after it.
    Missed {
        /// The number of the last event that is gone.
        through: u64,
    },
}

/// A place in the order of events.
pub struct Subscription {
    inner: Arc<Inner>,
    after: u64,
}

impl Bus {
    /// A bus with no history, under a fresh epoch.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let epoch = uuid::Uuid::new_v4().simple().to_string();
        Self { inner: Arc::new(Inner { epoch, clock, ring: Mutex::default(), published: Notify::new() }) }
    }

    /// Appends one event, without credentials and with no text longer than 4,000 characters. Never blocks on a subscriber.
    pub fn publish(&self, project: ProjectId, event: Event) {
        let event = presentable(event);
        let at_ms = self.inner.clock.now_ms();
        let mut ring = self.inner.ring();
        ring.last += 1;
        let envelope = Envelope { seq: ring.last, epoch: self.inner.epoch.clone(), at_ms, project, event };
        if ring.events.len() == REMEMBERED {
            ring.events.pop_front();
        }
        ring.events.push_back(envelope);
        drop(ring);
        self.inner.published.notify_waiters();
    }

    /// Everything published after number `after`; `None` means from now on.
    ///
    /// Joining is atomic: no event falls between what was remembered and what is new.
    pub fn subscribe(&self, after: Option<u64>) -> Subscription {
        let last = self.inner.ring().last;
        Subscription { inner: self.inner.clone(), after: after.unwrap_or(last).min(last) }
    }

    /// Which start of the host the numbers belong to.
    pub fn epoch(&self) -> &str {
        &self.inner.epoch
    }
}

/// `event` as it may be shown to anyone and kept in memory.
fn presentable(event: Event) -> Event {
    let Ok(mut fact) = serde_json::to_value(&event) else { return event };
    let (has_secret, is_long) = (redact::value(&mut fact), shorten(&mut fact));
    if !has_secret && !is_long {
        return event;
    }
    serde_json::from_value(fact).unwrap_or_else(|error| Event::Noticed {
        topic: "event_withheld".into(),
        message: format!("Something happened that could not be told without a secret in it ({error})."),
    })
}

/// Cuts long texts and long lists of texts. Returns whether there was one.
fn shorten(fact: &mut Value) -> bool {
    match fact {
        Value::String(text) => match text.char_indices().nth(TEXT_CHARS) {
            Some((end, _)) => {
                text.truncate(end);
                text.push('…');
                true
            }
            None => false,
        },
        Value::Array(values) => {
            let mut is_long = false;
            if values.len() > TEXTS && values.iter().all(Value::is_string) {
                let more = values.len() - TEXTS;
                values.truncate(TEXTS);
                values.push(format!("… and {more} more").into());
                is_long = true;
            }
            for value in values {
                is_long |= shorten(value);
            }
            is_long
        }
        Value::Object(fields) => {
            let mut is_long = false;
            for value in fields.values_mut() {
                is_long |= shorten(value);
            }
            is_long
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

impl Inner {
    /// What follows number `after`, if anything does yet.
    fn after(&self, after: u64) -> Option<Delivery> {
        let ring = self.ring();
        let first = ring.events.front()?.seq;
        if ring.last == after {
            return None;
        }
        if after + 1 < first {
            return Some(Delivery::Missed { through: first - 1 });
        }
        let place = usize::try_from(after + 1 - first).ok()?;
        ring.events.get(place).cloned().map(Delivery::Event)
    }

    fn ring(&self) -> std::sync::MutexGuard<'_, Ring> {
        // The ring is whole after every statement, so a panic elsewhere cannot have left it half-changed.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// The number of the event after which it goes on.
    pub fn position(&self) -> u64 {
        self.after
    }

    /// The next event, waiting for it if need be. Cancel-safe: an event is consumed only when it is returned.
    pub async fn next(&mut self) -> Delivery {
        loop {
            let mut published = std::pin::pin!(self.inner.published.notified());
            // Registered before looking, so that an event published in between still wakes us.
            published.as_mut().enable();
            if let Some(delivery) = self.inner.after(self.after) {
                self.after = delivery.number();
                return delivery;
            }
            published.await;
        }
    }

    /// The next event if there is one already.
    pub fn try_next(&mut self) -> Option<Delivery> {
        let delivery = self.inner.after(self.after)?;
        self.after = delivery.number();
        Some(delivery)
    }
}

impl Delivery {
    /// The number after which the next delivery goes on.
    fn number(&self) -> u64 {
        match self {
            Delivery::Event(envelope) => envelope.seq,
            Delivery::Missed { through } => *through,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::FixedClock;

    fn bus() -> Bus {
        Bus::new(Arc::new(FixedClock::at(0)))
    }

    fn event(number: u32) -> Event {
        Event::ProgressChanged { passing: number, total: 0 }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn joining_at_any_moment_loses_and_repeats_nothing() {
        let bus = bus();
        let publisher = bus.clone();
        let writing = std::thread::spawn(move || (1..=5_000).for_each(|n| publisher.publish(ProjectId(1), event(n))));
        for start in 0..50 {
            let mut subscription = bus.subscribe(Some(start));
            for expected in start + 1..=start + 100 {
                let Delivery::Event(envelope) = subscription.next().await else { panic!("nothing was forgotten yet") };
                assert_eq!(envelope.seq, expected, "events arrive in order, each once");
            }
        }
        writing.join().expect("the publisher ends");
    }

    #[test]
    fn a_secret_in_an_event_reaches_nobody_who_listens() {
        let bus = bus();
        let key = format!("{}-ant-api03-{}", "sk", "Zk3vQ9xLpW7mRt2Y".repeat(6));
        let mut listening = bus.subscribe(Some(0));
        let told = format!("The service refused {key} just now.");
        bus.publish(ProjectId(1), Event::Noticed { topic: "account".into(), message: told });
        let Some(Delivery::Event(envelope)) = listening.try_next() else { panic!("it was published") };
        let heard = serde_json::to_string(&envelope).expect("an event is JSON");
        assert!(!heard.contains(&key) && heard.contains("just now"), "the words stay and the key does not: {heard}");
    }

    #[test]
    fn texts_that_never_end_are_cut_and_lists_of_ids_are_not() {
        let long = "é".repeat(10_000);
        let (bus, warnings) = (bus(), vec![long.clone(); 150]);
        let mut events = bus.subscribe(None);
        bus.publish(ProjectId(1), Event::Noticed { topic: "t".into(), message: long });
        let evidence = harness_domain::id::EvidenceId(1);
        let feature = harness_domain::id::FeatureId(1);
        bus.publish(ProjectId(1), Event::EvidenceStored { feature, evidence, is_passing: false, warnings });
        bus.publish(
            ProjectId(1),
            Event::FeaturesCreated { features: (1..=500).map(harness_domain::id::FeatureId).collect() },
        );
        let Some(Delivery::Event(first)) = events.try_next() else { panic!("it was published") };
        let Event::Noticed { message, .. } = first.event else { panic!("it is what was published") };
        assert_eq!(message.chars().count(), TEXT_CHARS + 1, "cut between characters, with a sign of it");
        let Some(Delivery::Event(second)) = events.try_next() else { panic!("it was published") };
        let Event::EvidenceStored { warnings, .. } = second.event else { panic!("it is what was published") };
        assert_eq!(warnings.len(), TEXTS + 1, "the last one says how many more there are");
        assert!(warnings.iter().all(|warning| warning.chars().count() <= TEXT_CHARS + 1), "each is cut too");
        let Some(Delivery::Event(third)) = events.try_next() else { panic!("it was published") };
        let Event::FeaturesCreated { features } = third.event else { panic!("it is what was published") };
        assert_eq!(features.len(), 500, "a reader has to know every card");
    }

    #[tokio::test]
    async fn a_slow_subscriber_is_told_what_it_missed_and_goes_on_after_it() {
        let bus = bus();
        let mut slow = bus.subscribe(None);
        (1..=10_005).for_each(|n| bus.publish(ProjectId(1), event(n)));
        assert_eq!(slow.next().await, Delivery::Missed { through: 5 }, "five events fell out of memory");
        let Delivery::Event(envelope) = slow.next().await else { panic!("the sixth is remembered") };
        assert_eq!(envelope.seq, 6, "the first remembered event follows the gap");
    }
}
