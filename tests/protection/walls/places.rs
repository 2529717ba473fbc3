//! What git, the CLI and editors obey later stays as the person left it.

use crate::stage::*;
use serde_json::Value;
use std::{fs, path::Path};

/// Tries every way to put something where it would be obeyed, and writes down what worked.
const ATTACK: &str = r#"
import fs from 'node:fs';
import { execSync } from 'node:child_process';
const worked = [];
const attempt = (name, act) => { try { act(); worked.push(name); } catch {} };
const evil = '#!/bin/sh\ntouch /tmp/owned\n';
attempt('a hook', () => fs.writeFileSync('.git/hooks/pre-commit', evil, { mode: 0o755 }));
attempt('settings', () => fs.appendFileSync('.git/config', '[core]\n\tfsmonitor = ./evil\n'));
attempt('settings by git', () => execSync('git config core.fsmonitor ./evil', { stdio: 'ignore' }));
attempt('settings of one tree', () => fs.writeFileSync('.git/config.worktree', '[core]\n'));
attempt('attributes', () => fs.writeFileSync('.git/info/attributes', '* filter=x\n'));
attempt('the hooks directory away', () => fs.renameSync('.git/hooks', '.git/hooks2'));
attempt('the settings away', () => fs.renameSync('.git/config', '.git/config2'));
attempt('the settings replaced', () => { fs.writeFileSync('.git/c', 'x'); fs.renameSync('.git/c', '.git/config'); });
attempt('the repository away', () => fs.renameSync('.git', '.git2'));
attempt('the repository removed', () => fs.rmSync('.git', { recursive: true }));
attempt('a linked tree', () => fs.mkdirSync('.git/worktrees/x'));
attempt('a remote', () => fs.writeFileSync('.git/remotes/origin', 'URL: ext::sh -c evil\n'));
attempt('settings of the CLI', () => { fs.mkdirSync('.claude', { recursive: true }); fs.writeFileSync('.claude/settings.json', '{}'); });
attempt('the CLI directory away', () => fs.renameSync('.claude', '.claude2'));
attempt('the CLI directory removed', () => fs.rmdirSync('.claude'));
attempt('tools', () => fs.writeFileSync('.mcp.json', '{}'));
attempt('tools by a link', () => fs.symlinkSync('x', '.mcp.json'));
attempt('tools in place of the stand-in', () => { fs.rmSync('.mcp.json', { recursive: true }); fs.writeFileSync('.mcp.json', '{}'); });
attempt('tools of an editor', () => { fs.mkdirSync('.vscode', { recursive: true }); fs.writeFileSync('.vscode/mcp.json', '{}'); });
attempt('settings of an editor', () => fs.writeFileSync('.vscode/settings.json', '{}'));
attempt('the editor directory away', () => fs.renameSync('.vscode', '.vscode2'));
attempt('the policy', () => { fs.mkdirSync('.harness', { recursive: true }); fs.writeFileSync('.harness/policy.yaml', ''); });
try { fs.writeFileSync('../outside.txt', 'x'); } catch {}
attempt('unmounting', () => execSync('umount .git/hooks', { stdio: 'ignore' }));
attempt('a mount', () => execSync('unshare -Urm sh -c "umount .git/hooks || mount --bind /tmp .git/hooks && touch .git/hooks/x"', { stdio: 'ignore' }));
const worksStill = [];
try { execSync('git commit -q --allow-empty -m "by the agent"'); worksStill.push('commit'); } catch {}
fs.writeFileSync('report.json', JSON.stringify({ worked, worksStill }));
"#;

/// Every file below a directory, with its content.
fn everything(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(everything(&path));
        }
        found.push((path.display().to_string(), fs::read(&path).unwrap_or_default()));
    }
    found.sort();
    found
}

#[test]
fn what_is_obeyed_later_cannot_be_changed_from_within_a_session_and_no_stand_in_is_left() {
    let stage = Stage::new(&["Attack"]);
    stage.file("attack.mjs", ATTACK);
    stage.git(&["init", "-q", "-b", "main"]);
    let obeyed = [".git/hooks", ".git/info"].map(|dir| everything(&stage.dir.join(dir)));
    let settings = stage.read(".git/config");

    stage.run_to_all_passing(&builds("places", "node attack.mjs"), &[]);

    let report: Value = serde_json::from_str(&stage.read("report.json")).expect("the attack came to its end");
    assert_eq!(report["worked"], serde_json::json!([]), "each of these would be obeyed outside the walls");
    assert!(!stage.machine.path("outside.txt").exists(), "and nothing beside the project is written");
    let still = serde_json::json!(["commit"]);
    assert_eq!(report["worksStill"], still, "everything beside the protected places is the agent's");
    let now = [".git/hooks", ".git/info"].map(|dir| everything(&stage.dir.join(dir)));
    assert_eq!(now, obeyed, "hooks and attributes are as they were");
    assert_eq!(stage.read(".git/config"), settings, "and so are git's settings");
    for name in [".claude", ".mcp.json", ".vscode", ".cursor", ".harness", ".git/worktrees", ".git/remotes"] {
        assert!(!stage.dir.join(name).exists(), "{name} was not there before the run, and is not after it");
    }
    let names = stage.git(&["log", "--all", "--name-only", "--format="]);
    assert!(!names.contains(".claude") && !names.contains(".mcp"), "no commit contains a stand-in: {names}");
    assert_eq!(stage.git(&["status", "--porcelain"]), "", "nothing is left over");
}

#[test]
fn a_place_that_git_is_told_to_obey_by_its_settings_is_held_too() {
    let stage = Stage::new(&["Attack"]);
    let attack = "import fs from 'node:fs';\nfor (const path of ['githooks/pre-commit', 'shared.gitconfig'])\n  \
                  try { fs.writeFileSync(path, 'evil'); } catch (error) { fs.appendFileSync('report.txt', error.code + ' '); }\n";
    stage.file("attack.mjs", attack);
    stage.file("githooks/pre-commit", "#!/bin/sh\nexit 0\n");
    stage.file("shared.gitconfig", "[alias]\n\tst = status\n");
    stage.git(&["init", "-q", "-b", "main"]);
    stage.git(&["config", "core.hooksPath", "githooks"]);
    stage.git(&["config", "include.path", "../shared.gitconfig"]);

    stage.run_to_all_passing(&builds("named", "node attack.mjs"), &[]);

    assert_eq!(stage.read("report.txt"), "EROFS EROFS ", "what the settings name is as good as the settings");
}

/// Tries to change what steers the repositories that this place is part of.
const STEERS: &str = r#"
import fs from 'node:fs';
const worked = [];
const attempt = (name, act) => { try { act(); worked.push(name); } catch {} };
for (const dir of process.argv.slice(2)) {
  for (const name of ['config', 'config.worktree', 'hooks/pre-commit', 'info/attributes'])
    attempt(`${dir}/${name}`, () => fs.writeFileSync(`${dir}/${name}`, 'x'));
  // Where there is none, one would end the run.
  for (const name of ['commondir', 'gitdir'].filter((name) => fs.existsSync(`${dir}/${name}`)))
    attempt(`${dir}/${name}`, () => fs.writeFileSync(`${dir}/${name}`, 'x'));
  attempt(`${dir} away`, () => fs.renameSync(dir, `${dir}2`));
}
attempt('all modules away', () => fs.renameSync('.git/modules', '.git/modules2'));
for (const pointer of ['.git', 'lib/.git'])
  if (fs.existsSync(pointer) && fs.statSync(pointer).isFile()) {
    attempt(`${pointer} replaced`, () => { fs.writeFileSync('p', 'gitdir: evil\n'); fs.renameSync('p', pointer); });
    attempt(`${pointer} written`, () => fs.writeFileSync(pointer, 'gitdir: evil\n'));
  }
fs.rmSync('p', { force: true });
fs.writeFileSync('report.json', JSON.stringify(worked));
"#;

#[test]
fn the_repository_of_a_submodule_is_held_like_the_projects_own() {
    let stage = Stage::new(&["Attack"]);
    stage.file("attack.mjs", STEERS);
    stage.git(&["init", "-q", "-b", "main"]);
    let library = stage.machine.project("library");
    fs::write(library.join("code.txt"), "shared").expect("a file");
    for words in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "Start"]] {
        crate::support::git(&library, words);
    }
    let from = library.to_str().expect("a plain path");
    stage.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from, "lib"]);
    stage.git(&["add", "."]);
    stage.git(&["commit", "-qm", "With a library"]);
    let git_dir = stage.dir.join(".git/modules/lib");
    let (config, pointer) = (fs::read_to_string(git_dir.join("config")).expect("settings"), stage.read("lib/.git"));

    stage.run_to_all_passing(&builds("submodule", "node attack.mjs .git/modules/lib .git"), &[]);

    assert_eq!(stage.read("report.json"), "[]", "git obeys these the next time somebody stands in lib");
    assert_eq!(fs::read_to_string(git_dir.join("config")).expect("settings"), config, "and it is as it was");
    assert_eq!(stage.read("lib/.git"), pointer, "which repository that is, too");
}

#[test]
fn a_project_that_is_a_linked_tree_of_another_repository_can_change_nothing_that_steers_it() {
    let stage = Stage::new(&["Attack"]);
    let main = stage.machine.project("main-tree");
    fs::write(main.join("attack.mjs"), STEERS).expect("a file");
    for entry in fs::read_dir(&stage.dir).expect("the project").flatten() {
        let to = main.join(entry.file_name());
        if entry.path().is_dir() {
            let copied = std::process::Command::new("cp").arg("-r").arg(entry.path()).arg(&to).status();
            assert!(copied.is_ok_and(|status| status.success()), "the project's files are the main tree's");
        } else {
            fs::copy(entry.path(), &to).expect("a copy");
        }
    }
    for words in [&["init", "-q", "-b", "main"][..], &["add", "."], &["commit", "-qm", "Start"]] {
        crate::support::git(&main, words);
    }
    fs::remove_dir_all(&stage.dir).expect("it was empty but for that");
    let tree = stage.dir.to_str().expect("a plain path");
    crate::support::git(&main, &["worktree", "add", "-q", "-b", "side", tree]);
    let git_dir = main.join(".git").canonicalize().expect("it is there");
    let (own, config) = (git_dir.join("worktrees"), fs::read_to_string(git_dir.join("config")).expect("settings"));
    let own = fs::read_dir(own).expect("it has one").flatten().next().expect("it has one").path();
    let attack = format!("node attack.mjs '{}' '{}'", git_dir.display(), own.display());
    let pointer = stage.read(".git");

    stage.run_to_all_passing(&builds("linked-tree", &attack), &[]);

    assert_eq!(stage.read("report.json"), "[]", "the main tree is the person's, and so is what steers it");
    assert_eq!(fs::read_to_string(git_dir.join("config")).expect("settings"), config, "nothing changed there");
    assert_eq!(stage.read(".git"), pointer, "nor where the tree belongs");
}

#[test]
fn a_file_that_would_lead_git_to_other_settings_ends_the_run_and_is_gone() {
    let stage = Stage::new(&["Attack"]);
    stage.file("attack.mjs", "import fs from 'node:fs';\nfs.writeFileSync('.git/commondir', '../evil');\n");
    stage.git(&["init", "-q", "-b", "main"]);
    let scenario =
        coding("planted", serde_json::json!([take_card(), bash("node attack.mjs; sleep 30"), ask_for_checks()]));

    let (ended, events) = stage.run(&scenario, &[]);

    assert_eq!(end_of(&events)["code"], "failed", "the run cannot go on: {}", told(&ended, &events));
    let why = end_of(&events)["message"].as_str().expect("a reason").to_owned();
    assert!(why.contains("commondir"), "the person is told what happened: {why}");
    assert!(!stage.dir.join(".git/commondir").exists(), "and need not remove it");
}

#[test]
fn a_link_in_a_protected_place_is_refused_with_what_to_do() {
    let stage = Stage::new(&["Attack"]);
    stage.git(&["init", "-q", "-b", "main"]);
    fs::create_dir(stage.dir.join("elsewhere")).expect("a directory");
    std::os::unix::fs::symlink("elsewhere", stage.dir.join(".claude")).expect("a link");

    let (ended, events) = stage.run(&builds("linked", BUILD), &["--uncommitted", "include"]);

    let why = end_of(&events)["message"].as_str().unwrap_or_default().to_owned();
    assert!(why.contains("symbolic link"), "no wall can hold a link: {}", told(&ended, &events));
}
