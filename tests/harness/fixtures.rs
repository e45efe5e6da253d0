//! exai's handler with what it has no words for in front of it.

use exai_core::mcp::Handler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CancelTaskParams, CancelledNotificationParam,
    CompleteRequestParams, CompleteResult, CustomRequest, CustomResult, DiscoverResult, GetPromptRequestParams,
    GetPromptResponse, GetPromptResult, GetTaskParams, GetTaskResult, ListPromptsResult, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, Prompt, PromptArgument, ReadResourceRequestParams,
    ReadResourceResponse, ReadResourceResult, ServerConfig, SubscriptionFilter, Tool, UpdateTaskParams,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};

use crate::blocks;
use crate::stage::Stage;

type Context = RequestContext<RoleServer>;
type Page = Option<PaginatedRequestParams>;

/// Answers one agent.
#[derive(Debug)]
pub(crate) struct Fixtures {
    exai: Handler<Stage>,
}

impl Fixtures {
    pub(crate) fn new(stage: Stage) -> Self {
        Self { exai: Handler::new(stage) }
    }
}

impl ServerHandler for Fixtures {
    async fn call_tool(&self, params: CallToolRequestParams, context: Context) -> Result<CallToolResponse, ErrorData> {
        match blocks::of_tool(&params.name) {
            Some(blocks) => Ok(CallToolResult::success(blocks).into()),
            None => self.exai.call_tool(params, context).await,
        }
    }

    async fn list_prompts(&self, page: Page, context: Context) -> Result<ListPromptsResult, ErrorData> {
        let mut list = self.exai.list_prompts(page, context).await?;
        list.prompts.extend(blocks::PROMPTS.iter().map(|(name, arguments)| {
            let arguments = arguments.iter().map(|name| PromptArgument::new(*name).with_required(true)).collect();
            Prompt::new(*name, Some("For the suite"), Some(arguments))
        }));
        Ok(list)
    }

    async fn get_prompt(
        &self,
        params: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let said = params.arguments.clone().unwrap_or_default();
        match blocks::of_prompt(&params.name, &said) {
            Some(messages) => Ok(GetPromptResult::new(messages).into()),
            None => self.exai.get_prompt(params, context).await,
        }
    }

    async fn list_resources(&self, page: Page, context: Context) -> Result<ListResourcesResult, ErrorData> {
        let mut list = self.exai.list_resources(page, context).await?;
        list.resources.extend(blocks::resources());
        Ok(list)
    }

    async fn list_resource_templates(
        &self,
        page: Page,
        context: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let mut list = self.exai.list_resource_templates(page, context).await?;
        list.resource_templates.push(blocks::template());
        Ok(list)
    }

    async fn read_resource(
        &self,
        params: ReadResourceRequestParams,
        context: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        match blocks::of_resource(&params.uri) {
            Some(contents) => Ok(ReadResourceResult::new(vec![contents]).into()),
            None => self.exai.read_resource(params, context).await,
        }
    }

    // The rest is exai's own.

    fn get_info(&self) -> ServerConfig {
        self.exai.get_info()
    }

    async fn discover(&self, context: Context) -> Result<DiscoverResult, ErrorData> {
        self.exai.discover(context).await
    }

    async fn list_tools(&self, page: Page, context: Context) -> Result<ListToolsResult, ErrorData> {
        self.exai.list_tools(page, context).await
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.exai.get_tool(name)
    }

    async fn on_cancelled(&self, notice: CancelledNotificationParam, context: NotificationContext<RoleServer>) {
        self.exai.on_cancelled(notice, context).await;
    }

    async fn get_task(&self, params: GetTaskParams, context: Context) -> Result<GetTaskResult, ErrorData> {
        self.exai.get_task(params, context).await
    }

    async fn update_task(&self, params: UpdateTaskParams, context: Context) -> Result<(), ErrorData> {
        self.exai.update_task(params, context).await
    }

    async fn cancel_task(&self, params: CancelTaskParams, context: Context) -> Result<(), ErrorData> {
        self.exai.cancel_task(params, context).await
    }

    async fn complete(&self, params: CompleteRequestParams, context: Context) -> Result<CompleteResult, ErrorData> {
        self.exai.complete(params, context).await
    }

    async fn on_custom_request(&self, request: CustomRequest, context: Context) -> Result<CustomResult, ErrorData> {
        self.exai.on_custom_request(request, context).await
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        self.exai.on_initialized(context).await;
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        self.exai.accepted_subscription_filter(requested)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.exai.listen(context).await
    }
}
