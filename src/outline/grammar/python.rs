//! Python.

use tree_sitter::Node;

use super::{Around, Attribute, Definition, Meaning, call, callee};
use crate::outline::facts::SymbolKind;

pub(super) fn meaning<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    match node.kind() {
        "comment" => Meaning::Comment,
        "decorated_definition" => Meaning::Wraps { exports: false },
        // A decorator with arguments has a call inside; one without is a call itself.
        "decorator" => {
            Meaning::Attribute(Attribute { calls: node.named_child(0).and_then(callee), ..Attribute::default() })
        }
        "function_definition" => define(around.function(), node, around),
        "class_definition" => define(SymbolKind::Class, node, around),
        "assignment" => constant(node, around),
        "import_statement" | "import_from_statement" | "future_import_statement" => Meaning::Imports,
        "call" => call(node, "function"),
        _ => Meaning::Nothing,
    }
}

fn define<'t>(kind: SymbolKind, node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let Some(name) = node.child_by_field_name("name") else { return Meaning::Nothing };
    let text = around.name(name);
    let mut definition = Definition::new(kind, node, name);
    definition.is_public = !text.starts_with('_') && around.is_visible();
    definition.is_documented = definition.body.is_some_and(begins_with_string);
    definition.is_test = around.is_test && (text.starts_with("test") || text.starts_with("Test"));
    Meaning::Defines(definition)
}

/// Names in capitals, at the top of a module or of a class.
fn constant<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let Some(name) = node.child_by_field_name("left").filter(|left| left.kind() == "identifier") else {
        return Meaning::Nothing;
    };
    let text = around.name(name);
    let is_constant = text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase);
    if !is_constant || !(around.is_top() || around.is_member()) {
        return Meaning::Nothing;
    }
    let mut definition = Definition::new(SymbolKind::Constant, node, name);
    definition.is_public = !text.starts_with('_') && around.is_visible();
    Meaning::Defines(definition)
}

/// Whether a body begins with a docstring.
fn begins_with_string(body: Node<'_>) -> bool {
    let mut cursor = body.walk();
    let mut statements = body.named_children(&mut cursor).take(8).filter(|child| child.kind() != "comment");
    let first = statements.next().filter(|first| first.kind() == "expression_statement");
    first
        .and_then(|first| first.named_child(0))
        .is_some_and(|inner| matches!(inner.kind(), "string" | "concatenated_string"))
}
