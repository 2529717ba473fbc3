//! wget and httpie.

use super::address::{Reach, speak};
use crate::{
    command::{
        call::{Call, Input, Target},
        court::{Court, Ruling},
        rules,
        scope::Scope,
        targets, words,
    },
    shell::{Unknown, Word},
};

pub(super) fn wget(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
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
        if !words::given(arguments, &[option], "ABDIOPQRSTUXalnot").is_empty()
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
    let written = [
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
    ];
    for file in words::given(arguments, &written, "ABDIQRSTUXeilnt") {
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
    let mut is_public = false;
    for one in words::operands(arguments, &with_value) {
        is_public |= speak(one)? == Reach::Anybody;
    }
    if is_public {
        let told = words::values(arguments, &["--post-data", "--body-data"]);
        // Options may be written shorter than they are.
        let is_short = |word: &&Word| {
            let name = word.text.split('=').next().unwrap_or_default();
            let told = ["--post-data", "--body-data", "--method"];
            name.len() >= 4 && told.iter().any(|option| option.starts_with(name) && *option != name)
        };
        if let Some(word) = arguments.iter().find(is_short) {
            return court.refuse(rules::NETWORK_UPLOAD, format!("`wget … {}`", word.shown()));
        }
        let method = words::values(arguments, &["--method"]);
        let headers = words::values(arguments, &["--header"]);
        let leaks = |word: &&Word| word.unknown == Some(Unknown::Output);
        let what = told.first().or(method.iter().find(|method| !only_asks(method)));
        if let Some(word) = what.or_else(|| headers.iter().find(leaks)) {
            return court.refuse(rules::NETWORK_UPLOAD, format!("`wget … {}`", word.shown()));
        }
    }
    Ok(())
}

/// Whether asking in this way changes nothing at the other end.
pub(super) fn only_asks(method: &Word) -> bool {
    let known = method.known().unwrap_or_default();
    ["GET", "HEAD", "OPTIONS"].iter().any(|asking| known.eq_ignore_ascii_case(asking))
}

pub(super) fn httpie(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let operands = words::operands(
        arguments,
        &["-a", "--auth", "-A", "--auth-type", "-o", "--output", "--verify", "--timeout", "--raw", "--pretty", "-s"],
    );
    let refused =
        ["--proxy", "--session", "--session-read-only", "--cert", "--cert-key", "--unix-socket", "--default-scheme"];
    if words::has(arguments, &refused) {
        return court.refuse(rules::NETWORK_OPTION, "`http` with this option");
    }
    for file in words::values(arguments, &["-o", "--output"]) {
        targets::written(court, Target::new(&file, "writing"), scope)?;
    }
    let is_method = |word: &&&Word| {
        word.unknown.is_some() || !word.text.is_empty() && word.text.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let method = operands.first().filter(is_method).filter(|_| operands.len() > 1);
    let at = usize::from(method.is_some());
    let Some(url) = operands.get(at) else { return Ok(()) };
    // `:3000/x` and `/x` are this machine's.
    let is_short = url.text.starts_with('/') || url.text.strip_prefix(':').is_some_and(|rest| !rest.starts_with(':'));
    let url = if is_short { Word::plain("localhost") } else { (*url).clone() };
    if speak(&url)? == Reach::Anybody {
        let sends = |word: &&&Word| {
            // `name==value` is a part of the address, `name:value` a header; the rest is a body or a file.
            let text = word.text.replace("==", "");
            word.unknown.is_some() || text.contains(['=', '@'])
        };
        let what = operands[at + 1..].iter().find(sends).or(method.filter(|method| !only_asks(method)));
        if let Some(word) = what {
            return court.refuse(rules::NETWORK_UPLOAD, format!("`http … {}`", word.shown()));
        }
        let reads_input = !matches!(call.input, Input::Same) && !words::has(arguments, &["--ignore-stdin", "-I"]);
        if reads_input || words::has(arguments, &["--raw"]) {
            return court.refuse(rules::NETWORK_UPLOAD, "`http` with a body");
        }
    }
    Ok(())
}
