//! curl, whose options say where an answer is put and what is sent.

use super::{
    address::{Reach, speak},
    fetch::only_asks,
};
use crate::{
    command::{
        call::{Call, Target},
        court::{Court, Ruling},
        rules,
        scope::Scope,
        targets,
    },
    shell::{Unknown, Word},
};

/// Options of curl that take a value and do nothing that is judged.
const CURL_VALUES: &[&str] = &[
    "-H",
    "--header",
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

/// An option that is written shorter than it is, as the option it stands for.
fn whole(option: &str) -> &str {
    let all = || {
        [CURL_VALUES, CURL_WRITES, CURL_READS, CURL_DATA, &["--url", "--write-out", "--request"]].into_iter().flatten()
    };
    if !option.starts_with("--") || option.len() < 4 || all().any(|name| *name == option) {
        return option;
    }
    // What sends or writes comes before what only sets something.
    let is_longer = |name: &&&str| name.starts_with(option);
    let sends = CURL_DATA.iter().chain(CURL_WRITES).chain(&["--request"]).find(is_longer);
    sends.or_else(|| all().find(is_longer)).copied().unwrap_or(option)
}

pub(super) fn curl(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let mut rest = call.arguments().iter();
    let mut addresses: Vec<Word> = Vec::new();
    let mut data: Vec<Word> = Vec::new();
    let mut headers: Vec<Word> = Vec::new();
    let mut method: Option<Word> = None;
    let mut asks_with_data = false;
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
            let name = whole(&option);
            let takes =
                [CURL_VALUES, CURL_WRITES, CURL_READS, CURL_DATA, &["--url", "-w", "--write-out", "-X", "--request"]]
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
            asks_with_data |= matches!(name, "-G" | "--get");
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
            } else if matches!(name, "-X" | "--request") {
                method = Some(value);
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
        is_public |= speak(one)? == Reach::Anybody;
    }
    if is_public {
        let leaks = |word: &&Word| word.unknown == Some(Unknown::Output) || word.text.starts_with('@');
        // With `-G` the data are a part of the address, and known ones tell nobody anything.
        let is_told = |word: &&Word| !asks_with_data || word.is_pattern || word.unknown.is_some();
        let told = data.iter().find(is_told).or_else(|| headers.iter().find(leaks));
        if let Some(word) = told.or(method.as_ref().filter(|method| !only_asks(method))) {
            return court.refuse(rules::NETWORK_UPLOAD, format!("`curl … {}`", word.shown()));
        }
    }
    Ok(())
}
