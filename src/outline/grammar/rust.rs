//! Rust.

use tree_sitter::Node;

use super::{Around, Attribute, Definition, Enclosure, Meaning, Members, call, callee, early_child};
use crate::outline::facts::SymbolKind;

pub(super) fn meaning<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    match node.kind() {
        "line_comment" | "block_comment" => Meaning::Comment,
        "attribute_item" => Meaning::Attribute(attribute(around.beginning(node))),
        "inner_attribute_item" => Meaning::Skip,
        "function_item" | "function_signature_item" => define(around.function(), node, around),
        "struct_item" | "union_item" => define(SymbolKind::Struct, node, around),
        "enum_item" => define(SymbolKind::Enum, node, around),
        "trait_item" => define(SymbolKind::Interface, node, around),
        "mod_item" => define(SymbolKind::Module, node, around),
        "macro_definition" => define(SymbolKind::Macro, node, around),
        "const_item" | "static_item" if around.is_top() || around.is_member() => {
            define(SymbolKind::Constant, node, around)
        }
        "type_item" if around.is_top() => define(SymbolKind::TypeAlias, node, around),
        "impl_item" => implementation(node, around),
        "use_declaration" | "extern_crate_declaration" => Meaning::Imports,
        "call_expression" => call(node, "function"),
        "macro_invocation" => call(node, "macro"),
        // Inside of a macro there are only tokens: a name before a parenthesis is as good as a call.
        "identifier" if around.is_in_tokens && is_called(around.after(node)) => Meaning::Calls(node),
        _ => Meaning::Nothing,
    }
}

fn define<'t>(kind: SymbolKind, node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let Some(name) = node.child_by_field_name("name") else { return Meaning::Nothing };
    let is_marked = early_child(node, "visibility_modifier").is_some_and(|modifier| around.name(modifier) == "pub");
    let members = around.scope.map_or(Members::AsMarked, |scope| scope.members);
    let is_public = match members {
        Members::AsMarked => is_marked || (kind == SymbolKind::Macro && around.is_exported),
        Members::Public => true,
        Members::Private => false,
    };
    let mut definition = Definition::new(kind, node, name);
    definition.is_public = is_public && around.is_visible();
    // A module's documentation is inside of it, often in another file.
    definition.is_documented = kind == SymbolKind::Module;
    if kind == SymbolKind::Interface {
        definition.members = Members::Public;
    }
    Meaning::Defines(definition)
}

/// `impl Type` and `impl Trait for Type`: what a trait asks for is documented at the trait.
fn implementation<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let mut implementing = node.child_by_field_name("type");
    while let Some(inner) = implementing.filter(|inner| inner.kind() == "reference_type") {
        implementing = inner.child_by_field_name("type");
    }
    let Some(name) = implementing.and_then(callee) else { return Meaning::Nothing };
    let of_trait = node.child_by_field_name("trait").is_some();
    let members = if of_trait { Members::Private } else { Members::AsMarked };
    Meaning::Encloses(Enclosure { name: around.name(name).to_owned(), members })
}

fn attribute<'t>(text: &str) -> Attribute<'t> {
    let inside = text.trim_start_matches("#[").trim_start();
    let path = inside.split(['(', ']', '=', ' ']).next().unwrap_or_default();
    let last = path.rsplit("::").next().unwrap_or_default();
    let condition = inside.strip_prefix("cfg(").unwrap_or_default();
    Attribute {
        marks_test: matches!(last, "test" | "rstest" | "test_case" | "quickcheck" | "bench")
            || condition.starts_with("test)")
            || condition.starts_with("all(test"),
        documents: path == "doc",
        exports: path == "macro_export",
        calls: None,
    }
}

fn is_called(after: &str) -> bool {
    after.starts_with('(') || after.strip_prefix('!').is_some_and(|after| after.starts_with(['(', '[', '{']))
}
