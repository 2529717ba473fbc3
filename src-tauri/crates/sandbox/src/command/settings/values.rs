//! Values of variables that hold options of a program.

use crate::shell::Word;

/// Programs that show or edit nothing.
pub(super) fn is_quiet_program(text: &str) -> bool {
    matches!(
        text,
        "" | "cat" | "true" | ":" | "less" | "more" | "echo" | "none" | "/bin/true" | "/bin/cat" | "/bin/echo"
    )
}

/// Whether CMake starts what this variable says.
pub(super) fn is_compiler_of_cmake(name: &str) -> bool {
    name.starts_with("CMAKE_") && (name.ends_with("_COMPILER") || name.ends_with("_LAUNCHER"))
}

/// Options of node that load nothing from outside the project.
pub(super) fn node_options_are_harmless(text: &str) -> bool {
    let loads =
        ["--require", "-r", "--import", "--loader", "--experimental-loader", "--env-file", "--eval", "-e", "-p"];
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
        if loads.contains(&option) {
            let value = value.or_else(|| words.next()).unwrap_or("/");
            if value.starts_with(['/', '~']) || value.contains("..") || value.contains(':') {
                return false;
            }
        }
    }
    true
}

/// Options of a virtual machine for Java that load no agent and start nothing.
pub(super) fn java_options_are_harmless(text: &str) -> bool {
    const LOADING: [&str; 13] = [
        "-agentlib",
        "-agentpath",
        "-javaagent",
        "-Xbootclasspath",
        "-XX:Flags",
        "-XX:OnError",
        "-XX:OnOutOfMemoryError",
        "-XX:VMOptionsFile",
        "-Djava.ext.dirs",
        "-Djava.system.class.loader",
        "-Dexec.executable",
        "-cp",
        "--patch-module",
    ];
    let is_harmless = |word: &str| {
        word.starts_with('-')
            && !LOADING.iter().any(|start| word.starts_with(start))
            && !word.contains(['`', '$', '"', '\''])
    };
    // The value of an option that stands by itself, as in `--add-opens java.base/java.lang=ALL-UNNAMED`.
    let mut is_value = false;
    text.split_whitespace().all(|word| {
        let was_value = std::mem::replace(&mut is_value, word.starts_with("--add-") && !word.contains('='));
        was_value || is_harmless(word)
    })
}

/// Whether this word, among the options that Maven is always given, is something to be done that nobody sees in the line.
pub(super) fn is_goal(word: &Word) -> bool {
    let text = word.text.as_str();
    let is_value =
        text.ends_with('C') && text.trim_end_matches('C').bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    !text.starts_with('-') && !is_value && !text.bytes().all(|byte| byte.is_ascii_digit())
        || text.starts_with("-Dexec.")
        || super::super::publishing::of_jvm("mvn", word)
}

/// Options of the Go tools that start no program.
pub(super) fn go_options_are_harmless(text: &str) -> bool {
    let starts = ["toolexec", "exec", "vettool", "overlay"];
    !text.split_whitespace().any(|word| {
        let option = word.trim_start_matches('-').split('=').next().unwrap_or_default();
        starts.contains(&option)
    })
}

/// Options of the Rust compiler that name no program or code by a path.
pub(super) fn rust_options_are_harmless(text: &str) -> bool {
    let named = ["linker=", "codegen-backend=", "dlltool="];
    // Cargo parts the words of its encoded form by this character.
    !text.split([' ', '\u{1f}']).any(|word| {
        let setting = word.trim_start_matches("-C").trim_start_matches("-Z").trim_start_matches("--codegen=");
        let names_path = named.iter().any(|start| setting.starts_with(start)) && setting.contains('/');
        let linked =
            setting.strip_prefix("link-arg=").or_else(|| setting.strip_prefix("link-args=")).unwrap_or_default();
        names_path || !linked.is_empty() && super::super::compilers::loads(linked)
    })
}

/// Options of Erlang that evaluate and load nothing.
pub(super) fn erlang_options_are_harmless(text: &str) -> bool {
    let loads =
        ["-eval", "-s", "-run", "-pa", "-pz", "-path", "-config", "-boot", "-args_file", "-init_debug", "-e", "-r"];
    !text.split_whitespace().any(|word| loads.contains(&word))
}

/// Whether no word of these options leads out of the project.
pub(super) fn stays_inside(text: &str) -> bool {
    text.split([' ', '=', ',', ':', '\t', '\n']).all(|word| {
        let path = word.trim_start_matches(|c: char| c == '-' || c.is_ascii_alphabetic() && word.starts_with('-'));
        !path.starts_with(['/', '~']) && !path.split('/').any(|part| part == "..")
    })
}

/// Options of `less`, as its variable holds them: with a dash or without one.
pub(super) fn less_is_harmless(text: &str) -> bool {
    text.split([' ', '$']).filter(|word| !word.is_empty()).all(|word| match word.strip_prefix('+') {
        Some(command) => less_command_is_harmless(command),
        None if word.starts_with("--") => !less_option_names_file(word),
        None => !less_letters_name_file(word.trim_start_matches('-')),
    })
}

/// Whether what `less` does first is to go somewhere, and nothing else.
pub(crate) fn less_command_is_harmless(command: &str) -> bool {
    let command = command.trim_start_matches('+');
    match command.chars().next() {
        Some('/' | '?') => !command.contains(|c: char| c.is_control() || c == '!'),
        _ => command.chars().all(|c| c.is_ascii_digit() || "gGFpP%".contains(c)),
    }
}

/// Whether a long option of `less` names a file that it writes, or one that says what its keys do.
pub(crate) fn less_option_names_file(option: &str) -> bool {
    let name = option.trim_start_matches('-').split('=').next().unwrap_or_default().to_lowercase();
    name.len() > 2
        && ["log-file", "lesskey-file", "lesskey-src", "lesskey-content"].iter().any(|long| long.starts_with(&name))
}

/// The same of letters, the ones before it taking nothing.
pub(crate) fn less_letters_name_file(letters: &str) -> bool {
    // After these comes a value.
    let before_value = letters.split(['b', 'D', 'h', 'j', 'p', 'P', 't', 'T', 'x', 'y', 'z', '#', '"']).next();
    before_value.unwrap_or_default().contains(['o', 'O', 'k'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_a_pager_only_show() {
        for text in
            ["-R", "FRX", "-FRX", "-i -M -R", "--mouse --wheel-lines=3", "-R +G", "+/TODO", "-Ps%f $", "-x4", "-#.3"]
        {
            assert!(less_is_harmless(text), "{text} is how people set it");
        }
        for text in [
            "+!id",
            "-R +!id",
            "+|^id",
            "+v",
            "-ofile",
            "-RO.git/x",
            "-k keys",
            "--log-file=x",
            "--lesskey-src=x",
            "R +:e",
        ] {
            assert!(!less_is_harmless(text), "{text} runs or writes something");
        }
    }

    #[test]
    fn options_of_machines_and_compilers_load_nothing() {
        for text in [
            "-Xmx2g",
            "-Xmx2g -Dfile.encoding=UTF-8",
            "-XX:+UseG1GC",
            "--add-opens java.base/java.lang=ALL-UNNAMED",
            "",
        ] {
            assert!(java_options_are_harmless(text), "{text} is everyday");
        }
        for text in ["-javaagent:x.jar", "-Xmx1g -agentpath:/x", "-XX:OnError=id", "x", "@file", "-Dx=`id`"] {
            assert!(!java_options_are_harmless(text), "{text} loads or runs something");
        }
        for text in
            ["-C target-cpu=native", "-D warnings", "-C linker=clang -C link-arg=-fuse-ld=mold", "--cfg tokio_unstable"]
        {
            assert!(rust_options_are_harmless(text), "{text} is everyday");
        }
        for text in ["-C linker=/root/x", "-Clinker=./x", "-Zcodegen-backend=/x.so", "-C link-arg=-fplugin=x"] {
            assert!(!rust_options_are_harmless(text), "{text} loads or runs something");
        }
    }
}
