//! The catalogue agrees with itself, and every name leads somewhere or says where to go.

use std::collections::HashSet;

use super::*;
use crate::error::ErrorCode;
use crate::providers::{Thinking, ThinkingMode};

fn catalogue() -> Catalogue {
    Catalogue::embedded().unwrap()
}

#[test]
fn the_embedded_catalogue_agrees_with_itself() {
    let catalogue = catalogue();
    let mut names = HashSet::new();
    for model in catalogue.models() {
        for name in std::iter::once(&model.id).chain(&model.aliases) {
            assert!(names.insert(name.clone()), "{name} twice");
        }
        assert!(!model.is_retired() || model.replaced_by.is_some(), "{} has no successor", model.id);
        if let Some(successor) = &model.replaced_by {
            let successor = catalogue.resolve(successor).unwrap();
            assert!(successor.listed && successor.deprecated.is_none(), "{} leads to {}", model.id, successor.id);
        }
        assert!(model.price.is_none() || model.priced_on.is_some(), "{} has a price without a day", model.id);
    }
    assert_eq!(catalogue.models().count(), 44);
}

#[test]
fn every_word_of_the_catalogue_is_as_its_snapshot() {
    let rows: Vec<String> = catalogue()
        .models()
        .map(|m| {
            let price = m.price.map_or("-".into(), |p| {
                [p.input, p.cached, p.output].map(|n| n.map_or("-".into(), |n| format!("{}", n as f64 / 1e9))).join("/")
            });
            let state = m.retired_on.as_deref().map_or("live".into(), |day| format!("gone {day}"));
            let Model { id, context, max_output, thinking, effort, vision, tools, temperature, .. } = &**m;
            format!("{id} {context} {max_output} {price} {thinking:?}{effort:?} v={vision} t={tools} {temperature:?} {state}")
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn names_lead_to_models() {
    let catalogue = catalogue().with_custom_context(100_000);
    for (name, provider, id, listed, context) in [
        ("glm-4.6", ProviderName::Glm, "glm-4.6", true, 204_800),
        ("  GLM-4.6 ", ProviderName::Glm, "glm-4.6", true, 204_800),
        ("glm-4.6:free", ProviderName::Glm, "glm-4.6", true, 204_800),
        ("glm-4.5-x", ProviderName::Glm, "glm-4.5-x", true, 131_072),
        ("kimi-k3", ProviderName::Kimi, "kimi-k3", true, 1_048_576),
        ("Glm-9-Ultra", ProviderName::Glm, "glm-9-ultra", false, 32_768),
        ("kimi-k9", ProviderName::Kimi, "kimi-k9", false, 32_768),
        ("moonshot-v9", ProviderName::Kimi, "moonshot-v9", false, 32_768),
        ("custom/Llama3:8b", ProviderName::Custom, "Llama3:8b", false, 100_000),
        ("custom/org/name", ProviderName::Custom, "org/name", false, 100_000),
        ("MOCK:drop@40%", ProviderName::Mock, "mock:drop@40%", false, 1_000_000),
    ] {
        let model = catalogue.resolve(name).unwrap();
        assert_eq!((model.provider, model.id.as_str(), model.listed, model.context), (provider, id, listed, context));
    }
}

#[test]
fn names_that_lead_nowhere_say_where_to_go() {
    let catalogue = catalogue();
    for (name, message, hint) in [
        ("kimi-k2.5", "retired on 2026-08-31, its replacement is `kimi-k3.1-pro`", "--model kimi-k3.1-pro"),
        ("Kimi-K2", "model `kimi-k2-0905-preview` (`Kimi-K2`) was retired on 2026-05-25", "kimi-k3.1-pro"),
        ("kimi-latest-8k", "retired on 2026-01-28", "kimi-k3.1-pro"),
        ("gml-4.6", "no model `gml-4.6`", "did you mean `glm-4.6`?"),
        ("gpt-4", "no model `gpt-4`", "names start with"),
        ("glm-", "no model `glm-`", ""),
        ("", "no model ``", "names start with"),
        ("custom/", "a model name belongs behind", ""),
        ("mock:nonsense", "no mock `nonsense`", "mock:echo"),
        ("mock", "no mock ``", "mock:echo"),
    ] {
        let error = catalogue.resolve(name).unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound, "{name}");
        assert!(error.message.contains(message), "{name}: {}", error.message);
        assert!(error.hints.join(" ").contains(hint), "{name}: {:?}", error.hints);
    }
}

#[test]
fn a_file_changes_what_it_names_and_adds_the_rest() {
    let text = r#"
        priced_on = "2027-01-01"
        [[model]]
        id = "glm-4.6"
        price = { input = "0.0375", output = 1 }
        aliases = ["House"]
        [[model]]
        id = "kimi-k2.5"
        retired_on = ""
        [[model]]
        id = "glm-6"
        provider = "glm"
        context = 1000
        max_output = 100
        thinking = "always"
        effort = ["low", "max"]
        temperature = [0, 0.5]
    "#;
    let catalogue = catalogue().with_overrides(text, "models.toml").unwrap();
    let changed = catalogue.resolve("house").unwrap();
    assert_eq!((changed.id.as_str(), changed.context), ("glm-4.6", 204_800));
    assert_eq!(changed.price.unwrap(), Price { input: Some(37_500_000), cached: None, output: Some(1_000_000_000) });
    assert_eq!(changed.priced_on.as_deref(), Some("2027-01-01"));
    assert_eq!(catalogue.resolve("kimi-k2.5").unwrap().priced_on.as_deref(), Some("2026-11-22"));
    let new = catalogue.resolve("glm-6").unwrap();
    assert_eq!((new.thinking, new.listed, new.price), (Thinking::Always, true, None));
    assert_eq!(new.temperature(Some(0.9)), Some(0.5));
    assert_eq!(catalogue.models().last().unwrap().id, "glm-6");
}

#[test]
fn a_wrong_file_is_refused_with_its_place() {
    for (text, part) in [
        ("[[model]]\nid = \"glm-4.6\"\ncontxt = 5\n", "models.toml, line 3: unknown field `contxt`, expected one of"),
        ("color = 1\n", "unknown field `color`"),
        ("[[model]]\nid = \"glm-9\"\n", "models.toml: model `glm-9` is new and needs `provider`"),
        ("[[model]]\nid = \"GLM-9\"\nprovider=\"glm\"\ncontext=9\nmax_output=9\n", "lower case"),
        ("[[model]]\nid = \"x\"\nprovider=\"mock\"\ncontext=9\nmax_output=9\n", "only glm and kimi"),
        ("[[model]]\nid = \"glm-4.6\"\nmax_output = 999999999\n", "max_output has to be between"),
        ("[[model]]\nid = \"glm-5\"\ntemperature = \"warm\"\n", "temperature is \"fixed\" or"),
        ("[[model]]\nid = \"glm-5\"\ntemperature = [1, 0]\n", "no range"),
        ("[[model]]\nid = \"glm-5-code\"\neffort = [\"low\"]\n", "does not think"),
        ("[[model]]\nid = \"glm-5\"\nprice = { input = -1 }\n", "line 3"),
        ("what", "line 1"),
    ] {
        let error = catalogue().with_overrides(text, "models.toml").unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRequest);
        assert!(error.message.contains(part), "{}", error.message);
    }
}

#[test]
fn a_model_knows_whether_it_will_think() {
    let catalogue = catalogue();
    for (name, mode, thinks) in [
        ("glm-4.6", None, true),
        ("glm-4.6", Some(ThinkingMode::Minimal), false),
        ("glm-5.3", Some(ThinkingMode::Minimal), true),
        ("glm-4-32b-0414-128k", Some(ThinkingMode::Max), false),
        ("glm-99", None, true),
        ("mock:echo", None, false),
    ] {
        assert_eq!(catalogue.resolve(name).unwrap().thinks(mode), thinks, "{name} {mode:?}");
    }
}
