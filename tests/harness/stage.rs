//! Where exai's handler stands: before the acts.

use std::sync::Arc;

use exai_core::error::Result;
use exai_core::evidence::{LocalWorkspace, Workspace};
use exai_core::mcp::{Agent, Host, Menu};
use exai_core::protocol::CallRequest;
use exai_core::providers::Model;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::acts::Acts;
use crate::tools;

/// The place. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    acts: Acts,
    menu: watch::Receiver<Arc<Menu>>,
    workspace: Arc<LocalWorkspace>,
}

impl Stage {
    /// Keeps the menu as the acts want it.
    pub(crate) fn new() -> Result<Self> {
        let (acts, menu) = (Acts::default(), watch::Sender::new(Arc::new(Menu::told(tools::list(false), |_| true))));
        let stage = Self {
            menu: menu.subscribe(),
            workspace: Arc::new(LocalWorkspace::new(&[], std::path::Path::new("/"), None, &[])?),
            acts: acts.clone(),
        };
        let mut changes = acts.changes();
        acts.tasks().spawn(async move {
            while changes.changed().await.is_ok() {
                let is_changed = *changes.borrow() % 2 == 1;
                menu.send_replace(Arc::new(Menu::told(tools::list(is_changed), |_| true)));
            }
        });
        Ok(stage)
    }
}

impl Host for Stage {
    type House = Acts;

    async fn house(&self, _: &Agent) -> Result<Acts> {
        Ok(self.acts.clone())
    }

    async fn prepare(&self, request: CallRequest, _: &Acts) -> Result<(CallRequest, Arc<dyn Workspace>)> {
        Ok((request, self.workspace()))
    }

    fn workspace(&self) -> Arc<dyn Workspace> {
        Arc::clone(&self.workspace) as Arc<dyn Workspace>
    }

    fn menu(&self) -> watch::Receiver<Arc<Menu>> {
        self.menu.clone()
    }

    fn tasks(&self) -> &TaskTracker {
        self.acts.tasks()
    }

    async fn models(&self) -> Result<Vec<Arc<Model>>> {
        Ok(Vec::new())
    }
}
