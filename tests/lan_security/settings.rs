//! What the operator can choose, and what nobody can choose.

use crate::support::{
    Machine,
    door::{self, Served},
};
use std::fs;

/// How `harness serve` ends when it must not start.
fn refused(machine: &Machine, words: &[&str], environment: &[(&str, &str)]) -> String {
    let all: Vec<&str> = ["serve"].into_iter().chain(words.iter().copied()).collect();
    let mut command = machine.command(&all);
    command.current_dir(machine.path("home")).envs(environment.iter().copied());
    door::refused(command)
}

#[test]
fn a_door_to_the_network_is_not_opened_while_nobody_can_sign_in() {
    let machine = Machine::new();
    let why = refused(&machine, &["--bind", "0.0.0.0:0"], &[]);
    assert!(why.contains("harness user add"), "it says what to do: {why}");
}

#[test]
fn settings_that_would_leave_the_door_open_are_refused_with_what_to_do() {
    let machine = Machine::new();
    for (name, value) in [
        ("AUTH_ENABLED", "false"),
        ("DEFAULT_ADMIN_PASSWORD", "admin"),
        ("JWT_SECRET_KEY", ""),
        ("CORS_ORIGINS", "*"),
        ("ALLOWED_HOSTS", "*"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("COOKIE_SAMESITE", "none"),
        ("DATA_DIR", "/elsewhere"),
        ("PORT", "http"),
    ] {
        let why = refused(&machine, &["--bind", "127.0.0.1:0"], &[(name, value)]).to_lowercase();
        assert!(why.contains(&name.to_lowercase()), "{name}={value}: {why}");
    }
}

#[test]
fn what_is_said_nearer_counts_and_a_file_that_says_nonsense_is_refused() {
    let machine = Machine::new();
    let file = machine.path("serve.toml");
    fs::write(&file, "allowed_hosts = [\"board.test\"]\nrequire_localhost = false\n").expect("a file");
    fs::write(machine.path("data").join(".env"), "ALLOWED_HOSTS=desk.test\n").expect("a file");
    let served = Served::start(machine, &["--config", file.to_str().expect("a plain path")], &[]);
    let status = |host: &str| served.ask("GET", "/api/health", &[&format!("host: {host}")], b"").status;
    assert_eq!((status("desk.test"), status("board.test")), (200, 421), ".env counts before the file");
    let machine = Machine::new();
    let file = machine.path("serve.toml");
    fs::write(&file, "hots = \"0.0.0.0\"\n").expect("a file");
    let why = refused(&machine, &["--config", file.to_str().expect("a plain path")], &[]);
    assert!(why.contains("hots"), "it names the key: {why}");
}

#[test]
fn a_file_of_settings_that_an_agent_may_write_is_not_read() {
    let machine = Machine::new();
    let project = machine.project("todo");
    let dir = project.to_str().expect("a plain path");
    let known = machine.harness(&["projects", "add", dir]);
    assert_eq!(known.code, Some(0), "the directory is a project now: {known:?}");
    fs::write(project.join(".env"), "TRUSTED_PROXIES=127.0.0.1\n").expect("a file");
    let mut command = machine.command(&["serve", "--bind", "127.0.0.1:0"]);
    command.current_dir(&project);
    let why = door::refused(command);
    assert!(why.contains("todo"), "it says whose file it is: {why}");
}

#[test]
fn a_file_of_settings_cannot_lead_to_another_data_directory() {
    let machine = Machine::new();
    for name in ["HARNESS_HOME", "XDG_DATA_HOME"] {
        let here = machine.project(name);
        fs::write(here.join(".env"), format!("{name}={}\n", here.display())).expect("a file");
        let mut command = machine.command(&["serve", "--bind", "127.0.0.1:0"]);
        // As most people have it: the data directory is where the system has it.
        command.current_dir(&here).env_remove("HARNESS_HOME");
        // Whoever writes that file would let themselves in.
        let why = door::refused(command);
        assert!(why.contains("HARNESS_HOME"), "{name}: it says what to do: {why}");
    }
}

#[test]
fn a_file_of_variables_names_the_configuration_file_too() {
    let machine = Machine::new();
    let file = machine.path("serve.toml");
    fs::write(&file, "allowed_hosts = [\"board.test\"]\n").expect("a file");
    fs::write(machine.path("data").join(".env"), format!("HARNESS_CONFIG={}\n", file.display())).expect("a file");
    let served = Served::start(machine, &[], &[]);
    assert_eq!(served.ask("GET", "/api/health", &["host: board.test"], b"").status, 200);
}

#[test]
fn the_help_names_every_setting() {
    let help = Machine::new().harness(&["serve", "--help"]).stdout;
    for variable in harness_server::config::VARIABLES {
        assert!(help.contains(variable.name), "{} is in the help", variable.name);
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_order() {
    let mut served = Served::new();
    let pid = rustix::process::Pid::from_raw(i32::try_from(served.pid()).expect("a number")).expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it is told");
    assert_eq!(served.wait(), Some(0), "it ends by itself, and without a complaint");
}
