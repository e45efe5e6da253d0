//! The handler: what an agent may ask, and who answers it.

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CancelTaskParams, CancelledNotificationParam,
    CompleteRequestParams, CompleteResult, CompletionInfo, CustomRequest, CustomResult, DiscoverResult, ErrorCode,
    GetPromptRequestParams, GetPromptResponse, GetTaskParams, GetTaskResult, Implementation, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, NotificationNoParam, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig, ServerNotification,
    SubscriptionFilter, Tool, UpdateTaskParams,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::answer::failed;
use super::cancelled::Cancelled;
use super::host::Host;
use super::{Menu, calling, clients, completion, prompts, resources, tasks};

/// How long lists may be kept by a client; a change is told.
const FRESH_MS: u64 = 300_000;

/// What may be asked.
const METHODS: [&str; 13] = [
    "completion/complete",
    "initialize",
    "prompts/get",
    "prompts/list",
    "resources/list",
    "resources/read",
    "resources/templates/list",
    "server/discover",
    "tasks/cancel",
    "tasks/get",
    "tasks/update",
    "tools/call",
    "tools/list",
];

/// Answers one agent.
#[derive(Debug)]
pub struct Handler<H> {
    host: H,
    cancelled: Cancelled,
    /// The menu as it was when the agent was told that it will hear of changes.
    promised: Mutex<Option<watch::Receiver<Arc<Menu>>>>,
    /// Ends what tells of changes when the agent is gone.
    gone: CancellationToken,
    _gone: DropGuard,
}

impl<H: Host> Handler<H> {
    /// A handler for one agent.
    pub fn new(host: H) -> Self {
        let gone = CancellationToken::new();
        Self {
            host,
            cancelled: Cancelled::default(),
            promised: Mutex::default(),
            gone: gone.clone(),
            _gone: gone.drop_guard(),
        }
    }

    fn menu(&self) -> Arc<Menu> {
        Arc::clone(&self.host.menu().borrow())
    }
}

/// Hears of changes from now on.
fn fresh<H: Host>(host: &H) -> watch::Receiver<Arc<Menu>> {
    let mut menu = host.menu();
    menu.mark_unchanged();
    menu
}

impl<H: Host> ServerHandler for Handler<H> {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_completions()
            .enable_tasks()
            .build();
        let about = Implementation::new("exai", env!("CARGO_PKG_VERSION")).with_title("exai");
        ServerConfig::new(capabilities).with_server_info(about).with_instructions(self.menu().instructions.clone())
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, self.get_info())
            .with_ttl_ms(FRESH_MS)
            .with_cache_scope(CacheScope::Private))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = self.menu().tools.clone();
        Ok(ListToolsResult::with_all_items(tools).with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.menu().tool(name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        calling::call(&self.host, &self.cancelled, request, context).await
    }

    async fn on_cancelled(&self, notice: CancelledNotificationParam, _: NotificationContext<RoleServer>) {
        if let Some(id) = notice.request_id {
            self.cancelled.give_up(&id);
        }
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        let house = self.host.house(&clients::of(&context)).await.map_err(|error| failed(&error))?;
        tasks::get(&house, &request.task_id).await
    }

    async fn update_task(
        &self,
        request: UpdateTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let house = self.host.house(&clients::of(&context)).await.map_err(|error| failed(&error))?;
        tasks::update(&house, &request.task_id).await
    }

    async fn cancel_task(
        &self,
        request: CancelTaskParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let house = self.host.house(&clients::of(&context)).await.map_err(|error| failed(&error))?;
        tasks::cancel(&house, &request.task_id).await
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let all = prompts::list(&self.menu());
        Ok(ListPromptsResult::with_all_items(all).with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let said = request.arguments.unwrap_or_default();
        prompts::get(&self.menu(), &request.name, &said).map(Into::into)
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let all = resources::list(&self.host, &clients::of(&context)).await.map_err(|error| failed(&error))?;
        // There are new ones with each call.
        Ok(ListResourcesResult::with_all_items(all).with_ttl_ms(0).with_cache_scope(CacheScope::Private))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let all = resources::templates();
        Ok(ListResourceTemplatesResult::with_all_items(all).with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let result = resources::read(&self.host, &clients::of(&context), &request.uri).await?;
        Ok(result.with_ttl_ms(0).with_cache_scope(CacheScope::Private).into())
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let agent = clients::of(&context);
        let (name, begun) = (&request.argument.name, &request.argument.value);
        let info: CompletionInfo = completion::complete(&self.host, &agent, &request.r#ref, name, begun).await;
        Ok(CompleteResult::new(info))
    }

    /// A request whose parameters could not be read comes here under its own name.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let is_known = METHODS.contains(&request.method.as_str());
        if is_known && !(request.method == "initialize" && clients::is_modern(&context)) {
            let message = format!("the parameters of {} do not have the shape that they must have", request.method);
            return Err(ErrorData::invalid_params(message, None));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, format!("there is no method {}", request.method), None))
    }

    /// An agent of the older generation hears of changes unasked.
    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        let (mut menu, gone, peer) = (fresh(&self.host), self.gone.clone(), context.peer);
        let telling = async move {
            while menu.changed().await.is_ok() {
                if peer.notify_tool_list_changed().await.is_err() || peer.notify_prompt_list_changed().await.is_err() {
                    return;
                }
            }
        };
        // Ends with the handler, which its service drops.
        self.host.tasks().spawn(async move {
            tokio::select! {
                () = telling => {}
                () = gone.cancelled() => {}
            }
        });
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        // It is told so before `listen` begins: a change between the two is one that it hears of.
        *self.promised.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh(&self.host));
        Some(requested.clone())
    }

    /// One of the newer generation asks to hear of them.
    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let promised = self.promised.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut menu = promised.unwrap_or_else(|| fresh(&self.host));
        let (sink, accepted) = (context.sink().clone(), context.accepted().clone());
        loop {
            tokio::select! {
                changed = menu.changed() => if changed.is_err() { return Ok(()) },
                () = context.cancelled() => return Ok(()),
            }
            if accepted.tools_list_changed == Some(true) {
                drop(sink.send(ServerNotification::ToolListChangedNotification(NotificationNoParam::default())).await);
            }
            if accepted.prompts_list_changed == Some(true) {
                drop(
                    sink.send(ServerNotification::PromptListChangedNotification(NotificationNoParam::default())).await,
                );
            }
        }
    }
}
