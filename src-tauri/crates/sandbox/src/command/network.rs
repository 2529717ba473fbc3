//! Programs that speak to other machines.

use super::{
    Rules,
    call::{Call, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    targets, words,
};
use crate::shell::{UNKNOWN, Unknown, Word};
use std::net::{Ipv4Addr, Ipv6Addr};

pub(super) fn rules_of(name: &str) -> Option<Rules> {
    Some(match name {
        "curl" => curl,
        "wget" => wget,
        "http" | "https" | "httpie" | "xh" => httpie,
        "ping" | "dig" | "host" | "nslookup" | "traceroute" | "tracepath" | "mtr" | "whois" => lookup,
        "ab" | "wrk" | "hey" | "autocannon" | "k6" | "grpcurl" | "websocat" | "wscat" => load,
        "ssh" | "scp" | "sftp" | "ssh-copy-id" | "ssh-add" | "ssh-agent" | "autossh" | "sshpass" | "mosh"
        | "telnet" | "rlogin" | "rsh" | "rcp" | "ftp" | "lftp" | "ncftp" | "tftp" | "nc" | "ncat" | "netcat"
        | "smbclient" | "rclone" | "aria2c" | "axel" | "ngrok" | "cloudflared" | "localtunnel" | "lt" | "nmap"
        | "tcpdump" | "sendmail" | "mail" | "mailx" | "mutt" | "msmtp" | "aws" | "gcloud" | "gsutil" | "az"
        | "kubectl" | "helm" | "terraform_apply" | "heroku" | "flyctl" | "fly" | "vercel" | "netlify" | "firebase"
        | "doctl" | "s3cmd" | "mc" | "tailscale" | "openvpn" | "wg" | "pwncat" | "chisel" | "proxychains"
        | "torify" | "tor" => remote,
        "at"
        | "batch"
        | "atq"
        | "atrm"
        | "anacron"
        | "systemd-run"
        | "loginctl"
        | "hostnamectl"
        | "timedatectl"
        | "journalctl"
        | "machinectl"
        | "initctl"
        | "rc-service"
        | "update-rc.d"
        | "chkconfig"
        | "sv"
        | "runsvdir"
        | "supervisord"
        | "schtasks"
        | "reg"
        | "sc"
        | "net"
        | "dscl"
        | "defaults"
        | "security"
        | "secret-tool"
        | "keyctl"
        | "pass"
        | "gpg"
        | "gpg2"
        | "op"
        | "bw"
        | "ip"
        | "ifconfig"
        | "route"
        | "arp"
        | "tc"
        | "ethtool"
        | "iwconfig"
        | "nmcli"
        | "networksetup"
        | "firewall-cmd"
        | "setenforce"
        | "aa-exec"
        | "auditctl"
        | "dmsetup"
        | "lvm"
        | "vgchange"
        | "zpool"
        | "zfs"
        | "btrfs"
        | "diskutil"
        | "hdiutil"
        | "fsck"
        | "e2fsck"
        | "debugfs"
        | "tune2fs"
        | "wipefs"
        | "blkid"
        | "mknod"
        | "swaplabel"
        | "dmesg"
        | "grub-install"
        | "update-grub"
        | "efibootmgr"
        | "bootctl"
        | "kmod"
        | "bpftool"
        | "bpftrace"
        | "perf"
        | "groupadd"
        | "groupdel"
        | "groupmod"
        | "adduser"
        | "addgroup"
        | "deluser"
        | "chpasswd"
        | "chsh"
        | "chfn"
        | "newgrp"
        | "sg"
        | "vipw"
        | "login"
        | "su-exec"
        | "gosu"
        | "update-alternatives"
        | "ldconfig"
        | "locale-gen"
        | "dpkg-reconfigure"
        | "fusermount"
        | "fusermount3"
        | "sshfs"
        | "mount.fuse"
        | "pmount"
        | "udisksctl"
        | "gsettings"
        | "dconf"
        | "crond"
        | "cron" => administration,
        _ => return None,
    })
}

fn remote(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    court.refuse(rules::REMOTE, format!("`{}`", call.words[0].text))
}

fn administration(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    court.refuse(rules::HARD_BLOCK, format!("`{}`", call.words[0].text))
}

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Here,
    Public,
    Private,
    Unknown,
    OtherScheme,
}

/// The number of an address as C libraries read it: decimal, octal or hexadecimal, in one to four parts.
fn numeric(host: &str) -> Option<u32> {
    let parts: Vec<&str> = host.split('.').collect();
    if parts.len() > 4 {
        return None;
    }
    let mut numbers = Vec::new();
    for part in &parts {
        let number = match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
            Some("") => 0,
            Some(digits) => u64::from_str_radix(digits, 16).ok()?,
            None if part.len() > 1 && part.starts_with('0') => u64::from_str_radix(&part[1..], 8).ok()?,
            None => part.parse::<u64>().ok()?,
        };
        numbers.push(number);
    }
    let (last, first) = numbers.split_last()?;
    let mut address: u64 = 0;
    for number in first {
        if *number > 255 {
            return None;
        }
        address = address << 8 | number;
    }
    let bits = 8 * (4 - first.len() as u32);
    u32::try_from((address << bits) + last).ok()
}

fn v4(address: Ipv4Addr) -> Place {
    let [a, b, ..] = address.octets();
    if address.is_loopback() || address.is_unspecified() {
        Place::Here
    } else if address.is_private()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0)
        || (a == 198 && (b == 18 || b == 19))
    {
        Place::Private
    } else {
        Place::Public
    }
}

fn v6(address: Ipv6Addr) -> Place {
    if address.is_loopback() || address.is_unspecified() {
        return Place::Here;
    }
    if let Some(inner) = address.to_ipv4() {
        return v4(inner);
    }
    let first = address.segments()[0];
    // Global unicast, without the ranges that carry an older address or are for documentation.
    if (0x2000..0x4000).contains(&first) && !matches!(first, 0x2002) { Place::Public } else { Place::Private }
}

fn host_place(host: &str) -> Place {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').unwrap_or(address);
        let address = address.split(['%', ']']).next().unwrap_or_default();
        return address.parse().map_or(Place::Private, v6);
    }
    if host.contains(UNKNOWN) {
        return Place::Unknown;
    }
    if let Some(number) = numeric(&host) {
        return v4(Ipv4Addr::from(number));
    }
    if host == "localhost" || host.ends_with(".localhost") {
        return Place::Here;
    }
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let is_private = ["local", "internal", "lan", "home", "corp", "intranet", "arpa", "localdomain", "private"]
        .iter()
        .any(|end| host.rsplit('.').next() == Some(end))
        || ["nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me"].iter().any(|end| host.ends_with(end))
        || host.contains("metadata");
    // A name without a dot is one of this network.
    if !is_name || is_private || !host.contains('.') { Place::Private } else { Place::Public }
}

fn place_of(text: &str) -> Place {
    let text = text.trim();
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "ws" | "wss") => rest,
        Some((scheme, _)) if scheme.contains(UNKNOWN) => return Place::Unknown,
        Some(_) => return Place::OtherScheme,
        None => text,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if authority.matches('@').count() > 1 {
        return Place::Private;
    }
    let host = if host.starts_with('[') {
        host.find(']').map_or(host, |end| &host[..=end])
    } else {
        host.split(':').next().unwrap_or_default()
    };
    if text.split_once("://").is_none() && host.is_empty() && text.starts_with(UNKNOWN) {
        return Place::Unknown;
    }
    host_place(host)
}

/// Whether this address may be spoken to at all.
pub(super) fn address(word: &Word) -> Ruling {
    speak(word).map(|_| ())
}

fn speak(word: &Word) -> Result<Place, crate::Verdict> {
    let place = place_of(&word.text);
    let shown = format!("`{}`", word.shown());
    match place {
        Place::Here => Ok(place),
        Place::Public if word.unknown == Some(Unknown::Output) => Err(rules::NETWORK_UPLOAD.deny(shown)),
        Place::Public => Ok(place),
        Place::Private => Err(rules::NETWORK_PRIVATE.deny(shown)),
        Place::Unknown => Err(rules::NETWORK_UNKNOWN.deny(shown)),
        Place::OtherScheme => Err(rules::NETWORK_SCHEME.deny(shown)),
    }
}

/// Options of curl that take a value and do nothing that is judged.
const CURL_VALUES: &[&str] = &[
    "-H",
    "--header",
    "-X",
    "--request",
    "-A",
    "--user-agent",
    "-e",
    "--referer",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "-u",
    "--user",
    "-r",
    "--range",
    "-C",
    "--continue-at",
    "--limit-rate",
    "-y",
    "-Y",
    "-z",
    "--max-redirs",
    "--max-filesize",
    "--oauth2-bearer",
    "--url-query",
    "--tls-max",
    "--ciphers",
    "--keepalive-time",
    "--parallel-max",
    "--proto",
    "--proto-default",
    "--proto-redir",
    "--rate",
    "--speed-limit",
    "--speed-time",
    "--expect100-timeout",
    "--happy-eyeballs-timeout-ms",
    "--aws-sigv4",
    "--request-target",
    "--noproxy",
];
const CURL_WRITES: &[&str] = &[
    "-o",
    "--output",
    "--output-dir",
    "-D",
    "--dump-header",
    "-c",
    "--cookie-jar",
    "--trace",
    "--trace-ascii",
    "--stderr",
    "--etag-save",
    "--hsts",
    "--alt-svc",
    "--libcurl",
];
const CURL_READS: &[&str] = &[
    "-b",
    "--cookie",
    "--cacert",
    "--capath",
    "-E",
    "--cert",
    "--key",
    "--etag-compare",
    "--crlfile",
    "--pinnedpubkey",
];
const CURL_DATA: &[&str] = &[
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-ascii",
    "--data-urlencode",
    "--json",
    "-F",
    "--form",
    "--form-string",
    "-T",
    "--upload-file",
];
const CURL_REFUSED: &[&str] = &[
    "-K",
    "--config",
    "-x",
    "--proxy",
    "--preproxy",
    "--socks4",
    "--socks4a",
    "--socks5",
    "--socks5-hostname",
    "--resolve",
    "--connect-to",
    "--unix-socket",
    "--abstract-unix-socket",
    "--doh-url",
    "--interface",
    "--netrc",
    "-n",
    "--netrc-file",
    "--netrc-optional",
    "--engine",
    "-P",
    "--ftp-port",
    "-Q",
    "--quote",
    "--proxy-header",
    "--dns-servers",
    "--dns-interface",
    "--proxy1.0",
    "--haproxy-protocol",
    "--variable",
    "--expand-url",
    "--location-trusted",
    "-t",
    "--telnet-option",
    "--mail-from",
    "--mail-rcpt",
    "--ipfs-gateway",
    "--krb",
    "--delegation",
    "--ech",
];

fn curl(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let mut rest = call.arguments().iter();
    let mut addresses: Vec<Word> = Vec::new();
    let mut data: Vec<Word> = Vec::new();
    let mut headers: Vec<Word> = Vec::new();
    let mut names_file_itself = false;
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if !text.starts_with('-') || text == "-" {
            addresses.push(word.clone());
            continue;
        }
        // Every letter of a cluster, of which the first that takes a value takes what follows.
        let options: Vec<(String, Word)> = if text.starts_with("--") {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            vec![(name.to_owned(), word.after(text.len() - value.len()))]
        } else {
            text.char_indices().skip(1).map(|(at, c)| (format!("-{c}"), word.after(at + c.len_utf8()))).collect()
        };
        for (option, attached) in options {
            let name = option.as_str();
            let takes = [CURL_VALUES, CURL_WRITES, CURL_READS, CURL_DATA, &["--url", "-w", "--write-out"]]
                .iter()
                .any(|list| list.contains(&name));
            let is_abbreviated = name.starts_with("--")
                && !takes
                && CURL_REFUSED.iter().any(|refused| refused.starts_with(name) && refused.len() > name.len());
            if CURL_REFUSED.contains(&name)
                || is_abbreviated
                    && !matches!(
                        name,
                        "--next" | "--net" | "--proxy-insecure" | "--parallel" | "--compressed" | "--location"
                    )
            {
                return court.refuse(rules::NETWORK_OPTION, format!("`curl {name}`"));
            }
            if matches!(name, "-O" | "--remote-name" | "--remote-name-all" | "-J" | "--remote-header-name") {
                names_file_itself = true;
            }
            if !takes {
                continue;
            }
            let value = if attached.text.is_empty() { rest.next().cloned().unwrap_or_default() } else { attached };
            if CURL_WRITES.contains(&name) {
                if value.text != "-" {
                    targets::written(court, Target::new(&value, "writing"), scope)?;
                }
            } else if CURL_READS.contains(&name) {
                if value.text.contains('/') || !value.text.contains('=') {
                    targets::read(court, &value, scope)?;
                }
            } else if CURL_DATA.contains(&name) {
                let may_name_file = name != "--data-raw" && name != "--form-string";
                let is_file = may_name_file
                    && (value.text.contains('@')
                        && !matches!(name, "-d" | "--data" | "--data-ascii" | "--data-binary" | "--json")
                        || value.text.starts_with('@')
                        || matches!(name, "-F" | "--form") && value.text.contains("=<")
                        || matches!(name, "-T" | "--upload-file"));
                data.push(Word { is_pattern: is_file, ..value });
            } else if name == "--url" {
                addresses.push(value);
            } else if matches!(name, "-w" | "--write-out") {
                if value.text.contains("%output") || value.text.starts_with('@') {
                    return court.refuse(rules::NETWORK_OPTION, format!("`curl -w {}`", value.shown()));
                }
            } else {
                headers.push(value);
            }
            break;
        }
    }
    if names_file_itself {
        targets::written(court, Target::new(&Word::plain("a-download"), "writing"), scope)?;
    }
    let mut is_public = false;
    for one in &addresses {
        // Braces and brackets make several addresses of one.
        if one.text.contains(['{', '}'])
            || one
                .text
                .split_once("://")
                .map_or(one.text.as_str(), |(_, rest)| rest)
                .split('/')
                .next()
                .is_some_and(|host| host.contains('[') && !host.starts_with('['))
        {
            return court.refuse(rules::NETWORK_UNKNOWN, format!("`{}`", one.shown()));
        }
        is_public |= speak(one)? == Place::Public;
    }
    if is_public {
        let leaks = |word: &&Word| word.unknown == Some(Unknown::Output) || word.text.starts_with('@');
        if let Some(word) =
            data.iter().find(|word| word.is_pattern || word.unknown.is_some()).or_else(|| headers.iter().find(leaks))
        {
            return court.refuse(rules::NETWORK_UPLOAD, format!("`curl … {}`", word.shown()));
        }
    }
    Ok(())
}

fn wget(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let refused = [
        "-e",
        "--execute",
        "-i",
        "--input-file",
        "--config",
        "--use-askpass",
        "-B_",
        "--body-file",
        "--post-file",
        "--warc-dedup",
        "--rejected-log",
    ];
    for option in refused {
        if !words::values(arguments, &[option]).is_empty()
            || words::has(arguments, &[option]) && option.starts_with("--")
        {
            let rule = if option.ends_with("-file") && option != "--input-file" {
                rules::NETWORK_UPLOAD
            } else {
                rules::NETWORK_OPTION
            };
            return court.refuse(rule, format!("`wget {option}`"));
        }
    }
    for file in words::values(
        arguments,
        &[
            "-O",
            "--output-document",
            "-P",
            "--directory-prefix",
            "-o",
            "--output-file",
            "-a",
            "--append-output",
            "--save-cookies",
            "--hsts-file",
            "--warc-file",
        ],
    ) {
        if file.text != "-" {
            targets::written(court, Target::new(&file, "writing"), scope)?;
        }
    }
    targets::written(court, Target::new(&Word::plain("a-download"), "writing"), scope)?;
    let with_value = [
        "-O",
        "-P",
        "-o",
        "-a",
        "-t",
        "-T",
        "-w",
        "-U",
        "-A",
        "-R",
        "-D",
        "-I",
        "-X",
        "-l",
        "-Q",
        "--header",
        "--user",
        "--password",
        "--tries",
        "--timeout",
        "--user-agent",
        "--output-document",
        "--directory-prefix",
        "--post-data",
        "--method",
        "--body-data",
    ];
    for one in words::operands(arguments, &with_value) {
        let place = speak(one)?;
        let body = words::values(arguments, &["--post-data", "--body-data", "--header"]);
        if place == Place::Public
            && let Some(word) = body.iter().find(|word| word.unknown == Some(Unknown::Output))
        {
            return court.refuse(rules::NETWORK_UPLOAD, format!("`wget … {}`", word.shown()));
        }
    }
    Ok(())
}

fn httpie(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let operands = words::operands(
        call.arguments(),
        &["-a", "--auth", "-o", "--output", "--session", "--verify", "--timeout", "-A", "--proxy", "--cert"],
    );
    if words::has(call.arguments(), &["--proxy", "--session", "--cert", "--unix-socket"]) {
        return court.refuse(rules::NETWORK_OPTION, "`http` with this option");
    }
    for file in words::values(call.arguments(), &["-o", "--output"]) {
        targets::written(court, Target::new(&file, "writing"), scope)?;
    }
    let is_method = |word: &&&Word| word.text.bytes().all(|byte| byte.is_ascii_uppercase()) && !word.text.is_empty();
    let at = usize::from(operands.first().as_ref().is_some_and(is_method));
    let Some(url) = operands.get(at) else { return Ok(()) };
    let url =
        if url.text.starts_with(':') || url.text.starts_with('/') { Word::plain("localhost") } else { (*url).clone() };
    if speak(&url)? == Place::Public
        && let Some(word) = operands[at + 1..].iter().find(|word| word.unknown.is_some() || word.text.contains('@'))
    {
        return court.refuse(rules::NETWORK_UPLOAD, format!("`http … {}`", word.shown()));
    }
    Ok(())
}

/// Names are looked up by asking servers for them, so that a name that is not known may carry anything out.
fn lookup(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    for word in call.arguments() {
        if word.unknown.is_some() {
            return court.refuse(rules::NETWORK_UNKNOWN, format!("`{} {}`", call.words[0].text, word.shown()));
        }
    }
    Ok(())
}

fn load(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    for word in call.arguments().iter().filter(|word| word.text.contains("://")) {
        if speak(word)? != Place::Here {
            return court.refuse(rules::NETWORK_UPLOAD, format!("`{}`", word.shown()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_in_every_way_to_write_it() {
        for (address, place) in [
            ("http://localhost:3000/x", Place::Here),
            ("localhost:3000", Place::Here),
            ("http://127.0.0.1", Place::Here),
            ("http://2130706433/", Place::Here),
            ("http://0x7f.1", Place::Here),
            ("http://[::1]:8080", Place::Here),
            ("http://0.0.0.0:3000", Place::Here),
            ("https://example.com/a?b=c", Place::Public),
            ("https://user:pass@example.com", Place::Public),
            ("http://8.8.8.8", Place::Public),
            ("http://169.254.169.254/latest", Place::Private),
            ("http://2852039166/", Place::Private),
            ("http://0xa9fea9fe/", Place::Private),
            ("http://0251.0376.0251.0376", Place::Private),
            ("http://10.0.0.1", Place::Private),
            ("http://192.168.1.1", Place::Private),
            ("http://172.20.0.1", Place::Private),
            ("http://[fe80::1]", Place::Private),
            ("http://[fd00:ec2::254]/", Place::Private),
            ("http://[::ffff:10.0.0.1]/", Place::Private),
            ("http://[::ffff:a9fe:a9fe]/", Place::Private),
            ("http://metadata.google.internal/", Place::Private),
            ("http://router/", Place::Private),
            ("http://example.com@10.0.0.1/", Place::Private),
            ("http://a@b@10.0.0.1/", Place::Private),
            ("http://10.0.0.1.nip.io/", Place::Private),
            ("file:///etc/passwd", Place::OtherScheme),
            ("gopher://localhost:6379/_x", Place::OtherScheme),
        ] {
            assert_eq!(place_of(address), place, "{address}");
        }
    }
}
