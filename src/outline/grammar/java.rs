//! Java.

use tree_sitter::Node;

use super::{Around, Definition, Meaning, Members, call, callee, early_child};
use crate::outline::facts::SymbolKind;
use crate::outline::word;

pub(super) fn meaning<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    match node.kind() {
        "line_comment" | "block_comment" => Meaning::Comment,
        "class_declaration" => define(SymbolKind::Class, node, around),
        "record_declaration" => define(SymbolKind::Struct, node, around),
        "enum_declaration" => define(SymbolKind::Enum, node, around),
        "interface_declaration" | "annotation_type_declaration" => define(SymbolKind::Interface, node, around),
        "method_declaration" | "constructor_declaration" | "compact_constructor_declaration" => {
            define(SymbolKind::Method, node, around)
        }
        "field_declaration" | "constant_declaration" => constant(node, around),
        "import_declaration" => Meaning::Imports,
        "package_declaration" => Meaning::Skip,
        "method_invocation" => call(node, "name"),
        "object_creation_expression" => call(node, "type"),
        "method_reference" => reference(node),
        _ => Meaning::Nothing,
    }
}

fn define<'t>(kind: SymbolKind, node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    node.child_by_field_name("name")
        .map_or(Meaning::Nothing, |name| Meaning::Defines(definition(kind, node, name, around)))
}

fn definition<'t>(kind: SymbolKind, node: Node<'t>, name: Node<'t>, around: &Around<'_>) -> Definition<'t> {
    let modifiers = early_child(node, "modifiers");
    let text = modifiers.map_or("", |modifiers| around.beginning(modifiers));
    let is_marked = word::contains(text, "public");
    let is_offered = around.scope.is_some_and(|scope| scope.members == Members::Public);
    let mut definition = Definition::new(kind, node, name);
    definition.is_public = (is_marked || is_offered && !word::contains(text, "private")) && around.is_visible();
    // What overrides is documented where it was declared.
    definition.is_documented = text.contains("@Override");
    definition.is_test = ["@Test", "@ParameterizedTest", "@RepeatedTest"].iter().any(|mark| text.contains(mark));
    definition.head = modifiers.map_or(definition.head, |modifiers| after_annotations(modifiers, around.text));
    if kind == SymbolKind::Interface {
        definition.members = Members::Public;
    }
    definition
}

/// `static final` fields, and those of interfaces.
fn constant<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let modifiers = early_child(node, "modifiers").map_or("", |modifiers| around.beginning(modifiers));
    let is_constant = word::contains(modifiers, "static") && word::contains(modifiers, "final");
    let declarator = node.child_by_field_name("declarator");
    match declarator.and_then(|declarator| declarator.child_by_field_name("name")) {
        Some(name) if is_constant || node.kind() == "constant_declaration" => {
            Meaning::Defines(definition(SymbolKind::Constant, node, name, around))
        }
        _ => Meaning::Nothing,
    }
}

/// `Type::method`, passed as a value.
fn reference(node: Node<'_>) -> Meaning<'_> {
    let mut cursor = node.walk();
    let last = node.named_children(&mut cursor).last();
    last.filter(|last| last.kind() == "identifier").and_then(callee).map_or(Meaning::Nothing, Meaning::Calls)
}

/// Where the head of a definition begins behind its annotations.
fn after_annotations(modifiers: Node<'_>, text: &str) -> usize {
    let mut cursor = modifiers.walk();
    let annotations = modifiers.children(&mut cursor).take_while(|child| child.kind().ends_with("annotation"));
    let start = annotations.last().map_or(modifiers.start_byte(), |last| last.end_byte());
    let rest = text.get(start..).unwrap_or_default();
    start + (rest.len() - rest.trim_start().len())
}
