//! Where an address of a command leads.

use crate::{
    Verdict,
    command::rules,
    shell::{UNKNOWN, Unknown, Word},
    url::{self as places, Place},
};

/// Whom an address that may be used speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// This machine's own servers, to whom anything may be said.
    Here,
    /// Anybody, who may be asked and told nothing.
    Anybody,
}

/// What can be known of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Place(Place),
    /// Not before the line runs.
    Nothing,
    OtherScheme,
    /// The host is known, and the port is not, so that what stands there may be another host.
    HostOnly(Place),
}

/// Whom this address speaks to. Fails where it may not be used.
pub(super) fn speak(word: &Word) -> Result<Reach, Verdict> {
    let shown = format!("`{}`", word.shown());
    match known(&word.text) {
        Known::Place(Place::Loopback) => Ok(Reach::Here),
        // What another command prints would go out as a part of the address.
        Known::Place(Place::Public) | Known::HostOnly(Place::Public | Place::Loopback)
            if word.unknown == Some(Unknown::Output) =>
        {
            Err(rules::NETWORK_UPLOAD.deny(shown))
        }
        Known::Place(Place::Public) | Known::HostOnly(Place::Public) => Ok(Reach::Anybody),
        Known::HostOnly(Place::Loopback) if matches!(word.unknown, Some(Unknown::Number)) => Ok(Reach::Here),
        Known::HostOnly(Place::Loopback) => Ok(Reach::Anybody),
        Known::Place(Place::Private) | Known::HostOnly(Place::Private) => Err(rules::NETWORK_PRIVATE.deny(shown)),
        Known::Nothing => Err(rules::NETWORK_UNKNOWN.deny(shown)),
        Known::OtherScheme => Err(rules::NETWORK_SCHEME.deny(shown)),
    }
}

/// Whether a host's name, as lookups take it, is this machine's own.
pub(super) fn is_here(host: &str) -> bool {
    places::place_of_host(host) == Some(Place::Loopback)
}

/// The host and the port of an address of the web, where both are certain.
pub(super) fn host_and_port(word: &Word) -> Option<(String, u16)> {
    let text = word.text.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let address = url::Url::parse(&text.replace(UNKNOWN, "_")).ok()?;
    let host = address.host_str()?;
    // What another program may read otherwise is nobody's.
    let (plain_host, port) = authority(&text).ok().map(host_of)?;
    let is_certain = plain_host.eq_ignore_ascii_case(host) && !port.contains(UNKNOWN);
    is_certain.then(|| Some((host.to_owned(), address.port_or_known_default()?))).flatten()
}

/// The part of an address that names a host. Fails with what is known where there is none.
fn authority(text: &str) -> Result<&str, Known> {
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if ["http", "https", "ws", "wss"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) => {
            rest
        }
        Some((scheme, _)) if scheme.contains(UNKNOWN) => return Err(Known::Nothing),
        Some(_) => return Err(Known::OtherScheme),
        None => text,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Programs disagree on what these mean in front of a host, and nobody needs them there.
    if authority.contains(['\\', ' ', '%']) && !authority.contains('[') || authority.matches('@').count() > 1 {
        return Err(Known::Place(Place::Private));
    }
    Ok(authority)
}

/// The host, and the port as it is written.
fn host_of(authority: &str) -> (&str, &str) {
    let host = authority.rsplit('@').next().unwrap_or_default();
    match host.find(']') {
        Some(end) if host.starts_with('[') => host.split_at(end + 1),
        _ => host.split_once(':').unwrap_or((host, "")),
    }
}

fn known(text: &str) -> Known {
    let (host, port) = match authority(text.trim()) {
        Ok(authority) => host_of(authority),
        Err(known) => return known,
    };
    if host.contains(UNKNOWN) {
        return Known::Nothing;
    }
    let is_spelled_plainly = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte));
    let place = if is_spelled_plainly { places::place_of_host(host) } else { None }.unwrap_or(Place::Private);
    if port.contains(UNKNOWN) { Known::HostOnly(place) } else { Known::Place(place) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_in_every_way_to_write_it() {
        use Place::{Loopback, Private, Public};
        for (address, place) in [
            ("http://localhost:3000/x", Loopback),
            ("localhost:3000", Loopback),
            ("http://127.0.0.1", Loopback),
            ("http://2130706433/", Loopback),
            ("http://0x7f.1", Loopback),
            ("http://[::1]:8080", Loopback),
            ("http://0.0.0.0:3000", Loopback),
            ("https://example.com/a?b=c", Public),
            ("https://example.com\u{0}", Private),
            ("https://user:pass@example.com", Public),
            ("http://8.8.8.8", Public),
            ("http://169.254.169.254/latest", Private),
            ("http://2852039166/", Private),
            ("http://0xa9fea9fe/", Private),
            ("http://0251.0376.0251.0376", Private),
            ("http://10.0.0.1", Private),
            ("http://192.168.1.1", Private),
            ("http://172.20.0.1", Private),
            ("http://[fe80::1]", Private),
            ("http://[fe80::1%25eth0]", Private),
            ("http://[fd00:ec2::254]/", Private),
            ("http://[::ffff:10.0.0.1]/", Private),
            ("http://[::ffff:a9fe:a9fe]/", Private),
            ("http://metadata.google.internal/", Private),
            ("http://router/", Private),
            ("http://example.com@10.0.0.1/", Private),
            ("http://a@b@10.0.0.1/", Private),
            ("http://localhost\\@example.com/", Private),
            ("http://%6c%6f%63alhost/", Private),
            ("http://10.0.0.1.nip.io/", Private),
        ] {
            let expected = if address.contains(UNKNOWN) { Known::Nothing } else { Known::Place(place) };
            assert_eq!(known(address), expected, "{address:?}");
        }
        for address in ["file:///etc/passwd", "gopher://localhost:6379/_x", "dict://localhost:11211/x"] {
            assert_eq!(known(address), Known::OtherScheme, "{address}");
        }
        assert_eq!(known("http://localhost:\u{0}/x"), Known::HostOnly(Loopback), "a port may bring another host");
    }
}
