//! Where the handler stands: in the daemon, or in a process of its own beside an agent.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::Menu;
use crate::backend::Backend;
use crate::error::Result;
use crate::evidence::Workspace;
use crate::protocol::CallRequest;
use crate::protocol::wire::Client;
use crate::providers::Model;

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

    /// The house as `agent` has it when there is one without starting anything: for lists, which can do without it.
    fn house_at_hand(&self, agent: &Agent) -> impl Future<Output = Result<Option<Self::House>>> + Send {
        async { self.house(agent).await.map(Some) }
    }

    /// The request as it is carried out, and the files that it may read; refuses a tool that is not on the menu.
    fn prepare(
        &self,
        request: CallRequest,
        house: &Self::House,
    ) -> impl Future<Output = Result<(CallRequest, Arc<dyn Workspace>)>> + Send;

    /// The files that a call may read.
    fn workspace(&self) -> Arc<dyn Workspace>;

    /// What agents are shown, at once, and when it changes.
    fn menu(&self) -> watch::Receiver<Arc<Menu>>;

    /// Owns the tasks of the handler.
    fn tasks(&self) -> &TaskTracker;

    /// The models that there are; retired ones are left out.
    fn models(&self) -> impl Future<Output = Result<Vec<Arc<Model>>>> + Send;
}
