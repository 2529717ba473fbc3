//! `harness serve`: the door, open until a signal comes.

use crate::{
    open,
    print::{complain, say},
    signals::Signals,
};
use anyhow::Context;
use clap::Args;
use harness_api::{Api, ServedLan};
use harness_engine::{App, home::Home, runs::Quit};
use harness_mcp::Tools;
use harness_server::{
    Door,
    config::{Choices, VARIABLES},
};
use std::{
    fmt::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Read from the working directory and from the data directory.
const ENVIRONMENT_FILE: &str = ".env";

#[derive(Debug, Args)]
#[command(after_help = help())]
pub struct ServeArgs {
    /// Where to listen; 127.0.0.1:8888 unless something else says otherwise
    #[arg(long, value_name = "ADDR:PORT")]
    bind: Option<SocketAddr>,
    /// A configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Speak TLS, with a certificate of its own unless one is given; on by default where others can reach it
    #[arg(long, value_name = "BOOL")]
    https: Option<bool>,
    /// A certificate in PEM, with the chain below it
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A name under which browsers may ask for this machine; may be repeated
    #[arg(long = "allowed-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,
    /// The origin of another page that may use the API; may be repeated
    #[arg(long = "cors-origin", value_name = "ORIGIN")]
    cors_origins: Vec<String>,
    /// A proxy whose word about clients counts, or a network of them; may be repeated
    #[arg(long = "trusted-proxy", value_name = "ADDR")]
    trusted_proxies: Vec<String>,
    /// Serve clients on this machine only
    #[arg(long, value_name = "BOOL")]
    require_localhost: Option<bool>,
    /// The address that people are given, behind a proxy or in a container
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Leave runs that the end of the server cut off to you; otherwise they go on by themselves
    #[arg(long)]
    no_resume: bool,
    /// How long until a run that could not go on is tried again, in seconds; doubled each time up to 900 [usually: 30]
    #[arg(long, value_name = "SECONDS")]
    resume_retry_seconds: Option<u64>,
}

fn help() -> String {
    let mut help = String::from("Environment variables, also from a .env file here or in the data directory:\n");
    for variable in VARIABLES {
        let _ = writeln!(help, "  {:<24} {}", variable.name, variable.words);
    }
    help.push_str(
        "\nWhat is said nearer counts: the command line, the environment, .env, the configuration file. The file has the keys\n\
         host, port, https, certificate, key, allowed_hosts, cors_origins, trusted_proxies, require_localhost, public_url,\n\
         resume_runs, resume_retry_seconds, cookie_secure, cookie_samesite, max_body_bytes, max_connections and\n\
         max_connections_per_address.\n\
         The log goes to standard error: HARNESS_LOG (info) and HARNESS_LOG_FORMAT (json or text).",
    );
    help
}

/// Takes what `.env` says into the environment, where it says nothing yet. Before any thread is started.
///
/// Fails when one cannot be read, or says in any way where the data directory is: that is where one is read from, and where
/// it is known whose directories are projects.
pub fn read_environment_files() -> anyhow::Result<()> {
    let home = Home::locate()?;
    for file in [PathBuf::from(ENVIRONMENT_FILE), home.root().join(ENVIRONMENT_FILE)] {
        if !file.is_file() {
            continue;
        }
        let unread = || format!("{} cannot be read", file.display());
        for entry in dotenvy::from_path_iter(&file).with_context(unread)? {
            let (name, _) = entry.with_context(unread)?;
            if name == "HARNESS_HOME" {
                anyhow::bail!("{}: HARNESS_HOME has to be set before, for every command", file.display());
            }
        }
        dotenvy::from_path(&file).with_context(unread)?;
        if Home::look()? != home {
            let file = file.display();
            anyhow::bail!(
                "{file}: it moves the data directory by the way: name that with HARNESS_HOME, for every command"
            );
        }
    }
    Ok(())
}

/// Serves until a signal comes, then ends in order: the door first, then the runs.
pub async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let app = open::app()?;
    refuse_an_agents_file(&app)?;
    let named = || std::env::var_os("HARNESS_CONFIG").filter(|file| !file.is_empty()).map(PathBuf::from);
    let file = args.config.clone().or_else(named);
    let file = file.as_deref().map(Choices::of_file).transpose()?.unwrap_or_default();
    let environment = Choices::of_environment(&|name| std::env::var(name).ok())?;
    let config = args.choices().over(environment).over(file).settle()?;
    let api = Api::new(app, Arc::new(Tools));
    api.runs().keep_records();
    let (are_resumed, retry) = (config.resume_runs, config.resume_retry);
    let mut signals = Signals::listen().context("this process could not be told to stop")?;
    let door = harness_server::serve(api.clone(), config).await?;
    api.set_lan(Arc::new(served(&door)));
    tell(&door);
    // The door is open meanwhile, and a signal does not wait for it.
    let resuming = async {
        if are_resumed {
            api.resume_interrupted(retry).await;
        } else {
            api.leave_interrupted().await;
        }
        std::future::pending().await
    };
    tokio::select! {
        () = signals.next() => {}
        () = resuming => {}
    }
    complain("stopping: runs are interrupted and their work saved; a second signal ends at once");
    tokio::select! {
        () = end(door, &api) => Ok(()),
        () = signals.next() => anyhow::bail!("ended at once; the next start finds and tells what was left"),
    }
}

async fn end(door: Door, api: &Api) {
    // Both at once: neither has to wait for the other, and a run may take a while.
    tokio::join!(door.stop(), api.runs().shut_down(Quit::StopNow));
}

/// What the settings show of the door that they came through.
fn served(door: &Door) -> ServedLan {
    ServedLan {
        address: door.addresses().first().map(ToString::to_string).unwrap_or_default(),
        urls: door.urls().to_vec(),
        fingerprint: door.fingerprint().map(str::to_owned),
        is_tls: door.fingerprint().is_some(),
    }
}

fn tell(door: &Door) {
    for url in door.urls() {
        say(&format!("Serving on {url}"));
    }
    if let Some(fingerprint) = door.fingerprint() {
        say(&format!("Certificate (SHA-256): {fingerprint}"));
    }
    if let Some(link) = door.setup_link() {
        say(&format!("There is no account yet. Make the first one here, once: {link}"));
    }
}

/// A `.env` in a project may be an agent's: whoever started the server there would be served by it.
fn refuse_an_agents_file(app: &App) -> anyhow::Result<()> {
    let here = Path::new(".").canonicalize()?;
    if !here.join(ENVIRONMENT_FILE).is_file() {
        return Ok(());
    }
    for above in here.ancestors() {
        if let Some(project) = app.store.project_by_path(above)? {
            anyhow::bail!(
                "the {ENVIRONMENT_FILE} here belongs to the project {}, whose agents may write it: start the server in another \
                 directory, and put its settings into {}",
                project.name,
                app.home.root().join(ENVIRONMENT_FILE).display()
            );
        }
    }
    Ok(())
}

impl ServeArgs {
    fn choices(&self) -> Choices {
        let some = |words: &Vec<String>| (!words.is_empty()).then(|| words.clone());
        Choices {
            host: self.bind.map(|bind| bind.ip()),
            port: self.bind.map(|bind| bind.port()),
            https: self.https,
            certificate: self.tls_cert.clone(),
            key: self.tls_key.clone(),
            allowed_hosts: some(&self.allowed_hosts),
            cors_origins: some(&self.cors_origins),
            trusted_proxies: some(&self.trusted_proxies),
            require_localhost: self.require_localhost,
            public_url: self.public_url.clone(),
            resume_runs: self.no_resume.then_some(false),
            resume_retry_seconds: self.resume_retry_seconds,
            ..Choices::default()
        }
    }
}
