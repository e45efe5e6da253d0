//! The bridges that people put between an agent on pipes and a server on HTTP, each as it comes, beside `exai shim`: all
//! hand calls on to the same daemon.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use crate::agent::{self, Spoken, start_often};
use crate::client::ROUNDS;
use crate::figures::{Series, Table};
use crate::server::{Server, TOKEN};
use crate::shim::shim;

/// Calls in one round.
const CALLS: usize = 200;
/// Starts in one round; most of them take half a second.
const STARTS: usize = 2;
/// How long one bridge may take for all of it.
const PATIENCE: Duration = Duration::from_mins(5);

const BRIDGES: [Bridge; 2] = [
    Bridge {
        name: "mcp-proxy",
        place: "mcp-proxy@0.13.0/bin",
        arguments: |url| {
            ["--transport", "streamablehttp", "-H", "Authorization", &bearer(), url].map(str::to_owned).into()
        },
    },
    Bridge {
        name: "supergateway",
        place: "supergateway@4.0.0/node_modules/.bin",
        arguments: |url| ["--streamableHttp", url, "--oauth2Bearer", TOKEN].map(str::to_owned).into(),
    },
];

fn bearer() -> String {
    format!("Bearer {TOKEN}")
}

/// A program of others.
struct Bridge {
    name: &'static str,
    /// Where `benches/bridges.sh` puts the version that is measured.
    place: &'static str,
    /// How it is told of the daemon.
    arguments: fn(&str) -> Vec<String>,
}

impl Bridge {
    /// The one whose version is known, or else any.
    fn program(&self) -> Option<PathBuf> {
        let ours = cache().map(|cache| cache.join("bridges").join(self.place));
        let path = variable("PATH").unwrap_or_default();
        ours.into_iter().chain(env::split_paths(&path)).map(|place| place.join(self.name)).find(|file| file.is_file())
    }

    fn command(&self, program: &PathBuf, daemon: &Server) -> Command {
        let mut command = Command::new(program);
        command.args((self.arguments)(&format!("http://{}/mcp", daemon.address)));
        // They are scripts, and look for what runs them.
        command.env_clear().env("HOME", daemon.home()).envs(variable("PATH").map(|path| ("PATH", path)));
        command
    }

    async fn compare(&self, program: &PathBuf, daemon: &Server, table: &mut Table) -> anyhow::Result<()> {
        let command = || Ok(self.command(program, daemon));
        let (hello, call) = (agent::hello(), agent::call());
        let [mut of_shim, mut of_bridge] = <[Series; 2]>::default();
        for round in 0..=ROUNDS {
            let shim = start_often(|| Ok(shim(daemon)), &hello, STARTS).await?;
            let bridge = start_often(command, &hello, STARTS).await?;
            if round > 0 {
                of_shim.add(shim);
                of_bridge.add(bridge);
            }
        }
        table.ratio(&self.what("start to handshake, ms"), [&of_shim, &of_bridge], ["", ""]);

        let mut both = [Spoken::greeted(shim(daemon)).await?, Spoken::greeted(command()?).await?];
        let [mut p50, mut cpu] = <[[Series; 2]; 2]>::default();
        for round in 0..=ROUNDS {
            for (side, process) in both.iter_mut().enumerate() {
                let took = process.ask_often(&call, CALLS).await?;
                process.is_content()?;
                if round > 0 {
                    p50[side].add(took.p50);
                    cpu[side].add(took.cpu);
                }
            }
        }
        let resident = [Series::of(both[0].resident()?), Series::of(both[1].resident()?)];
        table.ratio(&self.what("call without a model, p50, ms"), [&p50[0], &p50[1]], ["", ""]);
        table.ratio(&self.what("its own CPU per call, µs"), [&cpu[0], &cpu[1]], ["", ""]);
        table.ratio(&self.what("its memory, MB"), [&resident[0], &resident[1]], ["", ""]);
        Ok(())
    }

    fn what(&self, figure: &str) -> String {
        format!("{}: {figure}", self.name)
    }
}

#[expect(clippy::disallowed_methods, reason = "where programs of others are is no setting of the product")]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Where scripts keep what they installed.
fn cache() -> Option<PathBuf> {
    let named = |name| variable(name).map(PathBuf::from);
    named("EXAI_CACHE")
        .or_else(|| named("XDG_CACHE_HOME").map(|cache| cache.join("exai")))
        .or_else(|| named("HOME").map(|home| home.join(".cache/exai")))
}

pub(crate) async fn run(table: &mut Table) -> anyhow::Result<()> {
    println!("bridges: in the floor's place stands `exai shim`, to the same daemon");
    let daemon = Server::daemon(&[]).await?;
    for bridge in BRIDGES {
        let name = bridge.name;
        let Some(program) = bridge.program() else {
            println!("{name}: not there, not measured; benches/bridges.sh installs it, or put one on PATH");
            continue;
        };
        println!("{name}: {}", version(&program)?);
        let compared = tokio::time::timeout(PATIENCE, bridge.compare(&program, &daemon, table)).await;
        compared.context("it does not answer").flatten().with_context(|| program.display().to_string())?;
    }
    Ok(())
}

/// What a program says of its version.
fn version(program: &PathBuf) -> anyhow::Result<String> {
    let said = Command::new(program).arg("--version").output().with_context(|| program.display().to_string())?;
    Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}
