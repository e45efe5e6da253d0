//! Questions that are turned away before they are calls: in a storm of callers for whom there is no room, what a refusal costs
//! is taken from those who hold permits. It is counted like any other end of a call, and leaves nothing else behind.

use super::{Caller, Calls, trail};
use crate::error::Error;
use crate::protocol::{CallId, CallRequest, Envelope};
use crate::telemetry::About;

impl Calls {
    /// Why there is no room for what is asked; says nothing in calmer times, and of what needs more than a look to tell which
    /// model it goes to.
    pub(super) fn turns_away(&self, id: &CallId, request: &CallRequest, caller: &Caller) -> Option<Error> {
        // Who does not listen finds out from the journal; a dry run needs no room.
        if caller.detached || request.options.dry_run || !self.gateway.is_in_storm() {
            return None;
        }
        let mut arguments = request.arguments.clone();
        // What is wrong with it is told, storm or not.
        self.registry.check(&request.tool, &mut arguments).ok()?;
        let tool = self.registry.get(&request.tool).ok()?;
        let route = tool.route(arguments, &self.gateway, &self.settings)?;
        let error = self.gateway.turns_away(&caller.session, &route)?;
        let mut envelope = Envelope::running(id.clone(), &request.tool);
        envelope.fail(&error);
        let about = About { call_id: id, tool: &request.tool, owner: &caller.owner, session: &caller.session };
        self.telemetry.call_finished(about, &envelope);
        trail::finished(&envelope, None);
        Some(error)
    }
}
