//! Which addresses a session may fetch.

use crate::Verdict;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Where an address leads, as far as its text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Somewhere on the public network.
    Public,
    /// This machine.
    Loopback,
    /// A network that is not the public one: the office's, the cloud's, another program's.
    Private,
}

/// Endings of names that mean something inside a network, and nothing outside.
const INTERNAL_ENDINGS: [&str; 16] = [
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "localdomain",
    "home.arpa",
    "svc",
    "consul",
    "arpa",
    "onion",
    "test",
    "invalid",
    "mail",
];
/// Public names that are answered with whatever address they contain, or with this machine's own.
const ANSWERED_WITH_ANY_ADDRESS: [&str; 11] = [
    "nip.io",
    "sslip.io",
    "xip.io",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "lacolhost.com",
    "traefik.me",
    "localho.st",
    "rbndr.us",
    "1u.ms",
];

/// Whether a page may be fetched for an agent: only by `http` and `https`, without a login in the address, and only from
/// the public network. The project's own server on this machine is asked with `curl`, which the shell policy judges.
///
/// Looks at the text only: a public name can still be answered with a private address, which no text shows.
pub fn judge_url(text: &str) -> Verdict {
    let parsed = match Url::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            return Verdict::deny(
                "url.unreadable",
                format!("{text:?} is no address ({error}); give a whole https:// one"),
            );
        }
    };
    if !matches!(parsed.scheme(), "http" | "https") {
        let reason =
            format!("{}: is not fetched, only http and https; read files of the project with Read", parsed.scheme());
        return Verdict::deny("url.scheme", reason);
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Verdict::deny("url.login", "the address contains a login; leave it out");
    }
    let host = parsed.host_str().unwrap_or_default();
    match place_of(parsed.host()) {
        Place::Public => Verdict::allow(),
        Place::Loopback => {
            let reason = format!("{host} is this machine; ask the project's own server with curl instead");
            Verdict::deny("url.loopback", reason)
        }
        Place::Private => {
            let reason = format!("{host} is not on the public network; ask the person for what the work needs of it");
            Verdict::deny("url.private", reason)
        }
    }
}

/// Where the host of an address leads, whatever its scheme; none when there is no host in it, or it cannot be read.
///
/// Looks at the text only, as [`judge_url`] does.
pub fn place_of_url(text: &str) -> Option<Place> {
    let parsed = Url::parse(text).ok()?;
    match parsed.host()? {
        // Of a scheme that is not the web's, the host is left as it was written.
        Host::Domain(name) if !matches!(parsed.scheme(), "http" | "https" | "ws" | "wss" | "ftp") => {
            place_of_host(name)
        }
        host => Some(place_of(Some(host))),
    }
}

/// Where a host leads, written as in an address: a name, or a number in any of the forms that are understood; none when it
/// is neither.
pub fn place_of_host(text: &str) -> Option<Place> {
    let host = Host::parse(text).ok()?;
    Some(place_of(Some(match &host {
        Host::Domain(name) => Host::Domain(name.as_str()),
        Host::Ipv4(address) => Host::Ipv4(*address),
        Host::Ipv6(address) => Host::Ipv6(*address),
    })))
}

/// Where an address leads.
pub(crate) fn place_of_address(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => place_of_v4(address),
        IpAddr::V6(address) => place_of_v6(address),
    }
}

fn place_of(host: Option<Host<&str>>) -> Place {
    match host {
        Some(Host::Domain(name)) => place_of_name(name),
        Some(Host::Ipv4(address)) => place_of_v4(address),
        Some(Host::Ipv6(address)) => place_of_v6(address),
        None => Place::Private,
    }
}

fn place_of_name(name: &str) -> Place {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends_with = |ending: &str| name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if ends_with("localhost") || matches!(name.as_str(), "localhost.localdomain" | "ip6-localhost" | "ip6-loopback") {
        return Place::Loopback;
    }
    // A name without a dot is completed by the network's own search list.
    let is_internal = !name.contains('.')
        || INTERNAL_ENDINGS.into_iter().any(ends_with)
        || ANSWERED_WITH_ANY_ADDRESS.into_iter().any(ends_with);
    if is_internal { Place::Private } else { Place::Public }
}

fn place_of_v4(address: Ipv4Addr) -> Place {
    if address.is_loopback() || address.is_unspecified() {
        return Place::Loopback;
    }
    let is_private = match address.octets() {
        [0 | 10, ..] | [169, 254, ..] | [192, 168, ..] | [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        [100, second, ..] => (64..128).contains(&second), // shared by the provider's customers
        [172, second, ..] => (16..32).contains(&second),
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true, // benchmarks and examples
        [first, ..] => first >= 224,                                       // to many, and reserved
    };
    if is_private { Place::Private } else { Place::Public }
}

fn place_of_v6(address: Ipv6Addr) -> Place {
    if address.is_loopback() || address.is_unspecified() {
        return Place::Loopback;
    }
    let parts = address.segments();
    let v4 = |high: u16, low: u16| place_of_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match parts {
        // An address of the old kind inside one of the new: mapped, compatible, translated (two ways), by a tunnel.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0, 0, 0, 0, 0xffff, 0, high, low] | [0x2002, high, low, ..] => v4(high, low),
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => v4(high, low),
        [0x2001, 0, ..] | [0x2001, 0xdb8, ..] | [0x2001, 0x10..=0x2f, ..] | [0x3fff, ..] => Place::Private,
        [first, ..] if first & 0xe000 == 0x2000 => Place::Public,
        _ => Place::Private,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_public_network_are_fetched() {
        for url in [
            "https://doc.rust-lang.org/std/",
            "http://example.com",
            "https://93.184.216.34/",
            "https://[2606:4700::1111]/",
            "https://bücher.example.com/ü?q=http://127.0.0.1",
            "https://localhost.example.com/",
            "https://host.com:8443/x",
            "https://developer.mozilla.org/en-US/docs/Web#internal",
            "https://172.15.0.1",
            "https://100.128.0.1",
            "https://registry.npmjs.org/localhost",
            "https://home.com",
            "https://mylocal.dev",
        ] {
            let verdict = judge_url(url);
            assert!(verdict.is_allowed(), "{url} is public: {verdict}");
        }
    }

    #[test]
    fn no_spelling_of_this_machine_is_fetched() {
        for url in [
            "http://localhost",
            "http://LOCALHOST:3000/",
            "http://localhost./",
            "http://a.localhost",
            "http://127.0.0.1",
            "http://127.1",
            "http://2130706433/",
            "http://0x7f000001",
            "http://0177.0.0.1",
            "http://0x7f.1",
            "http://0/",
            "http://0.0.0.0:22",
            "http://[::1]/",
            "http://[::]",
            "http://[::ffff:127.0.0.1]",
            "http://[0:0:0:0:0:0:0:1]",
            "http://１２７.０.０.１/",
            "http://127。0。0。1/",
            "http:\\\\127.0.0.1\\x",
            "http:/127.0.0.1",
            "http:127.0.0.1",
            "ht\ntp://127.0.0.1",
            " http://127.0.0.1",
            "http://%6c%6f%63alhost/",
            "http://ⓛocalhost",
            "http://lo\u{ad}calhost",
            "http://[64:ff9b::7f00:1]",
            "http://[2002:7f00:1::]",
            "http://localhost.localdomain",
            "http://127.0.0.1.",
        ] {
            let verdict = judge_url(url);
            assert_eq!(verdict.rule, "url.loopback", "{url:?} is this machine: {verdict}");
        }
    }

    #[test]
    fn networks_that_are_not_public_are_refused_in_every_spelling() {
        for url in [
            "http://169.254.169.254/latest/meta-data/",
            "http://2852039166/",
            "http://0xa9fea9fe",
            "http://0251.0376.0251.0376",
            "http://10.0.0.1",
            "http://192.168.1.1",
            "http://172.16.0.1",
            "http://172.31.255.255",
            "http://100.64.0.1",
            "http://198.18.0.1",
            "http://224.0.0.1",
            "http://255.255.255.255",
            "http://[fd00:ec2::254]/",
            "http://[fe80::1]",
            "http://[fec0::1]",
            "http://[ff02::1]",
            "http://[::ffff:10.0.0.1]",
            "http://[::10.0.0.1]",
            "http://[64:ff9b::a00:1]",
            "http://[64:ff9b:1::1]",
            "http://[2002:a00:1::]",
            "http://[2001:db8::1]",
            "http://[2001::1]",
            "http://[2001:4860::5efe:a00:1]",
            "http://metadata.google.internal/",
            "http://printer.local",
            "http://router",
            "http://intranet/",
            "http://db.corp.",
            "http://169.254.169.254.nip.io",
            "http://a.localtest.me",
            "http://kubernetes.default.svc",
            "http://x.home.arpa",
        ] {
            let verdict = judge_url(url);
            assert_eq!(verdict.rule, "url.private", "{url:?} is no public address: {verdict}");
        }
    }

    #[test]
    fn only_the_web_is_fetched_and_without_logins() {
        for (url, rule) in [
            ("file:///etc/passwd", "url.scheme"),
            ("FILE:///etc/passwd", "url.scheme"),
            ("ftp://example.com", "url.scheme"),
            ("gopher://example.com", "url.scheme"),
            ("data:text/html,x", "url.scheme"),
            ("javascript:alert(1)", "url.scheme"),
            ("view-source:http://example.com", "url.scheme"),
            ("/etc/passwd", "url.unreadable"),
            ("", "url.unreadable"),
            ("http://", "url.unreadable"),
            ("http://[::1", "url.unreadable"),
            ("example.com", "url.unreadable"),
            ("https://user:pass@example.com", "url.login"),
            ("https://example.com@127.0.0.1", "url.login"),
        ] {
            let verdict = judge_url(url);
            assert_eq!(verdict.rule, rule, "{url:?}: {verdict}");
        }
    }

    #[test]
    fn a_host_alone_is_placed_like_one_in_an_address() {
        assert_eq!(place_of_host("localhost"), Some(Place::Loopback));
        assert_eq!(place_of_host("0x7f.1"), Some(Place::Loopback));
        assert_eq!(place_of_host("[::1]"), Some(Place::Loopback));
        assert_eq!(place_of_host("example.com"), Some(Place::Public));
        assert_eq!(place_of_host("10.1.2.3"), Some(Place::Private));
        assert_eq!(place_of_host("a b"), None);
        assert_eq!(place_of_url("ssh://127.1/x"), Some(Place::Loopback), "a number is one by any scheme");
        assert_eq!(place_of_url("mailto:a@example.com"), None);
    }
}
