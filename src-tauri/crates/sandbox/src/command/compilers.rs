//! Compilers and linkers: what they write, and what they load or start.

use super::{
    Rules,
    call::{Call, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    targets, words,
};
use crate::shell::Word;

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[
    (&["gcc", "g++", "cc", "c++", "c89", "c99", "clang", "clang++", "gfortran", "ld", "as"], native),
    (&["rustc", "rustdoc"], rust),
];

/// Options by which a compiler starts or loads something, or takes further options from where nobody looks.
pub(super) fn loads(option: &str) -> bool {
    const STARTS: [&str; 14] = [
        "-wrapper",
        "-fplugin",
        "-fpass-plugin",
        "-B",
        "-specs",
        "--specs",
        "-load",
        "-plugin",
        "--plugin",
        "-add-plugin",
        "--ld-path",
        "--config",
        "@",
        "-fuse-ld=/",
    ];
    STARTS.iter().any(|start| option.starts_with(start)) && !matches!(option, "-Bstatic" | "-Bdynamic" | "-Bsymbolic")
}

/// The file that an option writes, in the option itself or in the word after it.
enum Written {
    Here(Word),
    Next,
}

fn written(word: &Word) -> Option<Written> {
    let text = word.text.as_str();
    if matches!(
        text,
        "-o" | "--output"
            | "-MF"
            | "-MJ"
            | "-Map"
            | "-dumpdir"
            | "-dumpbase"
            | "-aux-info"
            | "-serialize-diagnostics"
            | "--serialize-diagnostics"
            | "-index-store-path"
            | "-dependency-file"
            | "--dependency-file"
    ) {
        return Some(Written::Next);
    }
    for start in ["-MF", "-MJ", "--output=", "-Map=", "--dependency-file=", "-o"] {
        if let Some(rest) = text.strip_prefix(start).filter(|rest| !rest.is_empty()) {
            return Some(Written::Here(word.after(text.len() - rest.len())));
        }
    }
    // `-fdump-tree-all=FILE`, `-fprofile-dir=DIR` and whatever else of this form writes.
    let (option, value) = text.split_once('=')?;
    let is_outward = value.starts_with(['/', '~']) || value.contains("..");
    let only_reads = option.ends_with("-map") || option.starts_with("-fprofile-use") || option == "-fmodule-file";
    (option.starts_with("-f") && is_outward && !only_reads || option == "-save-temps")
        .then(|| Written::Here(word.after(option.len() + 1)))
}

/// The same options, with those that are handed on to the linker and others standing by themselves.
fn handed_on(arguments: &[Word]) -> Vec<Word> {
    let mut all = Vec::new();
    for word in arguments {
        let text = word.text.as_str();
        if matches!(text, "-Xlinker" | "-Xassembler" | "-Xpreprocessor" | "-Xclang") {
            continue;
        }
        match ["-Wl,", "-Wa,", "-Wp,"].iter().find(|start| text.starts_with(**start)) {
            Some(_) => {
                let parts = text[4..].split(',').map(|part| Word { text: part.to_owned(), ..word.clone() });
                // The preprocessor's own `-MD` takes a file.
                all.extend(parts.map(|part| match part.text.as_str() {
                    "-MD" | "-MMD" if text.starts_with("-Wp") => Word { text: "-MF".into(), ..part },
                    _ => part,
                }));
            }
            None => all.push(word.clone()),
        }
    }
    all
}

fn native(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = handed_on(call.arguments());
    let name = &call.words[0].text;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        if loads(&word.text) {
            return court.refuse(rules::OPTION, format!("`{name} {}`", word.shown()));
        }
        let file = match written(word) {
            Some(Written::Here(file)) => file,
            Some(Written::Next) => rest.next().cloned().unwrap_or_default(),
            None => continue,
        };
        if file.text != "-" {
            targets::written(court, Target::new(&file, "writing"), scope)?;
        }
    }
    Ok(())
}

fn rust(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let name = &call.words[0].text;
    for file in words::values(arguments, &["-o", "--out-dir", "--output", "--test-builder", "--runtool"]) {
        targets::written(court, Target::new(&file, "writing"), scope)?;
    }
    for kind in words::values(arguments, &["--emit"]) {
        if let Some((before, _)) = kind.text.split_once('=') {
            targets::written(court, Target::new(&kind.after(before.len() + 1), "writing"), scope)?;
        }
    }
    for setting in words::values(arguments, &["-C", "--codegen", "-Z"]) {
        let is_program = ["linker=", "codegen-backend=", "profile-generate=/", "dlltool="];
        if is_program.iter().any(|start| setting.text.starts_with(start)) && setting.text.contains('/') {
            return court.refuse(rules::OPTION, format!("`{name} -C {}`", setting.shown()));
        }
    }
    if let Some(word) = arguments.iter().find(|word| word.text.starts_with('@')) {
        return court.refuse(rules::OPTION, format!("`{name} {}`", word.shown()));
    }
    Ok(())
}
