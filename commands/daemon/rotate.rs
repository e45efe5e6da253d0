//! `exai daemon rotate-token`: from now on clients must know another token.

use std::process::ExitCode;

use exai_core::backend::NotConnected;
use exai_core::coordination::{DaemonLock, new_token, prepare_state_dir, read_token, write_token};
use exai_core::error::{Error, ErrorCode, Result};

use super::client;
use crate::output::{Output, Style};
use crate::setup::Setup;

/// Makes a token and has the daemon use it; without a daemon the next one will. It is printed only when asked for.
pub(super) async fn rotate(show: bool, setup: &Setup, output: &mut Output) -> anyhow::Result<ExitCode> {
    let loaded = setup.loaded()?;
    let origin = loaded.origin("daemon.token").to_string();
    let is_set = loaded.config.daemon.token.is_some();
    if is_set && !show {
        let message = format!("daemon.token is set ({origin}): a new one that nobody sees would lock everybody out");
        return Err(Error::invalid(message)
            .hint("use --show, and put the new token in the place of the old one")
            .into());
    }
    let new = new_token();
    let by_daemon = exchange(setup, is_set, &new).await?;
    let what = if by_daemon {
        "The daemon wants another token from now on."
    } else {
        "The next daemon will want another token."
    };
    if is_set {
        let message =
            format!("put it in the place of the old one ({origin}), or the old one is wanted after a restart");
        output.tell(Style::Warn, "warning: ", &message);
    }
    if show {
        output.note(Style::Muted, "", what);
        output.text(&new)?;
    } else {
        output.text(what)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a daemon was there to exchange it.
async fn exchange(setup: &Setup, is_set: bool, new: &str) -> Result<bool> {
    let config = setup.config()?;
    let remote = match client::connect(config).await {
        Ok(remote) => remote,
        // Nobody is there; a daemon that merely does not answer would go on wanting the old one.
        Err(NotConnected::Unreachable(_) | NotConnected::Stranger(_))
            if DaemonLock::find(&config.state_dir).is_none() && !is_set =>
        {
            prepare_state_dir(&config.state_dir)?;
            return write_token(&config.state_dir, new).map(|()| false);
        }
        Err(error) => return Err(error.into()),
    };
    let Some(old) = client::token(config)? else {
        // A stranger that takes anybody must not learn the next token either.
        remote.close().await;
        let message = "the token of the daemon that answers must be set: it is not the one of this state directory";
        return Err(Error::new(ErrorCode::Unauthorized, message).hint("set EXAI_WS_TOKEN (key daemon.token)"));
    };
    let outcome = remote.rotate_token(old.expose(), new).await;
    remote.close().await;
    outcome?;
    // A daemon of another state directory does not keep it in this one.
    if !is_set && read_token(&config.state_dir)?.as_deref() != Some(new) {
        write_token(&config.state_dir, new)?;
    }
    Ok(true)
}
