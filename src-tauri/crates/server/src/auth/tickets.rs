//! Tickets for sockets where cookies cannot go: one use, thirty seconds.

use super::keys::random_hex;
use harness_domain::id::DeviceId;
use std::{
    collections::HashMap,
    io,
    sync::{Mutex, PoisonError},
};

/// How long a ticket works, in milliseconds.
const LIFE_MS: i64 = 30_000;
/// Tickets of one device at a time; the oldest goes.
const OF_ONE: usize = 10;
/// Tickets at a time.
const MOST: usize = 1000;

/// Tickets that were given out and not used. In memory only: they end with the process.
#[derive(Debug, Default)]
pub(super) struct Tickets(Mutex<HashMap<String, Ticket>>);

#[derive(Debug, Clone, Copy)]
struct Ticket {
    device: DeviceId,
    expires_at_ms: i64,
}

impl Tickets {
    /// A ticket for a device, and when it ends. Fails when there are too many.
    pub fn issue(&self, device: DeviceId, now_ms: i64) -> io::Result<(String, i64)> {
        let (ticket, expires_at_ms) = (random_hex(32)?, now_ms + LIFE_MS);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, ticket| ticket.expires_at_ms > now_ms);
        let own = || open.iter().filter(|(_, ticket)| ticket.device == device);
        if own().count() >= OF_ONE {
            let oldest = own().min_by_key(|(_, ticket)| ticket.expires_at_ms).map(|(name, _)| name.clone());
            oldest.and_then(|oldest| open.remove(&oldest));
        }
        if open.len() >= MOST {
            return Err(io::Error::other("too many sockets are about to be opened"));
        }
        open.insert(ticket.clone(), Ticket { device, expires_at_ms });
        Ok((ticket, expires_at_ms))
    }

    /// Spends a ticket: whose it is, if it works.
    pub fn spend(&self, ticket: &str, now_ms: i64) -> Option<DeviceId> {
        let spent = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket)?;
        (spent.expires_at_ms > now_ms).then_some(spent.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_works_once_for_thirty_seconds() {
        let tickets = Tickets::default();
        let (ticket, expires_at_ms) = tickets.issue(DeviceId(7), 1000).expect("a ticket");
        assert_eq!(expires_at_ms, 31_000);
        assert_eq!(tickets.spend(&ticket, 2000), Some(DeviceId(7)));
        assert_eq!(tickets.spend(&ticket, 2000), None, "once");
        let (late, _) = tickets.issue(DeviceId(7), 1000).expect("a ticket");
        assert_eq!(tickets.spend(&late, 31_000), None, "thirty seconds");
        assert_eq!(tickets.spend("guess", 0), None);
    }

    #[test]
    fn one_device_cannot_hold_more_than_its_share() {
        let tickets = Tickets::default();
        let (first, _) = tickets.issue(DeviceId(1), 0).expect("a ticket");
        for at in 1..=10 {
            tickets.issue(DeviceId(1), at).expect("a ticket");
        }
        assert_eq!(tickets.0.lock().expect("whole").len(), OF_ONE);
        assert_eq!(tickets.spend(&first, 20), None, "the oldest went");
    }
}
