//! Databases, whose own languages reach files and programs.

use super::{
    Rules,
    call::{Call, Input, Target},
    court::{Court, Ruling},
    rules,
    scope::Scope,
    targets,
    text_tools::write_all,
    words,
};

/// Which commands are judged here, and by what.
pub(super) const COMMANDS: &[(&[&str], Rules)] = &[(
    &[
        "sqlite3",
        "psql",
        "mysql",
        "mariadb",
        "mongosh",
        "mongo",
        "redis-cli",
        "pg_dump",
        "pg_restore",
        "mysqldump",
        "mongodump",
        "duckdb",
        "createdb",
        "dropdb",
        "pg_isready",
        "pg_ctl",
        "initdb",
        "mongorestore",
    ],
    database,
)];

fn database(court: &mut Court<'_>, call: &mut Call, scope: &mut Scope) -> Ruling {
    let arguments = call.arguments();
    let name = call.words[0].text.rsplit('/').next().unwrap_or_default().to_owned();
    let mut texts: Vec<&str> = arguments.iter().map(|word| word.text.as_str()).collect();
    if let Input::Text(text) = &call.input {
        texts.push(&text.text);
    }
    for text in texts {
        let lower = text.to_lowercase();
        let runs = match name.as_str() {
            "sqlite3" => {
                let dots = [
                    ".shell",
                    ".system",
                    ".load",
                    ".output",
                    ".once",
                    ".excel",
                    ".backup",
                    ".save",
                    ".open",
                    ".read",
                    ".import",
                    ".log",
                    ".cd",
                    ".archive",
                    ".ar",
                    ".clone",
                    ".www",
                    ".restore",
                    ".trace",
                    ".sha3sum_",
                ];
                let names_command = |line: &str| {
                    dots.iter().any(|dot| {
                        line.strip_prefix(dot)
                            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\'']))
                            || (line.len() > 3
                                && line.starts_with('.')
                                && dot.starts_with(line.split(' ').next().unwrap_or_default()))
                    })
                };
                lower.lines().map(str::trim).any(names_command)
                    || ["readfile(", "writefile(", "load_extension(", "edit(", "fts3_tokenizer("]
                        .iter()
                        .any(|call| lower.replace(' ', "").contains(call))
                    || lower.contains("attach") && lower.contains("'/")
            }
            "psql" => {
                lower.contains("\\!")
                    || lower.contains("\\o")
                    || lower.contains("\\w ")
                    || lower.contains("\\copy")
                    || lower.contains("\\i ")
                    || lower.contains("\\setenv")
                    || lower.contains("|") && lower.contains("\\g")
                    || lower.contains(" program ")
                    || lower.contains("pg_read_file")
                    || lower.contains("pg_read_binary_file")
                    || lower.contains("lo_import")
                    || lower.contains("lo_export")
                    || lower.contains("pg_ls_dir")
            }
            "mysql" | "mariadb" => {
                lower.contains("\\!")
                    || lower.starts_with("system ")
                    || lower.contains("; system ")
                    || lower.contains("load_file")
                    || lower.contains("into outfile")
                    || lower.contains("into dumpfile")
                    || lower.contains("pager ")
                    || lower.contains("\\p ")
                    || lower.contains("tee ")
                    || lower.contains("source ")
            }
            "redis-cli" => {
                lower.contains("config") && lower.contains("set")
                    || lower == "config"
                    || lower == "eval"
                    || lower == "module"
                    || lower == "slaveof"
                    || lower == "replicaof"
                    || lower == "debug"
                    || lower == "shutdown"
            }
            "duckdb" => {
                lower.contains(".shell")
                    || lower.contains(".system")
                    || lower.contains("install ")
                    || lower.contains("copy ") && lower.contains(" to ")
            }
            _ => false,
        };
        if runs {
            return court.refuse(rules::DATABASE_PROGRAM, format!("`{name}`"));
        }
    }
    if matches!(name.as_str(), "mongosh" | "mongo") {
        for code in words::values(arguments, &["--eval"]) {
            super::interpreters::code(court, &name, &code)?;
        }
    }
    if name == "sqlite3" {
        if words::has(arguments, &["-init", "--init"])
            || arguments.iter().any(|word| matches!(word.text.as_str(), "-init" | "--init" | "-A"))
        {
            return court.refuse(rules::DATABASE_PROGRAM, "`sqlite3 -init`");
        }
        let operands = words::operands(arguments, &["-cmd", "-separator", "-newline", "-nullvalue", "-mmap"]);
        if let Some(file) = operands.first().filter(|word| !word.text.starts_with(':')) {
            targets::written(court, Target::new(file, "opening"), scope)?;
        }
        if operands.get(1).is_some_and(|sql| sql.unknown.is_some() && sql.start().is_empty()) {
            return court.refuse(rules::UNKNOWN_CODE, "`sqlite3 … …`");
        }
        return Ok(());
    }
    for host in words::values(arguments, &["-h", "--host"]) {
        let is_here = matches!(host.text.as_str(), "localhost" | "127.0.0.1" | "::1" | "")
            || host.text.contains('=')
            || !host.text.contains(['.', ':']) && name != "redis-cli";
        if !is_here {
            return court.refuse(rules::NETWORK_PRIVATE, format!("`{name} -h {}`", host.shown()));
        }
    }
    for word in arguments.iter().filter(|word| word.text.contains("://")) {
        let rest = word.text.split("://").nth(1).unwrap_or_default();
        let host = rest.split(['/', '?']).next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        if !matches!(
            host,
            "localhost" | "127.0.0.1" | "[::1]" | "" | "db" | "postgres" | "mysql" | "redis" | "mongo" | "mongodb"
        ) {
            return court.refuse(rules::NETWORK_PRIVATE, format!("`{name} {}`", word.shown()));
        }
    }
    write_all(
        court,
        &words::values(arguments, &["-o", "--output", "--result-file", "--log-file", "-L", "--out"]),
        scope,
    )
}
