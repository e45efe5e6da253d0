//! What else providers do: images, embeddings, functions of the caller's own, judgements; and models that may not be asked.

use exai_fake::{Fake, Provider, Reply, Route, Scenario};
use serde_json::{Value, json};

use crate::support::User;

/// A PNG of 280 by 280 pixels, as far as anybody looks.
fn png() -> Vec<u8> {
    let size = 280_u32.to_be_bytes();
    [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &size, &size, &[8, 6, 0, 0, 0], &[0; 40]].concat()
}

#[test]
fn an_image_is_shown_to_a_model_that_sees_and_to_no_other() {
    let fake = Fake::start(Scenario::answer("A lock."));
    let user = User::with(&fake);
    std::fs::write(user.project().join("picture.jpg"), png()).unwrap();
    let url = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    let envelope = user.envelope(&["call", "chat", "what is it?", "--images", "picture.jpg", "--images", url]);
    assert_eq!(envelope["text"], "A lock.", "{envelope:#}");
    assert_eq!(envelope["coverage"]["sent"], json!(["picture.jpg"]));
    let content = fake.requests()[0].messages()[1]["content"].clone();
    let shown = |at: usize| content[at]["image_url"]["url"].as_str().unwrap();
    assert!(shown(0).starts_with("data:image/png;base64,iVBORw0KGgo"), "what is in it counts: {}", shown(0));
    assert_eq!((shown(1), &content[2]["text"]), (url, &json!("what is it?\n")));
    let kept = user.run(&["calls", "show", envelope["call_id"].as_str().unwrap(), "--json"]).exits(0).stdout;
    assert!(!kept.contains("R0lGODlh"), "an image is not kept: {kept}");
    let plan = user.envelope(&["call", "chat", "x", "--images", "picture.jpg", "--dry-run"]);
    assert!(plan["data"]["requests"][0]["estimated_tokens"].as_u64().unwrap() > 100, "{plan:#}");

    let user = user.set("EXAI_MODELS_FAST", "glm-5.3,glm-5.3-flash");
    user.run(&["call", "chat", "and now?", "--images", "picture.jpg"]).exits(0);
    assert_eq!(fake.requests()[1].model(), "glm-5.3-flash", "auto passes by who does not see");
    let blind = user.envelope(&["call", "chat", "x", "--images", "picture.jpg", "--model", "glm-5.3"]);
    let details = &blind["error"]["details"];
    assert_eq!((&details["error_type"], &details["supports_images"]), (&json!("validation_error"), &json!(false)));
    for (image, words) in [
        ("src/queue.rs", "no image of a kind"),
        ("gone.png", "gone.png"),
        ("data:image/png,raw", "no image in Base64"),
        ("../../../../../../etc/hostname", "etc"),
    ] {
        let ran = user.run(&["call", "chat", "x", "--images", image]).exits(2);
        assert!(ran.stderr.contains(words), "{image}: {ran:#?}");
    }
    assert_eq!(fake.requests().len(), 2, "nothing was sent");
}

#[test]
fn only_allowed_models_are_asked_by_whatever_name() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake).set("GLM_ALLOWED_MODELS", "GLM-5.3, glm-4.6v").set("KIMI_ALLOWED_MODELS", "kimi-k2.6");
    let envelope = user.envelope(&["call", "chat", "x", "--model", "glm-5.3-flash"]);
    assert_eq!(envelope["error"]["code"], "VALIDATION_ERROR", "{envelope:#}");
    let message = envelope["error"]["message"].as_str().unwrap();
    assert!(message.contains("glm-5.3-flash") && message.contains("GLM-5.3, glm-4.6v"), "{message}");
    assert!(envelope["error"]["hints"].to_string().contains("GLM_ALLOWED_MODELS"));
    let none = user.run(&["call", "chat", "x"]).exits(3);
    assert!(none.stderr.contains("allowed_models"), "auto has nobody to ask: {none:#?}");
    assert!(fake.requests().is_empty());

    let user = user.set("EXAI_MODELS_FAST", "glm-5.3-flash,glm-5.3");
    user.run(&["call", "chat", "x"]).exits(0);
    user.run(&["call", "chat", "x", "--model", "glm-5.3"]).exits(0);
    assert!(fake.requests().iter().all(|request| request.model() == "glm-5.3"));
    let list = user.run(&["call", "listmodels"]).exits(0).stdout;
    assert!(list.contains("`glm-5.3-flash` – 1000K context (not allowed)"), "{list}");
    assert!(list.contains("2 providers configured, 3 models can be asked."), "{list}");
    let health = user.envelope(&["call", "health"]);
    assert_eq!(health["data"]["models_available"], json!(["glm-4.6v", "glm-5.3", "kimi-k2.6"]));
}

#[test]
fn texts_become_vectors_in_batches_and_in_their_order() {
    let fake = Fake::start(Scenario::default());
    let user = User::with(&fake);
    let texts: Vec<String> = (1..=70).map(|length| "x".repeat(length)).collect();
    user.write("args.json", &json!({"texts": texts, "dimensions": 256}).to_string());
    let envelope = user.envelope(&["call", "glm_embed", "--json-args", "args.json"]);
    let vectors = envelope["data"]["data"].as_array().unwrap_or_else(|| panic!("{envelope:#}"));
    assert_eq!((vectors.len(), &envelope["data"]["dimensions"]), (70, &json!(256)));
    assert!((0..70).all(|at| vectors[at]["embedding"][0] == json!(at + 1) && vectors[at]["index"] == json!(at)));
    assert_eq!(envelope["data"]["usage"]["input"], 70);
    assert_eq!(envelope["cost"], json!({"usd": null, "priced": false}), "its price abroad is not published");
    let sizes: Vec<usize> =
        fake.requests().iter().map(|request| request.body["input"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [64, 6]);
    assert_eq!(fake.requests()[0].body["model"], "embedding-3");

    user.run(&["call", "glm_embed", "hello"]).exits(0);
    for (arguments, words) in [
        (&["call", "glm_embed", "x", "--dimensions", "300"][..], "256, 512, 1024, 2048"),
        (&["call", "glm_embed", &"long ".repeat(5_000)], "3072 tokens"),
        (&["call", "glm_embed"], "`texts` is missing"),
    ] {
        assert!(user.run(arguments).exits(2).stderr.contains(words), "{words}");
    }
    assert_eq!(fake.requests().len(), 3);
}

#[test]
fn embeddings_can_be_made_elsewhere_and_an_endpoint_without_them_is_explained() {
    let fake = Fake::start(Scenario::default());
    let user = User::new().set("EXTERNAL_EMBEDDINGS_URL", &fake.custom_url()).set("EXAI_EMBEDDINGS_MODEL", "nomic");
    let envelope = user.envelope(&["call", "glm_embed", "hello", "--dimensions", "7"]);
    assert_eq!((&envelope["data"]["model"], &envelope["data"]["dimensions"]), (&json!("nomic"), &json!(7)));
    assert_eq!(fake.requests()[0].provider, Some(Provider::Custom));

    let of = |reply: Reply| Scenario::of([Reply { route: Route::Embeddings, ..reply }]);
    let fake = Fake::start(of(Reply::glm_error("1222")));
    let ran = User::with(&fake).run(&["call", "glm_embed", "hello"]).exits(3);
    assert!(ran.stderr.contains("EXAI_EMBEDDINGS_URL") && ran.stderr.contains("did not make embeddings"), "{ran:#?}");
    let fake = Fake::start(of(Reply::body(200, r#"{"data":[{"index":0,"embedding":[]}]}"#)));
    let ran = User::with(&fake).run(&["call", "glm_embed", "hello"]).exits(3);
    assert!(ran.stderr.contains("0 vectors of 1"), "{ran:#?}");
}

/// What Kimi says when it wants the caller's function.
fn kimi_asks() -> Reply {
    Reply::frames([
        r#"{"choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"I need the weather."}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"weather","arguments":"{\"city\":"}}]}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Bonn\"}"}}]},"finish_reason":"tool_calls"}]}"#,
    ])
}

#[test]
fn a_function_that_kimi_wants_is_handed_to_the_caller_and_its_result_goes_back() {
    let fake = Fake::start(Scenario::of([kimi_asks(), Reply::answer("It rains.")]));
    let user = User::with(&fake);
    let tools = json!([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]);
    user.write("ask.json", &json!({"messages": "weather in Bonn, please", "tools": tools}).to_string());
    let pending = user.envelope(&["call", "kimi_chat_with_tools", "--json-args", "ask.json"]);
    assert_eq!(pending["status"], "tool_call_pending", "{pending:#}");
    let call = &pending["data"]["tool_calls"][0];
    assert_eq!(call["function"], json!({"name": "weather", "arguments": "{\"city\":\"Bonn\"}"}));
    assert_eq!(pending["data"]["message"]["reasoning_content"], "I need the weather.");
    assert!(pending["text"].as_str().unwrap().contains("weather"));

    let result = json!({"role": "tool", "tool_call_id": "t1", "name": "weather", "content": "rain"});
    let messages = json!(["weather in Bonn, please", pending["data"]["message"], result]);
    user.write("go.json", &json!({"messages": messages, "tools": tools}).to_string());
    let done = user.envelope(&["call", "kimi_chat_with_tools", "--json-args", "go.json"]);
    assert_eq!((&done["status"], &done["data"]["content"]), (&json!("success"), &json!("It rains.")), "{done:#}");
    assert_eq!((&done["data"]["provider"], &done["data"]["model"]), (&json!("KIMI"), &json!("kimi-k3.1-pro")));
    let requests = fake.requests();
    let [.., asked, told] = requests[1].messages() else { panic!("{requests:#?}") };
    assert_eq!((&asked["tool_calls"][0], &told["content"]), (call, &json!("rain")));
    assert_eq!(requests.len(), 2, "nothing that was asked for is kept for reuse");
}

#[test]
fn kimis_own_search_is_carried_out_and_what_makes_no_sense_is_refused() {
    let search = r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"s1","type":"builtin_function","function":{"name":"$web_search","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#;
    let fake = Fake::start(Scenario::of([Reply::frames([search]), Reply::answer("Found.")]));
    let user = User::with(&fake);
    let envelope = user.envelope(&["call", "kimi_chat_with_tools", "what is new?", "--tools", "$web_search"]);
    assert_eq!((&envelope["status"], &envelope["text"]), (&json!("success"), &json!("Found.")), "{envelope:#}");
    assert_eq!(fake.requests()[0].model(), "kimi-k2.6", "the first of Kimi that can search");
    assert_eq!(fake.requests().len(), 2);
    for (arguments, words) in [
        (&["call", "kimi_chat_with_tools", "x", "--model", "glm-5.3"][..], "no Kimi model"),
        (&["call", "kimi_chat_with_tools", r#"{"role":"robot","content":"x"}"#], "message 1"),
        (&["call", "kimi_chat_with_tools"], "`messages` is missing"),
    ] {
        assert!(user.run(arguments).exits(2).stderr.contains(words), "{words}");
    }
}

#[test]
fn a_judgement_is_held_to_what_is_possible() {
    let told = json!({
        "needs_websearch": true, "complexity": "deep", "domain": "locks", "recommended_provider": "KIMI",
        "recommended_model": "gpt-9", "streaming_preferred": false,
    });
    let fake = Fake::start(Scenario::answer(&told.to_string()));
    let user = User::with(&fake);
    let envelope = user.envelope(&["call", "kimi_intent_analysis", "why does it hang?"]);
    let expected = json!({
        "needs_websearch": true, "complexity": "deep", "domain": "locks", "recommended_provider": "GLM",
        "recommended_model": "glm-5.3", "streaming_preferred": false,
    });
    assert_eq!(envelope["data"], expected, "{envelope:#}");
    let request = &fake.requests()[0];
    assert_eq!(
        (request.provider, &request.body["response_format"]["type"]),
        (Some(Provider::Kimi), &json!("json_object"))
    );
    assert!(request.user_text().contains("glm-5.3") && request.system_text().contains("You judge"));

    let fake = Fake::start(Scenario::answer("It is hard to say."));
    let envelope = User::with(&fake).envelope(&["call", "kimi_intent_analysis", "x", "--use-websearch=false"]);
    assert_eq!(
        (&envelope["data"]["complexity"], &envelope["data"]["needs_websearch"]),
        (&json!("moderate"), &json!(false))
    );
    assert!(envelope["warnings"].to_string().contains("safe defaults"), "{envelope:#}");
    assert_eq!(envelope["error"], Value::Null);
}
