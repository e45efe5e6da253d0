//! Where the handler stands: in the daemon, or in a process of its own beside an agent.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;

use super::Menu;
use crate::backend::Backend;
use crate::error::Result;
use crate::evidence::Workspace;
use crate::protocol::CallRequest;
use crate::protocol::wire::Client;

/// Who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agent {
    /// What it says that it is.
    pub client: Client,
    /// Where it is, when it comes over the network.
    pub address: Option<SocketAddr>,
}

/// What the handler needs of the place where it stands. Cheap to clone.
pub trait Host: Clone + Debug + Send + Sync + 'static {
    /// Where calls are carried out.
    type House: Backend;

    /// The house as `agent` has it. May have to find or start a daemon first, which is bounded.
    fn house(&self, agent: &Agent) -> impl Future<Output = Result<Self::House>> + Send;

    /// The files that a call may read.
    fn workspace(&self) -> Arc<dyn Workspace>;

    /// What agents are shown, at once, and when it changes.
    fn menu(&self) -> watch::Receiver<Arc<Menu>>;

    /// The request as it is carried out; refuses a tool that is not on the menu.
    fn admit(&self, request: CallRequest) -> Result<CallRequest>;

    /// The models that can be asked, by name.
    fn models(&self) -> Vec<String>;
}
