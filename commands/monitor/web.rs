//! `exai monitor --web`: opens the dashboard in a browser, logged in.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use exai_core::backend::Address;
use exai_core::config::Environment;
use exai_core::error::{Error, Result};
use exai_core::protocol::wire::Admin;

use crate::door::{Choice, Door};
use crate::output::{Output, Style};
use crate::setup::Setup;

/// What opens a page may be the browser itself, which goes on: after so long it has not failed.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(20);

/// Has a browser open the page; where there is none, prints the address for another one. The code in it lets in once.
pub(crate) async fn open(choice: &Choice, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let remote = Door::running(setup.config()?, choice).await?;
    let page = page(&remote.address());
    // Whoever reads the process list meanwhile is late: the browser comes first, and a code is used up by its first use.
    let code = if page.is_ok() { remote.admin(Admin::LoginCode).await.map(|answer| answer.code) } else { Ok(None) };
    remote.close().await;
    let (page, code) = (page?, code?.unwrap_or_default());
    let address = format!("{page}#code={code}");
    let opener = opener(&setup.sources()?.environment);
    if let Some(opener) = opener
        && opens(opener, &address).await
    {
        output.text(&format!("The dashboard is open in your browser: {page}"))?;
    } else {
        output.note(Style::Muted, "", "No browser could be opened. This address lets you in once, within a minute:");
        output.text(&address)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The page of the daemon there. Only this machine is shown one.
fn page(address: &Address) -> Result<String> {
    if address.is_loopback() {
        return Ok(address.page());
    }
    Err(Error::invalid(format!("the dashboard of {address} is shown to its own machine only"))
        .hint("bring its port to yours (`ssh -L 8079:127.0.0.1:8079 HOST`), and use --daemon ws://127.0.0.1:8079"))
}

/// The program that opens addresses on this desktop, if there is a desktop.
fn opener(environment: &Environment) -> Option<&'static str> {
    if cfg!(target_os = "macos") {
        return Some("open");
    }
    let has_desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| environment.get(name).is_some());
    has_desktop.then_some("xdg-open")
}

/// Whether `opener` opened it, as far as can be told.
async fn opens(opener: &str, address: &str) -> bool {
    let mut command = Command::new(opener);
    // What it says is not ours to print, and the browser must not end with this terminal.
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let Ok(mut child) = command.spawn() else { return false };
    let ended = async {
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return status.success(),
                Ok(None) => tokio::time::sleep(LOOK).await,
                Err(_) => return false,
            }
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.unwrap_or(true)
}
