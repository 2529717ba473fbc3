//! Which hosts a session may reach over the network.

use crate::url::{Place, place_of_address};
use std::net::{IpAddr, Ipv6Addr};

/// What everyday development needs: the model's API, package registries, source hosts, toolchains.
const USUAL: &[&str] = &[
    // the model
    "api.anthropic.com",
    "console.anthropic.com",
    "platform.claude.com",
    "claude.ai",
    // JavaScript
    "registry.npmjs.org",
    "registry.yarnpkg.com",
    "repo.yarnpkg.com",
    "npm.jsr.io",
    "jsr.io",
    "deno.land",
    "esm.sh",
    "nodejs.org",
    "binaries.prisma.sh",
    "cdn.playwright.dev",
    "playwright.download.prss.microsoft.com",
    "storage.googleapis.com",
    // Python
    "pypi.org",
    "files.pythonhosted.org",
    "conda.anaconda.org",
    "repo.anaconda.com",
    // Rust
    "crates.io",
    "index.crates.io",
    "static.crates.io",
    "static.rust-lang.org",
    // Go
    "proxy.golang.org",
    "sum.golang.org",
    "go.dev",
    "dl.google.com",
    // Java and its kin
    "repo.maven.apache.org",
    "repo1.maven.org",
    "plugins.gradle.org",
    "services.gradle.org",
    "downloads.gradle.org",
    "maven.google.com",
    // Ruby, PHP, .NET, Elixir, Dart
    "rubygems.org",
    "index.rubygems.org",
    "packagist.org",
    "repo.packagist.org",
    "api.nuget.org",
    "repo.hex.pm",
    "hex.pm",
    "pub.dev",
    // source
    "github.com",
    "api.github.com",
    "codeload.github.com",
    "raw.githubusercontent.com",
    "objects.githubusercontent.com",
    "release-assets.githubusercontent.com",
    "gitlab.com",
    "bitbucket.org",
];

/// Ports that are spoken on the public network: the web's.
const PORTS: [u16; 2] = [80, 443];

/// The hosts that may be reached, by name.
///
/// A host that serves everybody's content (a registry, a source host) can also carry data away: the list keeps an agent
/// from talking to a host of its own choice, not from publishing on one that is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHosts {
    usual: &'static [&'static str],
    /// By a person's own word.
    added: Vec<String>,
}

/// How far a host may be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To addresses of the public network only.
    Public,
    /// Also to the person's own network, such as a company's registry; never to this machine.
    Neighbours,
}

impl Reach {
    /// Whether a name that was looked up may lead to this address.
    pub fn includes(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Neighbours => is_public(address) || is_neighbour(address),
        }
    }
}

impl AllowedHosts {
    /// What everyday development needs, and no more.
    pub fn usual() -> Self {
        Self { usual: USUAL, added: Vec::new() }
    }

    /// With further hosts: `example.org` is that name alone, `*.example.org` every name below it.
    #[must_use]
    pub fn with<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.added.extend(names.into_iter().map(|name| name.as_ref().trim().to_ascii_lowercase()));
        self
    }

    /// How far this host and port may be followed; none when they may not be reached at all. An address in numbers never
    /// may: what it leads to has no name to be allowed by.
    pub fn reach(&self, host: &str, port: u16) -> Option<Reach> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if !PORTS.contains(&port) || host.parse::<IpAddr>().is_ok() || host.starts_with('[') {
            return None;
        }
        let is_named = |name: &str| match name.strip_prefix("*.") {
            Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            None => *name == host,
        };
        if self.added.iter().any(|name| is_named(name)) {
            return Some(Reach::Neighbours);
        }
        self.usual.contains(&host.as_str()).then_some(Reach::Public)
    }
}

/// Where the cloud's own services tell a machine its secrets, in the networks that look like a company's.
const METADATA: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

/// Whether an address belongs to a private network that this machine is part of. Its own loopback and what is only
/// meant for the machine itself (link-local addresses, a cloud's metadata among them) do not.
fn is_neighbour(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(inner) => inner.is_private(),
            None => address.segments()[0] & 0xfe00 == 0xfc00 && !METADATA.contains(&address),
        },
    }
}

/// As addresses in what an agent wants to fetch are judged.
fn is_public(address: IpAddr) -> bool {
    place_of_address(address) == Place::Public
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_name_is_reached_and_nothing_that_merely_looks_like_it() {
        let hosts = AllowedHosts::usual().with(["*.Example.org"]);
        for host in ["registry.npmjs.org", "PYPI.org", "pypi.org.", "a.example.org", "a.b.example.org"] {
            assert!(hosts.reach(host, 443).is_some(), "{host} is listed");
        }
        for host in [
            "example.org",
            "evilexample.org",
            "registry.npmjs.org.evil.test",
            "evil-pypi.org",
            "127.0.0.1",
            "[::1]",
            "::1",
            "localhost",
            "",
            ".",
            "169.254.169.254",
            "0x7f.1",
            "2130706433",
        ] {
            assert!(hosts.reach(host, 443).is_none(), "{host} is not");
        }
        assert!(hosts.reach("pypi.org", 25).is_none(), "only the web's ports");
    }

    #[test]
    fn only_a_host_that_the_person_named_may_lead_to_the_persons_own_network() {
        let hosts = AllowedHosts::usual().with(["npm.corp.example"]);
        let (usual, own) = (hosts.reach("pypi.org", 443), hosts.reach("npm.corp.example", 443));
        let (usual, own) = (usual.expect("listed"), own.expect("listed"));
        let neighbour = "10.0.0.5".parse().expect("an address");
        assert!(!usual.includes(neighbour), "a public name that leads into the network is a trick");
        assert!(own.includes(neighbour), "a company's registry lives there");
        assert!(own.includes("fd12::5".parse().expect("an address")), "or there");
        for text in [
            "127.0.0.1",
            "169.254.169.254",
            "::1",
            "0.0.0.0",
            "::ffff:127.0.0.1",
            "fe80::1",
            "fd00:ec2::254",
            "fd20:ce::254",
        ] {
            assert!(!own.includes(text.parse().expect("an address")), "{text} is the machine's own");
        }
    }

    #[test]
    fn what_belongs_to_this_machine_or_its_neighbours_is_not_public() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "64:ff9b:1:a00:0:100:808:808",
            "2001:4860::5efe:a00:1",
            "2001:4860::200:5efe:7f00:1",
            "2001:db8::1",
            "3fff::1",
            "192.0.2.1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().expect("an address")), "{text} is not the public network's");
        }
        for text in ["1.1.1.1", "104.16.0.35", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(text.parse().expect("an address")), "{text} is public");
        }
    }
}
