//! Looking up names, trying ports, and putting load on servers.

use super::address::{Reach, is_here, speak};
use crate::{
    command::{
        call::Call,
        court::{Court, Ruling},
        rules,
        scope::Scope,
        words,
    },
    shell::Word,
};

/// Names are looked up by asking servers for them, which carries out whatever stands in the name.
pub(super) fn lookup(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let with_value = [
        "-c",
        "-i",
        "-W",
        "-w",
        "-s",
        "-t",
        "-I",
        "-p",
        "-m",
        "-q",
        "-l",
        "-b",
        "-k",
        "-y",
        "-z",
        "--count",
        "--interval",
    ];
    let name = &call.words[0].text;
    if words::has(call.arguments(), &["-f", "--file"]) && !name.ends_with("ping") {
        return court.refuse(rules::NETWORK_OPTION, format!("`{name} -f`"));
    }
    for word in words::operands(call.arguments(), &with_value) {
        if word.unknown.is_some() {
            return court.refuse(rules::NETWORK_UNKNOWN, format!("`{name} {}`", word.shown()));
        }
        let text = word.text.strip_prefix('@').unwrap_or(&word.text);
        // `+short`, and the kind of record that is asked for.
        let is_kind =
            matches!(text, "A" | "AAAA" | "MX" | "TXT" | "NS" | "CNAME" | "SOA" | "PTR" | "SRV" | "ANY" | "IN");
        if !(text.starts_with('+') || is_kind || is_here(text)) {
            return court.refuse(rules::NETWORK_UPLOAD, format!("`{name} {}`", word.shown()));
        }
    }
    Ok(())
}

/// Only whether a port of this machine answers.
pub(super) fn probe(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let is_harmless = |word: &Word| {
        let letters = word.text.strip_prefix('-').unwrap_or_default();
        !word.text.starts_with('-')
            || !letters.is_empty() && letters.bytes().all(|letter| b"zvnw46tu0123456789".contains(&letter))
    };
    let operands = words::operands(arguments, &["-w"]);
    let is_own = matches!(operands.as_slice(), [host, ..] if host.known().is_some_and(is_here));
    if words::has(arguments, &["-z"]) && is_own && arguments.iter().all(is_harmless) {
        return Ok(());
    }
    court.refuse(rules::REMOTE, format!("`{}`", call.words[0].text))
}

/// Load is put on this machine's own servers.
pub(super) fn load(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    for word in call.arguments().iter().filter(|word| word.text.contains("://")) {
        if speak(word)? != Reach::Here {
            return court.refuse(rules::NETWORK_UPLOAD, format!("`{}`", word.shown()));
        }
    }
    Ok(())
}
