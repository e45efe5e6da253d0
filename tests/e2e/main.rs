//! The program as its users meet it: the real binary, real processes, and fake providers that misbehave as the real ones do.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by panicking")]

mod architecture; // the order of modules inside src/, and what ui/ may use
mod beside; // calls in process beside a daemon
mod call; // one call: what is sent, printed and kept
mod causes; // everything that goes wrong upstream, and its exit code
mod clients; // the files of agents' clients
mod config; // settings, their origin, and what is refused
mod crowd; // many connections, and those that take their time or too much room
mod daemon; // what its user tells a daemon
mod doctor; // what is not as it should be, and what to do
mod documents; // generated pages and the README are true
mod durability; // kill -9, and stores that are full, locked, damaged, old or new
mod figures;
mod files; // files that providers keep
mod hook; // reviews that git starts
mod house; // the tools about the house: what works, what happened, the caller's calls // metrics, health and the dashboard agree
mod journal; // calls and threads after the fact
mod lifecycle; // how a daemon comes and goes
mod limits; // what takes too long or is too much
mod mcp; // agents, over pipes and over HTTP
mod monitor; // the dashboard in a terminal, and what it prints into a pipe
mod other_user; // a daemon that may read none of its callers' files
mod page; // the dashboard for browsers
mod processes; // several processes, signals, pipes
mod provider_tools; // images, embeddings, functions, judgements, models that may not be asked
mod remote; // the same verbs through a daemon
mod search; // searches of the web, and the preview of a request
mod secrets; // what must not get out
mod support;
mod tools; // the harness
