//! Everyday tools work inside the walls: what holds an agent must not keep it from building.

use crate::stage::*;
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    sync::mpsc,
    thread,
};

/// Runs `command` in a session on a machine with further variables; gives the project's `out.txt`.
fn built(stage: &Stage, command: &str, variables: &[(&str, &str)]) -> String {
    let mut run = stage.machine.command(&stage.words_of(&builds("tools", command), &[]));
    run.envs(variables.iter().copied());
    let (ended, events) = Watched::over(run).end();
    assert_eq!(ended.code, Some(0), "the card passes: {}", told(&ended, &events));
    stage.read("out.txt")
}

#[test]
fn npm_installs_a_package_and_keeps_its_cache_in_the_sessions_home() {
    let stage = Stage::new(&["Install"]);
    stage.file("dep/package.json", r#"{"name": "dep", "version": "1.0.0", "main": "index.js"}"#);
    stage.file("dep/index.js", "module.exports = 'of the package';\n");
    let out = built(
        &stage,
        "npm pack ./dep && npm install --offline ./dep-1.0.0.tgz && node -p 'require(\"dep\")' > out.txt; echo $? >> out.txt",
        &[],
    );
    assert_eq!(out, "of the package\n0\n", "the package is there and can be used");
    assert!(!stage.machine.path("home/.npm").exists(), "nothing is written to the person's own home");
}

#[test]
fn pip_installs_a_wheel_into_a_virtual_environment() {
    let stage = Stage::new(&["Install"]);
    let make = "import zipfile\n\
                with zipfile.ZipFile('dep-1.0-py3-none-any.whl', 'w') as wheel:\n    \
                wheel.writestr('dep.py', 'WORD = \"of the wheel\"\\n')\n    \
                wheel.writestr('dep-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: dep\\nVersion: 1.0\\n')\n    \
                wheel.writestr('dep-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n    \
                wheel.writestr('dep-1.0.dist-info/RECORD', '')\n";
    stage.file("make.py", make);
    stage.file(".gitignore", "v/\n");
    // Debian keeps what makes environments in a package of its own; what is left to show there is that the wheel is read.
    let has_venv =
        Command::new("python3").args(["-c", "import venv, ensurepip"]).output().is_ok_and(|o| o.status.success());
    let install = match has_venv {
        true => {
            "python3 make.py && python3 -m venv v && v/bin/pip install --no-index ./dep-1.0-py3-none-any.whl && \
             v/bin/python -c 'import dep; print(dep.WORD)' > out.txt; echo $? >> out.txt"
        }
        false => {
            "python3 make.py && PYTHONPATH=dep-1.0-py3-none-any.whl python3 -c 'import dep; print(dep.WORD)' > out.txt; \
             echo $? >> out.txt"
        }
    };
    assert_eq!(built(&stage, install, &[]), "of the wheel\n0\n", "the wheel is there and can be used");
}

#[test]
fn cargo_builds_and_tests() {
    let stage = Stage::new(&["Build"]);
    stage.file("c/Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    stage.file("c/src/main.rs", "fn main() { println!(\"of the crate\"); }\n#[test]\nfn holds() {}\n");
    stage.file(".gitignore", "target/\n");
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().expect("these tests are built with it");
    let bin = format!("{}/bin", String::from_utf8_lossy(&sysroot.stdout).trim());
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    let build = "cargo test --offline --manifest-path c/Cargo.toml && \
                 cargo run --offline --manifest-path c/Cargo.toml > out.txt; echo $? >> out.txt";
    assert_eq!(built(&stage, build, &[("PATH", &path)]), "of the crate\n0\n", "compiler and linker work");
}

#[test]
fn a_companys_proxy_and_certificate_serve_the_session_and_its_password_stays_outside() {
    let stage = Stage::new(&["Fetch"]);
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = proxy.local_addr().expect("it has one");
    let (tell, heard) = mpsc::channel();
    thread::spawn(move || {
        for mut client in proxy.incoming().flatten() {
            let mut head = [0; 4096];
            let count = client.read(&mut head).unwrap_or_default();
            let _ = tell.send(String::from_utf8_lossy(&head[..count]).into_owned());
            let _ = client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        }
    });
    let certificate = stage.machine.path("home/company.pem");
    fs::write(&certificate, "the company's certificate\n").expect("a file");
    let proxied = format!("http://me:pr0xy-pass@{address}");
    let certificate = certificate.to_str().expect("a plain path");

    let out = built(
        &stage,
        "cat $PIP_CERT > out.txt; curl -s http://registry.npmjs.org/left-pad >> out.txt; env > env.txt",
        &[("HTTP_PROXY", &proxied), ("PIP_CERT", certificate)],
    );

    assert_eq!(out, "the company's certificate\nok", "both are there");
    let asked = heard.try_recv().expect("the proxy was asked");
    assert!(asked.starts_with("GET http://registry.npmjs.org:80/left-pad HTTP/1.1\r\n"), "for the host: {asked}");
    assert!(asked.contains("Proxy-Authorization: Basic bWU6cHIweHktcGFzcw=="), "with the password: {asked}");
    assert!(!stage.read("env.txt").contains("pr0xy-pass"), "which is none of the session's business");
}
