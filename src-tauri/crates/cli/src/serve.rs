//! `harness serve`: the door, open until a signal comes.

use crate::{
    open,
    print::{complain, say},
    run::wait_for_signal,
};
use clap::Args;
use harness_api::Api;
use harness_engine::runs::Quit;
use harness_mcp::Tools;
use harness_server::ServeConfig;
use std::{net::SocketAddr, sync::Arc};

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8888")]
    bind: SocketAddr,
}

/// Serves until a signal comes, then ends in order: the door first, then the runs.
pub async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let api = Api::new(open::app()?, Arc::new(Tools));
    let door = harness_server::serve(api.clone(), ServeConfig { bind: args.bind, ..ServeConfig::default() }).await?;
    for address in door.addresses() {
        say(&format!("http://{address}"));
    }
    wait_for_signal().await;
    complain("stopping: runs are interrupted and their work saved");
    door.stop().await;
    api.runs().shut_down(Quit::StopNow).await;
    Ok(())
}
