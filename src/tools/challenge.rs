//! `challenge`: makes the caller look at a statement again before agreeing to it. Asks no model.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, common, schema};
use crate::error::Result;

/// The tool.
#[derive(Debug)]
pub(super) struct Challenge;

static INFO: Info = Info {
    name: "challenge",
    title: "Challenge",
    description: "Wraps a statement so that you judge it critically instead of agreeing by reflex. Use it when somebody doubts or contradicts you. Asks no model.",
    main_argument: Some("prompt"),
};

const INSTRUCTIONS: &str = "Answer the challenge_prompt yourself, in writing, before anything else. Judge the statement on its merits, \
whoever made it, and keep to your judgement when it holds.";

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// The statement to look at again, word for word.
    #[schemars(length(min = 1))]
    prompt: String,
}

#[async_trait]
impl Tool for Challenge {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("ChallengeRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, _: &Context) -> Result<Output> {
        let Arguments { prompt } = common::read(arguments)?;
        let challenge = challenge(&prompt);
        let data = json!({
            "status": "challenge_accepted",
            "original_statement": prompt,
            "challenge_prompt": challenge,
            "instructions": INSTRUCTIONS,
        });
        Ok(Output { status: "challenge_accepted".to_owned(), text: format!("{challenge}\n"), data })
    }
}

/// The statement, and what to do with it before agreeing.
fn challenge(statement: &str) -> String {
    format!(
        "Look at this statement again before you agree or disagree:\n\n\"{statement}\"\n\n\
         Is it true, complete and to the point? Look for what speaks against it: facts, counter-examples, hidden \
         assumptions, consequences nobody mentioned. If it is wrong or only partly right, say so plainly and give your \
         reasons; if it stands, say why. Do not agree to be polite, and do not contradict to seem thorough."
    )
}
