//! `harness policy`: asked by a person, by a script with many questions, and about files that are broken.

use crate::{
    desk::Desk,
    support::{Ended, Machine, finish},
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// A desk whose project is registered, and the path of its policy file.
fn registered() -> (Desk, PathBuf) {
    let desk = Desk::new();
    desk.machine.harness(&["projects", "add", desk.project()]);
    let files: Value = desk.json(&["policy", "path"]);
    let file = files.as_array().expect("a list").iter().find(|file| file["scope"] == "project").expect("its file");
    let path = PathBuf::from(file["path"].as_str().expect("a path"));
    (desk, path)
}

/// One command line, judged.
fn check(desk: &Desk, command: &str) -> (Option<i32>, Value) {
    let ended = desk.machine.harness(&["policy", "check", "--json", "--project", desk.project(), "--", command]);
    let verdict = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{command}: {error}: {ended:?}"));
    (ended.code, verdict)
}

/// The program reading questions.
fn asking(desk: &Desk) -> Child {
    let mut command: Command = desk.machine.command(&["policy", "check", "--project", desk.project()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

fn ask_all(desk: &Desk, questions: &[u8]) -> Ended {
    let mut child = asking(desk);
    let mut stdin = child.stdin.take().expect("a pipe");
    let questions = questions.to_owned();
    let writing = std::thread::spawn(move || {
        // Who got a wrong line may have stopped reading.
        let _ = stdin.write_all(&questions);
    });
    let ended = finish(child);
    writing.join().expect("writing cannot fail");
    ended
}

#[test]
fn a_command_is_judged_and_the_exit_code_says_how() {
    let desk = Desk::new();
    let (code, verdict) = check(&desk, "ls && git status");
    assert_eq!((code, &verdict["verdict"]), (Some(0), &json!("allow")), "{verdict}");
    let (code, verdict) = check(&desk, "ls && sudo reboot");
    assert_eq!((code, &verdict["verdict"]), (Some(1), &json!("deny")), "{verdict}");
    assert_eq!(verdict["command"], "ls && sudo reboot", "what was asked is said again");
    for key in ["rule", "reason"] {
        assert!(verdict[key].as_str().is_some_and(|text| !text.is_empty()), "{key} is there: {verdict}");
    }
    let keys: Vec<&String> = verdict.as_object().expect("an object").keys().collect();
    assert_eq!(keys.len(), 4, "nothing else: {keys:?}");
    let told = desk.machine.harness(&["policy", "check", "--project", desk.project(), "--", "sudo reboot"]);
    assert!(told.stdout.contains("DENIED") && told.stdout.contains('['), "a person reads the rule: {}", told.stdout);
    let list = desk.machine.json(&["projects", "list", "--json"]);
    assert_eq!(list, json!([]), "to ask about a directory registers nothing");
}

#[test]
fn one_word_is_a_line_and_several_are_one_command_as_typed() {
    let desk = Desk::new();
    let code = |words: &[&str]| {
        let asked = [&["policy", "check", "--project", desk.project(), "--"], words].concat();
        desk.machine.harness(&asked).code
    };
    assert_eq!(code(&["git", "commit", "-m", "a; sudo reboot"]), Some(0), "a word stays a word");
    assert_eq!(code(&["git commit -m a; sudo reboot"]), Some(1), "one word is a whole line");
    assert_eq!(code(&["echo", "$(sudo reboot)"]), Some(0), "as it was typed, in quotes");
    assert_eq!(code(&["echo $(sudo reboot)"]), Some(1));
    assert_eq!(code(&["sudo", "reboot"]), Some(1));
}

#[test]
fn many_lines_are_answered_in_order_with_the_same_keys() {
    let desk = Desk::new();
    let asked: Vec<&str> = vec!["ls", "sudo id", "git status", "echo é\necho 日本 | cat"];
    let lines: String = asked.iter().map(|command| json!({ "command": command }).to_string() + "\n").collect();
    let ended = ask_all(&desk, lines.as_bytes());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""), "one is refused: {ended:?}");
    let answers: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let commands: Vec<&Value> = answers.iter().map(|answer| &answer["command"]).collect();
    assert_eq!(commands, asked, "in order, and as they were");
    let verdicts: Vec<&Value> = answers.iter().map(|answer| &answer["verdict"]).collect();
    assert_eq!(verdicts, ["allow", "deny", "allow", "allow"]);
    for line in ended.stdout.lines() {
        let at = |key: &str| line.find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key} is there: {line}"));
        assert!(at("command") < at("verdict") && at("verdict") < at("rule") && at("rule") < at("reason"), "{line}");
    }
    assert_eq!(ask_all(&desk, b"{\"command\":\"ls\"}").code, Some(0), "the last line needs no end");
    assert_eq!(ask_all(&desk, b"").code, Some(0), "nothing was asked, so nothing was refused");
}

#[test]
fn whoever_waits_for_an_answer_before_the_next_question_gets_it() {
    let desk = Desk::new();
    let mut child = asking(&desk);
    let (mut stdin, stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let mut answers = BufReader::new(stdout).lines();
    for command in ["ls", "sudo id", "pwd"] {
        writeln!(stdin, "{}", json!({ "command": command })).expect("it listens");
        let answer: Value = serde_json::from_str(&answers.next().expect("a line").expect("text")).expect("JSON");
        assert_eq!(answer["command"], command, "the answer comes at once");
    }
    drop(stdin);
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn a_line_that_is_no_question_ends_it_with_its_number_and_exit_code_two() {
    let desk = Desk::new();
    let wrong: [&[u8]; 8] = [
        b"ls",
        b"{}",
        b"{\"command\": 1}",
        b"[\"ls\"]",
        b"{\"command\": \"ls\"",
        b"",
        b"{\"command\": \"\xff\"}",
        b"null",
    ];
    for line in wrong {
        let questions = [b"{\"command\":\"ls\"}\n", line, b"\n{\"command\":\"pwd\"}\n"].concat();
        let ended = ask_all(&desk, &questions);
        let shown = String::from_utf8_lossy(line);
        assert_eq!(ended.code, Some(2), "{shown} is no question: {ended:?}");
        assert!(ended.stderr.contains("line 2") && ended.stderr.contains("\"command\""), "{shown}: {}", ended.stderr);
        assert_eq!(ended.stdout.lines().count(), 1, "what was asked before is answered: {}", ended.stdout);
    }
    let long = [br#"{"command":""#.as_slice(), &vec![b'a'; 5 << 20], b"\"}\n"].concat();
    assert_eq!(ask_all(&desk, &long).code, Some(2), "a line without end fills no memory");
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let desk = Desk::new();
    let mut child = asking(&desk);
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut first = String::new();
    let mut answers = BufReader::with_capacity(16, child.stdout.take().expect("a pipe"));
    writeln!(stdin, "{}", json!({ "command": "ls" })).expect("it listens");
    answers.read_line(&mut first).expect("a line");
    drop(answers);
    let line = json!({ "command": "echo words to fill a pipe with" }).to_string() + "\n";
    let many = line.repeat(20_000);
    let writing = std::thread::spawn(move || drop(stdin.write_all(many.as_bytes())));
    let mut complaint = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut complaint).expect("text");
    let status = child.wait().expect("it ends");
    writing.join().expect("writing cannot fail");
    assert_eq!((status.code(), complaint.as_str()), (Some(0), ""), "nothing was refused, and nobody complains");
}

#[test]
fn wrong_places_and_broken_files_are_no_verdicts() {
    let (desk, file) = registered();
    let at = |project: &str| desk.machine.harness(&["policy", "check", "--project", project, "--", "ls"]);
    let nowhere = at("/nowhere/at/all");
    assert_eq!((nowhere.code, nowhere.stdout.as_str()), (Some(2), ""), "{nowhere:?}");
    assert!(nowhere.stderr.contains("/nowhere/at/all"), "it is named: {}", nowhere.stderr);
    fs::write(&file, "deny:\n  - docker\nalow:\n  - ls\n").expect("a policy");
    let broken = at(desk.project());
    assert_eq!((broken.code, broken.stdout.as_str()), (Some(2), ""), "half a policy is none: {broken:?}");
    for part in [":3", "alow", "allow", "policy.yaml"] {
        assert!(broken.stderr.contains(part), "the person finds it ({part}): {}", broken.stderr);
    }
    let unregistered = desk.machine.project("other");
    assert_eq!(at(unregistered.to_str().expect("a path")).code, Some(0), "it is not that project's");
    assert!(desk.ok(&["policy", "path"]).contains("policy.yaml"), "a broken one is still listed");
}

#[test]
fn files_add_to_the_rules_and_the_stricter_counts() {
    let (desk, file) = registered();
    let organisation = desk.machine.path("data/policy.yaml");
    let verdict = |command: &str| {
        let (_, answer) = check(&desk, command);
        (answer["verdict"].as_str().expect("a word").to_owned(), answer["rule"].as_str().expect("a word").to_owned())
    };
    let is = |verdict: &str, rule: &str| (verdict.to_owned(), rule.to_owned());
    assert_ne!(verdict("terraform plan").0, "allow", "nobody knows it");
    fs::write(&file, "allow: [terraform plan]\nask: [npm install]\n").expect("a policy");
    assert_eq!(verdict("terraform plan -out x").0, "allow");
    assert_ne!(verdict("terraform apply").0, "allow", "only what was named");
    assert_eq!(verdict("npm install x"), is("ask", "policy.project"));
    assert_eq!(check(&desk, "npm install x").0, Some(1), "a person is needed, so it is not allowed");
    fs::write(&organisation, "deny: [terraform, npm]\n").expect("a policy");
    assert_eq!(verdict("terraform plan"), is("deny", "policy.organisation"), "the project cannot undo it");
    assert_eq!(verdict("cd src; timeout 5 npm --x install y"), is("deny", "policy.organisation"));
    fs::write(&organisation, "allow: [sudo]\n").expect("a policy");
    let refused = desk.machine.harness(&["policy", "check", "--project", desk.project(), "--", "ls"]);
    assert_eq!(refused.code, Some(2), "nothing unblocks that");
    assert!(refused.stderr.contains("sudo"), "it is named: {}", refused.stderr);
}

#[test]
fn a_server_names_its_policy_in_the_environment_and_does_not_run_without() {
    let desk = Desk::new();
    let named = desk.machine.path("server.yaml");
    let ask = || {
        let mut command = desk.machine.command(&["policy", "check", "--project", desk.project(), "--", "docker ps"]);
        command.env("HARNESS_POLICY", &named).stdout(Stdio::piped()).stderr(Stdio::piped());
        finish(command.spawn().expect("it starts"))
    };
    let lost = ask();
    assert_eq!(lost.code, Some(2), "the file is not there: {lost:?}");
    fs::write(&named, "deny: [docker]\n").expect("a policy");
    assert!(ask().stdout.contains("policy.organisation"), "it counts like the organisation's own");
}

#[test]
fn paths_are_judged_as_tools_are() {
    let (desk, file) = registered();
    fs::create_dir_all(desk.dir.join("src")).expect("a directory");
    let judge = |words: &[&str]| {
        let ended = desk.run(&[&["policy", "path", "--json"], words].concat());
        let verdicts: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        (
            ended.code,
            verdicts.iter().map(|one| one["verdict"].as_str().unwrap_or_default() == "allow").collect::<Vec<_>>(),
        )
    };
    assert_eq!(judge(&["src/new.js", "--write"]), (Some(0), vec![true]));
    assert_eq!(judge(&["src", "/etc/shadow", "../other"]), (Some(1), vec![true, false, false]), "in order");
    assert_eq!(judge(&[".git/config", "--write"]), (Some(1), vec![false]));
    let elsewhere = desk.machine.project("elsewhere").canonicalize().expect("it is there");
    let name = elsewhere.to_str().expect("a path");
    assert_eq!(judge(&[name]), (Some(1), vec![false]));
    fs::write(&file, format!("readable: ['{name}']\n")).expect("a policy");
    assert_eq!(judge(&[name]), (Some(0), vec![true]), "the project's file grants it");
    assert_eq!(judge(&[name, "--write"]), (Some(1), vec![false]), "for reading only");
    let own = file.to_str().expect("a path");
    assert_eq!(judge(&[own, "--write"]), (Some(1), vec![false]), "no agent writes its own policy");
}

#[test]
fn a_first_policy_is_written_once_and_says_nothing_yet() {
    let (desk, file) = registered();
    assert!(desk.ok(&["policy", "init"]).contains("policy.yaml"));
    let text = fs::read_to_string(&file).expect("it is there");
    for key in ["allow:", "ask:", "deny:", "network:", "readable:"] {
        assert!(text.contains(key), "every key is explained ({key}): {text}");
    }
    assert_eq!(check(&desk, "ls").0, Some(0), "it is whole");
    let again = desk.run(&["policy", "init"]);
    assert_eq!(again.code, Some(2), "a person's own is never overwritten: {again:?}");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), text);
    assert_eq!(desk.machine.harness(&["policy", "init", "--organisation"]).code, Some(0));
    assert!(desk.machine.path("data/policy.yaml").is_file(), "for all projects");
    let shown = desk.ok(&["policy", "show"]);
    assert!(shown.contains("organisation") && shown.contains("sudo"), "what counts is shown: {shown}");
}

#[test]
fn what_is_shown_is_what_counts() {
    let desk = Desk::new();
    let shown: Value = desk.json(&["policy", "show"]);
    let names = |key: &str| -> Vec<String> {
        let list = shown[key].as_array().unwrap_or_else(|| panic!("{key} is a list: {shown}"));
        list.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
    };
    let (listed, blocked) = (names("listed"), names("hard_blocks"));
    for (key, decision) in [("left_to_a_person", "ask"), ("refused", "deny")] {
        let apart = names(key);
        let questions: String =
            apart.iter().map(|name| json!({ "command": format!("{name} x") }).to_string() + "\n").collect();
        let answers = ask_all(&desk, questions.as_bytes()).stdout;
        assert_eq!(answers.lines().count(), apart.len(), "{key}: each has its answer");
        assert_eq!(answers.matches("\"allow\"").count(), 0, "{key} names nothing that runs: {answers}");
        assert!(answers.contains(&format!("\"{decision}\"")), "{key}: {answers}");
        assert_eq!(listed.iter().find(|name| apart.contains(name)), None, "what never runs is not listed as running");
    }
    assert!(names("left_to_a_person").iter().any(|name| name == "ansible"), "its own rule leaves it to a person");
    let questions: String =
        listed.iter().chain(&blocked).map(|name| json!({ "command": name }).to_string() + "\n").collect();
    let answers = ask_all(&desk, questions.as_bytes()).stdout;
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), listed.len() + blocked.len(), "each has its answer");
    let is_allowed = |answer: &&Value| answer["verdict"] == "allow";
    let allowed = answers[..listed.len()].iter().filter(is_allowed).count();
    assert!(allowed * 10 > listed.len() * 8, "most run without a word; only {allowed} of {} do", listed.len());
    for answer in &answers[listed.len()..] {
        assert_eq!(answer["verdict"], "deny", "it is shown as blocked: {answer}");
    }
    for name in ["git", "npm", "curl", "rm", "ls"] {
        assert!(listed.iter().any(|one| one == name), "{name} is everyday: {listed:?}");
    }
    assert_eq!(listed.iter().find(|name| blocked.contains(name)), None, "each name stands in one list");
    let rules = shown["rules"].as_array().expect("a list");
    let text = desk.ok(&["policy", "show"]);
    for rule in rules {
        let (id, sentence) = (rule["rule"].as_str().expect("a name"), rule["sentence"].as_str().expect("a sentence"));
        assert!(text.contains(id) && text.contains(sentence), "a person reads it too: {rule}");
    }
    assert!(rules.iter().any(|rule| rule["rule"] == "git.force-push"), "every rule is there: {rules:?}");
    for name in listed.iter().chain(&blocked) {
        assert!(text.contains(name.as_str()), "{name} is in the text too");
    }
}

#[test]
fn a_hundred_thousand_questions_are_answered_in_bounded_time() {
    let desk = Desk::new();
    let line = json!({ "command": "cd src && npm test 2>&1 | tail -20" }).to_string() + "\n";
    let started = std::time::Instant::now();
    let ended = ask_all(&desk, line.repeat(100_000).as_bytes());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 100_000, "each has its answer");
    // A build without optimisation on a busy machine; the measured figure is in the benchmark.
    assert!(started.elapsed().as_secs() < 120, "it took {:?}", started.elapsed());
}

#[test]
fn nothing_is_opened_for_wrong_words() {
    let machine = Machine::new();
    for words in [&["policy"][..], &["policy", "check", "ls"], &["policy", "path", "--write"], &["policy", "dance"]] {
        let ended = machine.harness(words);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{words:?}: {ended:?}");
    }
}
