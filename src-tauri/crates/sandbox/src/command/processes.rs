//! Stopping processes.

use super::{
    Rules,
    call::Call,
    court::{Court, Ruling},
    rules,
    scope::Scope,
};
use crate::shell::{Unknown, Word};

/// What is stopped by its name: servers and tools a session starts itself.
const SERVERS: &[&str] = &[
    "node",
    "npm",
    "npx",
    "pnpm",
    "yarn",
    "bun",
    "deno",
    "vite",
    "next",
    "nuxt",
    "nest",
    "astro",
    "webpack",
    "esbuild",
    "tsx",
    "ts-node",
    "nodemon",
    "tsc",
    "vitest",
    "jest",
    "storybook",
    "remix",
    "gatsby",
    "parcel",
    "expo",
    "metro",
    "electron",
    "python",
    "python3",
    "uvicorn",
    "gunicorn",
    "hypercorn",
    "celery",
    "flask",
    "django",
    "pytest",
    "streamlit",
    "jupyter",
    "go",
    "air",
    "cargo",
    "java",
    "gradle",
    "mvn",
    "ruby",
    "rails",
    "puma",
    "rake",
    "php",
    "artisan",
    "php-fpm",
    "docker",
    "dotnet",
    "mix",
    "beam.smp",
    "elixir",
    "http-server",
    "serve",
    "live-server",
    "json-server",
    "playwright",
    "chromium",
    "chrome",
    "firefox",
    "chromedriver",
    "geckodriver",
    "wrangler",
    "ng",
    "vue-cli-service",
    "react-scripts",
    "hugo",
    "jekyll",
    "mkdocs",
    "manage.py",
    "server.js",
    "server.ts",
    "server.py",
    "app.js",
    "app.py",
    "main.py",
    "index.js",
    "agent-browser",
];

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["pkill", "killall"], by_name),
    (&["fuser"], by_port),
    (&["kill-port"], ports),
    (&["hostname"], host_name),
    (&["skill", "snice", "renice", "xkill", "gcore"], blocked),
];

/// The machine's name is shown, and stays.
fn host_name(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let shows = |word: &Word| {
        matches!(
            word.text.as_str(),
            "--help" | "--version" | "--short" | "--fqdn" | "--long" | "--ip-address" | "--all-ip-addresses"
        ) || word
            .text
            .strip_prefix('-')
            .is_some_and(|letters| letters.bytes().all(|letter| b"AadfIisVh".contains(&letter)))
    };
    match call.arguments().iter().find(|word| !shows(word)) {
        Some(word) => court.refuse(rules::HARD_BLOCK, format!("`hostname {}`", word.shown())),
        None => Ok(()),
    }
}

fn blocked(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    court.refuse(rules::KILL, format!("`{}`", call.words[0].text))
}

fn is_signal(text: &str) -> bool {
    let name = text.strip_prefix("SIG").unwrap_or(text);
    matches!(
        name,
        "0" | "1"
            | "2"
            | "3"
            | "6"
            | "9"
            | "10"
            | "12"
            | "15"
            | "18"
            | "19"
            | "HUP"
            | "INT"
            | "QUIT"
            | "ABRT"
            | "KILL"
            | "USR1"
            | "USR2"
            | "TERM"
            | "CONT"
            | "STOP"
            | "WINCH"
            | "TSTP"
    )
}

pub(super) fn kill(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if matches!(arguments.first().map(|word| word.text.as_str()), Some("-l" | "-L" | "--list")) {
        return Ok(());
    }
    let mut rest = arguments.iter().peekable();
    let mut has_signal = false;
    while let Some(word) = rest.peek() {
        let text = word.text.as_str();
        match text {
            "-s" | "-n" | "--signal" if !has_signal => {
                rest.next();
                let signal = rest.next().map_or("", |word| word.text.as_str());
                if !is_signal(signal) {
                    return court.refuse(rules::KILL, format!("`kill {text} {signal}`"));
                }
                has_signal = true;
            }
            "--" => {
                rest.next();
                break;
            }
            _ if !has_signal && text.strip_prefix('-').is_some_and(is_signal) => {
                rest.next();
                has_signal = true;
            }
            _ => break,
        }
    }
    for word in rest {
        one(court, word)?;
    }
    Ok(())
}

fn one(court: &Court<'_>, word: &Word) -> Ruling {
    match (&word.unknown, word.text.as_str()) {
        (Some(Unknown::Process), text) if text.chars().count() == 1 => Ok(()),
        // Behind the walls there are no processes but this session's own.
        (Some(Unknown::Variable(name)), _) if name == "PPID" => {
            court.refuse(rules::KILL, format!("`kill {}`", word.shown()))
        }
        (Some(_), text) if court.around.is_walled && !text.starts_with('-') => Ok(()),
        (Some(_), _) => court.refuse(rules::KILL_UNKNOWN, format!("`kill {}`", word.shown())),
        (None, text) => {
            let is_job = text
                .strip_prefix('%')
                .is_some_and(|job| job.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-%".contains(&b)));
            let is_process = !text.is_empty()
                && text.len() < 10
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && text.trim_start_matches('0').parse::<u64>().is_ok_and(|number| number > 1);
            if is_job || is_process { Ok(()) } else { court.refuse(rules::KILL, format!("`kill {}`", word.shown())) }
        }
    }
}

fn by_name(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
    let refused = |court: &Court<'_>, word: &Word| court.refuse(rules::KILL_NAME, format!("`{name} {}`", word.shown()));
    let mut names = 0;
    let mut rest = call.arguments().iter();
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if word.unknown.is_some() {
            return refused(court, word);
        }
        if let Some(option) = text.strip_prefix('-') {
            let is_harmless =
                matches!(option, "f" | "x" | "e" | "q" | "I" | "-full" | "-exact" | "-echo" | "-quiet" | "w" | "-wait")
                    && !(name == "killall" && option == "f");
            let is_cluster = option.strip_suffix('f').is_some_and(is_signal);
            if matches!(option, "s" | "-signal") {
                if !rest.next().is_some_and(|word| is_signal(&word.text)) {
                    return refused(court, word);
                }
            } else if !(is_harmless
                || is_signal(option)
                || is_cluster
                || option.strip_prefix("-signal=").is_some_and(is_signal))
            {
                return refused(court, word);
            }
            continue;
        }
        names += 1;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ._/:=@-".contains(&byte));
        let first = text.split(' ').next().unwrap_or_default();
        let base = first.rsplit('/').next().unwrap_or_default();
        let base = super::versionless(base);
        if !is_plain || !SERVERS.contains(&base) || text.contains("..") {
            return refused(court, word);
        }
    }
    if names == 0 && !call.arguments().is_empty() {
        return court.refuse(rules::KILL_NAME, format!("`{name}` without a name"));
    }
    Ok(())
}

fn is_own_port(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|port| (1_024..=65_535).contains(&port))
}

fn by_port(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    for word in call.arguments() {
        let text = word.text.as_str();
        let is_port = text.strip_suffix("/tcp").or_else(|| text.strip_suffix("/udp")).is_some_and(is_own_port);
        let is_option = matches!(text, "-k" | "-n" | "tcp" | "udp" | "-v" | "-s" | "-KILL" | "-TERM" | "-9")
            || matches!(text.strip_prefix('-'), Some(signal) if is_signal(signal));
        if word.unknown.is_some() || !(is_port || is_option || is_own_port(text)) {
            return court.refuse(rules::KILL, format!("`fuser {}`", word.shown()));
        }
    }
    Ok(())
}

fn ports(court: &mut Court<'_>, call: &mut Call, _: &mut Scope) -> Ruling {
    match call
        .arguments()
        .iter()
        .find(|word| !(is_own_port(&word.text) || matches!(word.text.as_str(), "-p" | "--port" | "--method" | "tcp")))
    {
        Some(word) => court.refuse(rules::KILL, format!("`kill-port {}`", word.shown())),
        None => Ok(()),
    }
}
