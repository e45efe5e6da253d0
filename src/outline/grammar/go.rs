//! Go.

use tree_sitter::Node;

use super::{Around, Definition, Meaning, call};
use crate::outline::facts::SymbolKind;
use crate::outline::word;

pub(super) fn meaning<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    match node.kind() {
        "comment" => Meaning::Comment,
        "function_declaration" => define(SymbolKind::Function, node, around),
        "method_declaration" => method(node, around),
        "method_elem" | "method_spec" => define(SymbolKind::Method, node, around),
        "type_declaration" | "const_declaration" | "var_declaration" | "var_spec_list" => {
            Meaning::Wraps { exports: false }
        }
        "type_spec" | "type_alias" => define(kind_of_type(node), node, around),
        "const_spec" | "var_spec" if around.is_top() => define(SymbolKind::Constant, node, around),
        "import_spec" => Meaning::Imports,
        "package_clause" => Meaning::Skip,
        "call_expression" => call(node, "function"),
        _ => Meaning::Nothing,
    }
}

fn define<'t>(kind: SymbolKind, node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let Some(name) = node.child_by_field_name("name") else { return Meaning::Nothing };
    let text = around.name(name);
    let mut definition = Definition::new(kind, node, name);
    definition.is_public = is_upper(text) && around.is_visible();
    definition.is_test =
        around.is_test && ["Test", "Benchmark", "Example", "Fuzz"].iter().any(|begin| text.starts_with(begin));
    if matches!(kind, SymbolKind::Struct | SymbolKind::Interface) {
        definition.body = node.child_by_field_name("type").and_then(|inner| inner.named_child(0));
    }
    Meaning::Defines(definition)
}

/// A method stands outside of its type, which its receiver names.
fn method<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let Some(name) = node.child_by_field_name("name") else { return Meaning::Nothing };
    let receiver = node.child_by_field_name("receiver").map_or("", |receiver| around.beginning(receiver));
    let receiver = receiver.split('[').next().unwrap_or_default().trim_end_matches([')', ' ']);
    let (_, owner) = word::last_word(receiver);
    let mut definition = Definition::new(SymbolKind::Method, node, name);
    definition.is_public = is_upper(around.name(name)) && is_upper(owner);
    definition.owner = (!owner.is_empty()).then(|| owner.to_owned());
    Meaning::Defines(definition)
}

fn kind_of_type(node: Node<'_>) -> SymbolKind {
    match node.child_by_field_name("type").map(|inner| inner.kind()) {
        Some("struct_type") => SymbolKind::Struct,
        Some("interface_type") => SymbolKind::Interface,
        _ => SymbolKind::TypeAlias,
    }
}

fn is_upper(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}
