//! Who holds something open, and whether they may still: whoever is revoked is cut off within two seconds, also by another
//! process, and at once by this one.

use harness_domain::{
    event::Event,
    id::{DeviceId, TokenId},
};
use harness_engine::{
    accounts::Accounts,
    bus::{Bus, Delivery},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often everybody is asked for, for the sake of other processes.
const EVERY: Duration = Duration::from_secs(2);

/// Through what somebody is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Through {
    /// A signed-in device.
    Device(DeviceId),
    /// A token for scripts.
    Token(TokenId),
}

/// The ones who are in, at most one entry for each device and token.
#[derive(Debug)]
pub(super) struct Watch {
    seen: Arc<Mutex<HashMap<Through, CancellationToken>>>,
    ending: CancellationToken,
}

impl Watch {
    /// Looks after whoever comes. Must be called within a tokio runtime.
    pub fn start(accounts: Accounts, bus: &Bus) -> Self {
        let (seen, ending) = (Arc::default(), CancellationToken::new());
        let looking = look(accounts, bus.subscribe(None), Arc::downgrade(&seen));
        // Ends with the watch; nobody waits for it.
        TaskTracker::new().spawn(ending.clone().run_until_cancelled_owned(looking));
        Self { seen, ending }
    }

    /// What is cancelled when `who` is no longer let in.
    pub fn on(&self, who: Through) -> CancellationToken {
        lock(&self.seen).entry(who).or_default().clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.ending.cancel();
    }
}

type Seen = Mutex<HashMap<Through, CancellationToken>>;

async fn look(accounts: Accounts, mut events: harness_engine::bus::Subscription, seen: Weak<Seen>) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let is_time = tokio::select! {
            _ = tick.tick() => true,
            delivery = events.next() => !matches!(
                delivery,
                Delivery::Event(envelope) if !matches!(envelope.event, Event::AccountsChanged {})
            ),
        };
        if !is_time {
            continue;
        }
        let Some(seen) = seen.upgrade() else { return };
        let accounts = accounts.clone();
        // A database that cannot be asked just now is asked again: those who ask for something new are refused anyway.
        let _ = tokio::task::spawn_blocking(move || cut_off(&accounts, &seen)).await;
    }
}

fn cut_off(accounts: &Accounts, seen: &Seen) {
    let all: Vec<Through> = lock(seen).keys().copied().collect();
    for who in all {
        let is_in = match who {
            Through::Device(device) => accounts.session(device).map(|found| found.is_some()),
            Through::Token(token) => accounts.token_by_id(token).map(|found| found.is_some()),
        };
        if matches!(is_in, Ok(false))
            && let Some(cancelled) = lock(seen).remove(&who)
        {
            cancelled.cancel();
        }
    }
}

fn lock(seen: &Seen) -> MutexGuard<'_, HashMap<Through, CancellationToken>> {
    // Whole after every statement, so a panic elsewhere cannot have left it half-changed.
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
