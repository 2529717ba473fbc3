//! How often somebody may try: five times a minute from one address, and five times a minute at one account.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The span in which attempts are counted.
const SPAN: Duration = Duration::from_secs(60);
/// Attempts within it.
const ATTEMPTS: usize = 5;
/// Addresses and accounts that are counted at the same time. When more come, they wait: forgetting those that are
/// counted would be a way around the counting.
const COUNTED: usize = 10_000;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    /// One address, or one network of an IPv6 customer.
    Address(IpAddr),
    /// One account, by the tag of its name, whether or not it exists.
    Account([u8; 32]),
}

/// Counts attempts.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    addresses: Counter,
    accounts: Counter,
}

#[derive(Debug, Default)]
struct Counter(Mutex<HashMap<Who, VecDeque<Instant>>>);

/// An attempt that was counted.
#[derive(Debug)]
pub(super) struct Attempt {
    who: Vec<Who>,
    at: Instant,
}

impl Throttle {
    /// Counts an attempt from `address`, and at `account` where there is one. Fails with how long to wait, in seconds.
    pub fn attempt(&self, address: IpAddr, account: Option<[u8; 32]>, now: Instant) -> Result<Attempt, u64> {
        let address = Who::Address(network(address));
        self.addresses.count(address.clone(), now)?;
        let mut attempt = Attempt { who: vec![address], at: now };
        if let Some(account) = account {
            let account = Who::Account(account);
            // Counted for the address all the same: it tried.
            self.accounts.count(account.clone(), now)?;
            attempt.who.push(account);
        }
        Ok(attempt)
    }

    /// Who was let in did not guess: that one attempt is not counted.
    pub fn forgive(&self, attempt: &Attempt) {
        for who in &attempt.who {
            match who {
                Who::Address(_) => self.addresses.uncount(who, attempt.at),
                Who::Account(_) => self.accounts.uncount(who, attempt.at),
            }
        }
    }
}

impl Counter {
    fn count(&self, who: Who, now: Instant) -> Result<(), u64> {
        let mut counted = self.counted();
        if counted.len() >= COUNTED && !counted.contains_key(&who) {
            counted.retain(|_, attempts| attempts.back().is_some_and(|last| now.duration_since(*last) < SPAN));
            if counted.len() >= COUNTED {
                return Err(SPAN.as_secs());
            }
        }
        let attempts = counted.entry(who).or_default();
        while attempts.front().is_some_and(|first| now.duration_since(*first) >= SPAN) {
            attempts.pop_front();
        }
        if attempts.len() >= ATTEMPTS {
            let first = attempts.front().map_or(SPAN, |first| SPAN.saturating_sub(now.duration_since(*first)));
            return Err(first.as_secs() + 1);
        }
        attempts.push_back(now);
        Ok(())
    }

    fn uncount(&self, who: &Who, at: Instant) {
        let mut counted = self.counted();
        if let Some(attempts) = counted.get_mut(who) {
            if let Some(place) = attempts.iter().position(|attempt| *attempt == at) {
                attempts.remove(place);
            }
            if attempts.is_empty() {
                counted.remove(who);
            }
        }
    }

    fn counted(&self) -> MutexGuard<'_, HashMap<Who, VecDeque<Instant>>> {
        // Whole after every statement, so a panic elsewhere cannot have left it half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A customer has a whole /64 of IPv6 at least, and could come from another address each time.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn five_attempts_a_minute_and_then_it_says_how_long_to_wait() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let at = |seconds| throttle.attempt(ip("10.0.0.1"), None, start + Duration::from_secs(seconds));
        for second in 0..5 {
            assert!(at(second).is_ok(), "attempt {second}");
        }
        assert_eq!(at(10).expect_err("the sixth"), 51);
        assert!(throttle.attempt(ip("10.0.0.2"), None, start).is_ok(), "another address is another matter");
        assert!(at(61).is_ok(), "the first one is a minute ago");
    }

    #[test]
    fn an_account_is_guarded_wherever_attempts_come_from_and_an_ipv6_network_is_one_address() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for last in 1..=5 {
            assert!(throttle.attempt(ip(&format!("10.0.0.{last}")), Some([1; 32]), now).is_ok());
        }
        assert!(throttle.attempt(ip("10.0.0.9"), Some([1; 32]), now).is_err(), "many addresses, one account");
        assert!(throttle.attempt(ip("10.0.0.9"), Some([2; 32]), now).is_ok());
        for last in 1..=5 {
            assert!(throttle.attempt(ip(&format!("2001:db8:1:2::{last}")), None, now).is_ok());
        }
        assert!(throttle.attempt(ip("2001:db8:1:2:ffff::1"), None, now).is_err(), "the same network");
        assert!(throttle.attempt(ip("2001:db8:1:3::1"), None, now).is_ok());
        for _ in 0..5 {
            assert!(throttle.attempt(ip("::ffff:192.0.2.1"), None, now).is_ok());
        }
        assert!(throttle.attempt(ip("192.0.2.1"), None, now).is_err(), "the same address in other clothes");
    }

    #[test]
    fn who_gets_in_is_not_counted_and_memory_is_bounded() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..20 {
            let attempt = throttle.attempt(ip("10.0.0.1"), Some([1; 32]), now).expect("let in");
            throttle.forgive(&attempt);
        }
        assert!(throttle.addresses.counted().is_empty() && throttle.accounts.counted().is_empty());
        for number in 0..u32::try_from(COUNTED).expect("a number") + 100 {
            let _ = throttle.attempt(IpAddr::V4((0x0a00_0000 + number).into()), None, now);
        }
        assert_eq!(throttle.addresses.counted().len(), COUNTED);
        assert!(throttle.attempt(ip("192.0.2.1"), None, now).is_err(), "nobody is forgotten for somebody else");
        assert!(throttle.attempt(ip("192.0.2.1"), None, now + SPAN).is_ok(), "until their minute is over");
    }
}
