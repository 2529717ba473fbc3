//! Programs that speak to other machines.

mod address;
mod curl;
mod fetch;
mod reach;

use super::{Rules, court::Ruling};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["curl"], curl::curl),
    (&["wget"], fetch::wget),
    (&["http", "https", "httpie", "xh", "xhs"], fetch::httpie),
    (
        &[
            "ping",
            "dig",
            "host",
            "nslookup",
            "traceroute",
            "tracepath",
            "mtr",
            "whois",
            "drill",
            "delv",
            "kdig",
            "ping6",
            "fping",
            "arping",
            "resolvectl",
        ],
        reach::lookup,
    ),
    (&["nc", "ncat", "netcat"], reach::probe),
    (&["ab", "wrk", "hey", "autocannon", "k6", "grpcurl", "websocat", "wscat"], reach::load),
];

/// Whether this address may be spoken to at all.
pub(super) fn address(word: &Word) -> Ruling {
    address::speak(word).map(|_| ())
}
