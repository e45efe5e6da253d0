//! A daemon whose agents find the tools, prompts and resources that the MCP conformance suite asks for.
//!
//! ```text
//! suite ─▶ /mcp: the daemon's own port, token and mount ─▶ Fixtures ─┬▶ what exai has no words for: images, sound, blobs
//!                                                                     └▶ exai's Handler ─▶ Stage ─▶ Acts: calls that do as asked
//! ```
//!
//! `exai-harness STATE_DIR` prints the address it took and serves until it is killed; its token is in that directory, as a daemon's is.

mod acts;
mod blocks;
mod fixtures;
mod stage;
mod tools;

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use exai_core::backend::House;
use exai_core::config::{Config, Environment, Sources};
use exai_core::coordination::{prepare_state_dir, read_or_make_token};
use exai_core::server::{self, Deps, Listeners, Shutdown};
use tokio::net::TcpListener;

use self::fixtures::Fixtures;
use self::stage::Stage;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let state_dir = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: exai-harness STATE_DIR")?);
    let environment = Environment::from_pairs([("HOME", &state_dir), ("EXAI_STATE_DIR", &state_dir)]);
    let sources = Sources { environment, ..Sources::default() };
    let config = Config::load(&sources)?.config;
    prepare_state_dir(&config.state_dir)?;
    let token = read_or_make_token(&config.state_dir)?;
    let main = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "{}", main.local_addr()?)?;
    let listeners = Listeners { main, page: None, health: None, metrics: None };
    let deps = Deps {
        house: House::open(&config).await?,
        token,
        lock: None,
        reread: Box::new(move || Config::load(&sources).map(|loaded| loaded.config)),
        watch: None,
        autostarted: false,
    };
    let stage = Stage::new()?;
    let handler = move || Fixtures::new(stage.clone());
    server::run_with(listeners, deps, Shutdown::default(), handler).await?;
    Ok(())
}
