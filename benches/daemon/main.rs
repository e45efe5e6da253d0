//! The daemon under load, each figure beside a floor that does the same I/O and nothing more: `cargo bench --bench
//! daemon`, or with the names of parts behind `--`. Nothing here asserts a time.
//!
//! The servers are processes of their own on the first core; clients and the model are in this process, on the second
//! one. This program is the floor itself when its first argument says so.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

mod agent;
mod bridges;
mod chat;
mod client;
mod figures;
mod floor;
mod hour;
mod http;
mod memory;
mod monitor;
mod processes;
mod running;
mod server;
mod shim;
mod tool;
mod upstream;
mod upstreams;

use figures::Table;

/// Each part by its name.
const PARTS: &[&str] = &[
    "tool",
    "http",
    "chat",
    "memory",
    "monitor",
    "ideal",
    "overload",
    "saturated",
    "start",
    "cli",
    "shim",
    "bridges",
    "hour",
];
/// Parts that want programs of others, or an hour: they run when they are named.
const NAMED: &[&str] = &["bridges", "hour"];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [first, what, rest @ ..] = &arguments[..]
        && first == floor::WORD
    {
        return floor::main(what, rest);
    }
    let unknown: Vec<&String> = arguments.iter().filter(|name| !PARTS.contains(&name.as_str())).collect();
    anyhow::ensure!(unknown.is_empty(), "{unknown:?} is no part, which are {PARTS:?}");
    server::settle()?;
    println!("{}\n", server::LIFTED);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut table = Table::start();
    let is_wanted = |part: &str| match &arguments[..] {
        [] => !NAMED.contains(&part),
        names => names.iter().any(|name| name == part),
    };
    for part in PARTS.iter().copied().filter(|part| is_wanted(part)) {
        match part {
            "tool" => runtime.block_on(tool::run(&mut table))?,
            "http" => runtime.block_on(http::run(&mut table))?,
            "chat" => runtime.block_on(chat::run(&mut table))?,
            "memory" => runtime.block_on(memory::run(&mut table))?,
            "monitor" => runtime.block_on(monitor::run(&mut table))?,
            "ideal" => runtime.block_on(upstreams::ideal(&mut table))?,
            "overload" => runtime.block_on(upstreams::overload(&mut table))?,
            "saturated" => runtime.block_on(upstreams::saturated(&mut table))?,
            "start" => runtime.block_on(processes::start(&mut table))?,
            "shim" => runtime.block_on(shim::run(&mut table))?,
            "hour" => runtime.block_on(hour::run(&mut table))?,
            "bridges" => runtime.block_on(bridges::run(&mut table))?,
            "cli" => runtime.block_on(processes::cli(&mut table))?,
            other => anyhow::bail!("part {other} is not there"),
        }
    }
    Ok(())
}
