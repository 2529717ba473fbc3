//! Programs that speak to other machines.

mod address;
mod curl;
mod fetch;
mod reach;

use super::{
    Rules,
    court::{Court, Ruling},
    rules,
};
use crate::{
    AllowedHosts,
    shell::{Unknown, Word},
};

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

/// Whether packages may be fetched from this address: a public registry's, this machine's own, or a host that the policy
/// lists, wherever it lies.
pub(super) fn index(court: &mut Court<'_>, word: &Word) -> Ruling {
    let hosts = AllowedHosts::usual().with(court.policy.layers().hosts());
    let is_listed = address::host_and_port(word).is_some_and(|(host, port)| hosts.reach(&host, port).is_some());
    // What another command prints would go out as a part of the address.
    if is_listed && word.unknown != Some(Unknown::Output) {
        return Ok(());
    }
    match address::speak(word)? {
        address::Reach::Here => Ok(()),
        address::Reach::Anybody => court.take(rules::PACKAGE_INDEX.ask(format!("`{}`", word.shown()))),
    }
}
