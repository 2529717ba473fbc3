//! Tools over texts, archives, databases and directories that can also run programs and write files.

use super::{
    Rules,
    call::{Call, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    scripts, targets, words,
};
use crate::shell::{Unknown, Word};

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["sed", "gsed"], sed),
    (&["awk", "gawk", "mawk", "nawk"], awk),
    (&["grep", "egrep", "fgrep", "zgrep", "rg", "ag", "ack", "ggrep"], search),
    (&["sort", "gsort", "uniq"], sorted),
    (&["jq", "yq", "gojq", "dasel", "xq", "tomlq"], query),
    (&["xxd", "openssl"], converters),
    (&["date"], date),
    (&["ffmpeg", "magick", "convert", "pandoc", "wkhtmltopdf", "rsvg-convert", "inkscape"], media),
];

/// Whether the rules of this command look at its files themselves, since other words of it are patterns and programs.
pub(super) fn judges_its_words(name: &str) -> bool {
    matches!(
        name,
        "grep"
            | "egrep"
            | "fgrep"
            | "rg"
            | "ag"
            | "ack"
            | "ggrep"
            | "zgrep"
            | "sed"
            | "gsed"
            | "awk"
            | "gawk"
            | "mawk"
            | "nawk"
            | "jq"
    )
}

pub(super) fn write_all(court: &mut Court<'_>, files: &[Word], scope: &Scope) -> Ruling {
    for file in files {
        targets::written(court, Target::new(file, "writing"), scope)?;
    }
    Ok(())
}

fn sed(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let mut texts: Vec<Word> = Vec::new();
    let mut operands: Vec<&Word> = Vec::new();
    let mut in_place = false;
    let mut has_file = false;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        match text {
            "-e" | "--expression" => texts.extend(rest.next().cloned()),
            "-f" | "--file" => {
                has_file = true;
                if let Some(file) = rest.next() {
                    super::wrappers::script_file(court, "sed", file, scope)?;
                }
            }
            "-l" | "--line-length" => drop(rest.next()),
            "--" => operands.extend(rest.by_ref()),
            // Shortened as far as it stays the only one of its kind.
            _ if is_short_for(text, "--expression") => {
                texts.push(long_value(word).unwrap_or_else(|| rest.next().cloned().unwrap_or_default()));
            }
            _ if is_short_for(text, "--file") => {
                has_file = true;
                let file = long_value(word).unwrap_or_else(|| rest.next().cloned().unwrap_or_default());
                super::wrappers::script_file(court, "sed", &file, scope)?;
            }
            _ if text.starts_with("--in-place") => in_place = true,
            _ if text.starts_with("--") => {}
            _ if text.starts_with('-') && text.len() > 1 => {
                let letters = &text[1..];
                if let Some(place) = letters.find(['e', 'f', 'i']) {
                    match letters.as_bytes()[place] {
                        b'i' => {
                            in_place = true;
                            if letters[place + 1..].contains('/') {
                                return court.refuse(rules::UNKNOWN_TARGET, format!("`sed {}`", word.shown()));
                            }
                        }
                        letter => {
                            let value = word.after(place + 2);
                            let value =
                                if value.text.is_empty() { rest.next().cloned().unwrap_or_default() } else { value };
                            if letter == b'e' {
                                texts.push(value);
                            } else {
                                has_file = true;
                                super::wrappers::script_file(court, "sed", &value, scope)?;
                            }
                        }
                    }
                }
            }
            _ => operands.push(word),
        }
    }
    // `sed -i '' 's/a/b/' FILE` is how a Mac has it.
    if in_place && operands.first().is_some_and(|word| word.text.is_empty()) {
        operands.remove(0);
    }
    if texts.is_empty() && !has_file && !operands.is_empty() {
        texts.push(operands.remove(0).clone());
    }
    for text in &texts {
        judge_script(court, "sed", text)?;
        let Some(files) = scripts::sed(&text.text) else {
            return court.refuse(rules::TEXT_PROGRAM, format!("`sed {}`", text.shown()));
        };
        for file in files.written {
            targets::written(court, Target::new(&Word::plain(file), "writing"), scope)?;
        }
        for file in files.read {
            targets::read(court, &Word::plain(file), scope)?;
        }
    }
    for word in operands {
        if in_place {
            targets::written(court, Target::new(word, "changing"), scope)?;
        } else {
            targets::read(court, word, scope)?;
        }
    }
    Ok(())
}

/// Whether an option, with a value or without, is `long` or the beginning of it.
fn is_short_for(text: &str, long: &str) -> bool {
    let name = text.split('=').next().unwrap_or_default();
    name.len() > 2 && long.starts_with(name)
}

fn long_value(word: &Word) -> Option<Word> {
    word.text.find('=').map(|at| word.after(at + 1))
}

/// A script with something unknown in it may be any script, which only walls can hold.
fn judge_script(court: &Court<'_>, name: &str, script: &Word) -> Ruling {
    if targets::code_names_secrets(&script.text) {
        return court.refuse(rules::SECRET, format!("the script for `{name}`"));
    }
    let is_harmless = script.unknown.as_ref().is_none_or(|why| matches!(why, Unknown::Number | Unknown::Process));
    if !is_harmless && (!court.around.is_walled || script.start().is_empty()) {
        return court.refuse(rules::UNKNOWN_CODE, format!("`{name} {}`", script.shown()));
    }
    Ok(())
}

fn awk(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let mut rest = call.arguments().iter();
    let mut programs: Vec<Word> = Vec::new();
    let mut operands = Vec::new();
    let mut has_file = false;
    let mut has_ended = false;
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if has_ended || !text.starts_with('-') || text == "-" {
            has_ended = true;
            if programs.is_empty() && !has_file {
                programs.push(word.clone());
            } else {
                operands.push(word);
            }
            continue;
        }
        let refused = || Err(rules::OPTION.deny(format!("`awk {}`", word.shown())));
        if text == "--" {
            has_ended = true;
        } else if text.starts_with("--") {
            let name = text.split('=').next().unwrap_or_default();
            let is = |long: &str| name.len() > 3 && long.starts_with(name);
            let has_value = name.len() < text.len();
            let mut value =
                || if has_value { word.after(name.len() + 1) } else { rest.next().cloned().unwrap_or_default() };
            if is("--source") {
                programs.push(value());
            } else if is("--exec") || is("--file") {
                has_file = true;
                super::wrappers::script_file(court, "awk", &value(), scope)?;
            } else if is("--assign") || is("--field-separator") {
                value();
            } else if ["--include", "--load", "--debug", "--profile", "--dump-variables", "--pretty-print"]
                .into_iter()
                .any(is)
            {
                return refused();
            }
        } else {
            // Letters may stand together, and the last may have its value behind it.
            let Some(at) = text.find(['F', 'v', 'f', 'e', 'E', 'i', 'l', 'D', 'o', 'p', 'd', 'W']) else { continue };
            let mut value =
                || if at + 1 < text.len() { word.after(at + 1) } else { rest.next().cloned().unwrap_or_default() };
            match text.as_bytes()[at] {
                b'F' | b'v' => drop(value()),
                b'e' => programs.push(value()),
                b'f' | b'E' => {
                    has_file = true;
                    super::wrappers::script_file(court, "awk", &value(), scope)?;
                }
                _ => return refused(),
            }
        }
    }
    for program in &programs {
        judge_script(court, "awk", program)?;
        let Some(files) = scripts::awk(&program.text) else {
            return court.refuse(rules::TEXT_PROGRAM, format!("`awk {}`", program.shown()));
        };
        for file in files.written {
            targets::written(court, Target::new(&Word::plain(file), "writing"), scope)?;
        }
        for file in files.read {
            targets::read(court, &Word::plain(file), scope)?;
        }
    }
    for word in operands {
        targets::read(court, word, scope)?;
    }
    Ok(())
}

fn search(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if words::has(arguments, &["--pre", "--hostname-bin", "--pager"]) {
        return court.refuse(rules::OPTION, format!("`{} --pre`", call.words[0].text));
    }
    for file in words::values(arguments, &["-f", "--file", "--ignore-file"]) {
        if file.text.contains(['/', '.']) {
            targets::read(court, &file, scope)?;
        }
    }
    let with_value = [
        "-e",
        "--regexp",
        "-f",
        "--file",
        "-m",
        "-A",
        "-B",
        "-C",
        "--max-count",
        "--include",
        "--exclude",
        "--exclude-dir",
        "-g",
        "--glob",
        "-t",
        "--type",
        "-T",
        "--color",
        "--colour",
        "-d",
        "-D",
        "--max-depth",
        "-M",
        "-r",
        "--replace",
        "-E",
        "--encoding",
        "--sort",
        "-j",
    ];
    let with_value: Vec<&str> = with_value
        .into_iter()
        .filter(|option| {
            call.words[0].text == "rg" || !matches!(*option, "-g" | "-t" | "-T" | "-M" | "-r" | "-E" | "-j")
        })
        .collect();
    let has_pattern = words::has(arguments, &["-e", "-f", "--regexp", "--file", "--files"]);
    for word in words::operands(arguments, &with_value).into_iter().skip(usize::from(!has_pattern)) {
        targets::read(court, word, scope)?;
    }
    Ok(())
}

fn sorted(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if call.words[0].text.ends_with("uniq") {
        let operands = words::operands(arguments, &["-f", "-s", "-w"]);
        if let Some(file) = operands.first() {
            targets::read(court, file, scope)?;
        }
        if let Some(file) = operands.get(1) {
            targets::written(court, Target::new(file, "writing"), scope)?;
        }
        return Ok(());
    }
    if words::has(arguments, &["--compress-program"]) {
        return court.refuse(rules::OPTION, "`sort --compress-program`");
    }
    targets::lists_of_files(court, call, scope)?;
    write_all(court, &words::given(arguments, &["-o", "--output", "-T", "--temporary-directory"], "Skt"), scope)?;
    for file in words::operands(arguments, &["-k", "-t", "-o", "-T", "-S", "--key", "--field-separator"]) {
        targets::read(court, file, scope)?;
    }
    Ok(())
}

fn query(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let in_place = words::has(arguments, &["-i", "--inplace", "--in-place"]) && !call.words[0].text.ends_with("jq");
    if call.words[0].text.ends_with("yq") {
        let names_place = |word: &Word| word.unknown.is_some() || word.text.contains(['/', '\\']);
        if let Some(word) = words::values(arguments, &["-s", "--split-exp"]).iter().find(|word| names_place(word)) {
            return court.refuse(rules::UNKNOWN_TARGET, format!("files called as `{}` says", word.shown()));
        }
    }
    let mut rest = arguments.iter();
    let mut operands = Vec::new();
    let mut has_filter = false;
    while let Some(word) = rest.next() {
        match word.text.as_str() {
            "--arg" | "--argjson" => drop((rest.next(), rest.next())),
            "--rawfile" | "--slurpfile" | "--argfile" => {
                rest.next();
                if let Some(file) = rest.next() {
                    targets::read(court, file, scope)?;
                }
            }
            "-f" | "--from-file" | "-L" => {
                has_filter |= word.text != "-L";
                if let Some(file) = rest.next() {
                    targets::read(court, file, scope)?;
                }
            }
            "--indent" | "-o" | "-p" | "--output-format" | "--input-format" => drop(rest.next()),
            "--args" | "--jsonargs" => break,
            text if text.starts_with('-') && text.len() > 1 => {}
            _ => operands.push(word),
        }
    }
    if operands.iter().any(|word| targets::code_names_secrets(&word.text)) {
        return court.refuse(rules::SECRET, format!("`{}`", call.words[0].text));
    }
    let is_task = operands.first().is_some_and(|word| matches!(word.text.as_str(), "eval" | "e" | "eval-all" | "ea"));
    // What is done comes first, and then the files.
    for word in operands.into_iter().skip(usize::from(is_task) + usize::from(!has_filter)) {
        if in_place {
            targets::written(court, Target::new(word, "changing"), scope)?;
        } else if word.text.starts_with(['/', '~']) || word.text.contains("..") {
            targets::read(court, word, scope)?;
        }
    }
    Ok(())
}

fn converters(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if call.words[0].text.ends_with("xxd") {
        let operands = words::operands(arguments, &["-c", "-g", "-l", "-s", "-n", "-o", "-seek", "-len", "-cols"]);
        if let Some(file) = operands.first() {
            targets::read(court, file, scope)?;
        }
        if let Some(file) = operands.get(1) {
            targets::written(court, Target::new(file, "writing"), scope)?;
        }
        return Ok(());
    }
    let task = arguments.first().map_or("", |word| word.text.as_str());
    if matches!(task, "s_client" | "s_server" | "s_time" | "ocsp" | "engine" | "ca" | "cmp" | "http")
        || words::has(arguments, &["-engine", "-provider-path"])
        || arguments.iter().any(|word| matches!(word.text.as_str(), "-engine" | "-provider-path" | "-provider"))
    {
        return court.refuse(rules::NETWORK_OPTION, format!("`openssl {task}`"));
    }
    for (index, word) in arguments.iter().enumerate() {
        let Some(file) = arguments.get(index + 1) else { continue };
        match word.text.as_str() {
            "-out" | "-keyout" | "-writerand" | "-CAserial" => {
                targets::written(court, Target::new(file, "writing"), scope)?
            }
            "-in" | "-inkey" | "-config" | "-CA" | "-CAkey" | "-extfile" | "-kfile" => {
                targets::read(court, file, scope)?
            }
            _ => {}
        }
    }
    Ok(())
}

fn date(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    if words::has(call.arguments(), &["-s", "--set"]) {
        return court.refuse(rules::HARD_BLOCK, "`date --set`");
    }
    for file in words::values(call.arguments(), &["-f", "--file"]) {
        targets::read(court, &file, scope)?;
    }
    Ok(())
}

fn media(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    if arguments.iter().any(|word| {
        word.text.contains("://")
            || word.text.starts_with('@')
            || word.text.starts_with("msl:")
            || word.text.starts_with("ephemeral:")
            || word.text.starts_with("concat:")
            || word.text.starts_with("--filter=")
            || word.text.starts_with("--lua-filter")
            || word.text.starts_with("--pdf-engine=/")
            || word.text == "-F"
    }) {
        return court.refuse(rules::OPTION, format!("`{}`", call.words[0].text));
    }
    write_all(court, &words::values(arguments, &["-o", "--output"]), scope)?;
    for word in words::operands(arguments, &[]) {
        if word.text.contains(['/', '.']) && word.unknown.is_none() && !word.is_pattern {
            targets::written(court, Target::new(word, "converting"), scope)?;
        }
    }
    Ok(())
}
