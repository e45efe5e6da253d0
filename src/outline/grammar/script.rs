//! JavaScript and TypeScript, with JSX.

use tree_sitter::Node;

use super::{Around, Attribute, Definition, Meaning, call, callee, early_child};
use crate::outline::facts::{SymbolKind, last_name};

pub(super) fn meaning<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    match node.kind() {
        "comment" => Meaning::Comment,
        "export_statement" => export(node),
        "export_specifier" => {
            node.child_by_field_name("name").map_or(Meaning::Nothing, |name| Meaning::Exports(vec![name]))
        }
        "ambient_declaration" | "lexical_declaration" | "variable_declaration" | "expression_statement" => {
            Meaning::Wraps { exports: false }
        }
        "decorator" => {
            Meaning::Attribute(Attribute { calls: node.named_child(0).and_then(callee), ..Attribute::default() })
        }
        "function_declaration" | "generator_function_declaration" | "function_signature" => {
            define(SymbolKind::Function, node, around)
        }
        "class_declaration" | "abstract_class_declaration" => define(SymbolKind::Class, node, around),
        "interface_declaration" => define(SymbolKind::Interface, node, around),
        "enum_declaration" => define(SymbolKind::Enum, node, around),
        "type_alias_declaration" => define(SymbolKind::TypeAlias, node, around),
        "internal_module" | "module" => define(SymbolKind::Module, node, around),
        "method_definition" | "method_signature" | "abstract_method_signature" => {
            define(SymbolKind::Method, node, around)
        }
        "public_field_definition" | "pair" => member(node, around),
        "variable_declarator" => variable(node, around),
        "assignment_expression" => assignment(node, around),
        "import_statement" | "import_alias" => Meaning::Imports,
        "call_expression" if is_require(node, around) => Meaning::Imports,
        "call_expression" => call(node, "function"),
        "new_expression" => call(node, "constructor"),
        "jsx_opening_element" | "jsx_self_closing_element" => component(node, around),
        _ => Meaning::Nothing,
    }
}

/// What is declared here, or elsewhere in the file, or comes from another one.
fn export(node: Node<'_>) -> Meaning<'_> {
    if node.child_by_field_name("source").is_some() {
        return Meaning::Imports;
    }
    match node.child_by_field_name("value").filter(|value| value.kind() == "identifier") {
        Some(name) => Meaning::Exports(vec![name]),
        None => Meaning::Wraps { exports: true },
    }
}

fn define<'t>(kind: SymbolKind, node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let Some(name) = node.child_by_field_name("name") else { return Meaning::Nothing };
    Meaning::Defines(definition(kind, node, name, around))
}

fn definition<'t>(kind: SymbolKind, node: Node<'t>, name: Node<'t>, around: &Around<'_>) -> Definition<'t> {
    let text = around.name(name);
    let modifier = early_child(node, "accessibility_modifier").map_or("", |modifier| around.name(modifier));
    let is_hidden = text.starts_with(['_', '#']) || matches!(modifier, "private" | "protected");
    let is_offered = if around.is_member() { around.is_visible() } else { around.is_exported };
    let mut definition = Definition::new(kind, node, name);
    definition.is_public = is_offered && !is_hidden && text != "constructor";
    definition
}

/// A field of a class or an object that holds a function.
fn member<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let name = node.child_by_field_name("name").or_else(|| node.child_by_field_name("key"));
    let (Some(name), Some(value)) = (name, node.child_by_field_name("value")) else { return Meaning::Nothing };
    if !is_function(value) || name.kind() == "computed_property_name" {
        return Meaning::Nothing;
    }
    let mut definition = definition(SymbolKind::Method, node, name, around);
    definition.body = value.child_by_field_name("body");
    Meaning::Defines(definition)
}

/// A variable: a function or a class when it holds one, a constant at the top of a file.
fn variable<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let Some(name) = node.child_by_field_name("name").filter(|name| name.kind() == "identifier") else {
        return match node.child_by_field_name("value") {
            Some(value) if is_require(value, around) => Meaning::Imports,
            _ => Meaning::Nothing,
        };
    };
    let value = node.child_by_field_name("value");
    let kind = match value {
        Some(value) if is_require(value, around) => return Meaning::Imports,
        Some(value) if is_function(value) => SymbolKind::Function,
        Some(value) if value.kind() == "class" => SymbolKind::Class,
        _ if around.is_top() => SymbolKind::Constant,
        _ => return Meaning::Nothing,
    };
    let mut definition = definition(kind, node, name, around);
    definition.body = value.and_then(|value| value.child_by_field_name("body"));
    Meaning::Defines(definition)
}

/// `exports.name = …`, `module.exports = …`, `Type.prototype.name = function …`.
fn assignment<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
        return Meaning::Nothing;
    };
    if around.name(left) == "module.exports" {
        return exported(right);
    }
    let (Some(object), Some(name)) = (left.child_by_field_name("object"), left.child_by_field_name("property")) else {
        return Meaning::Nothing;
    };
    let object = around.name(object);
    let is_export = matches!(object, "exports" | "module.exports");
    let kind = match (is_export, is_function(right)) {
        (true, true) => SymbolKind::Function,
        (true, false) if around.is_top() && right.kind() != "identifier" => SymbolKind::Constant,
        (false, true) => SymbolKind::Method,
        _ => return Meaning::Nothing,
    };
    let mut definition = definition(kind, node, name, around);
    definition.is_public = is_export;
    definition.body = right.child_by_field_name("body");
    if !is_export {
        let owner = last_name(object.trim_end_matches(".prototype"));
        definition.owner = (!matches!(owner, "this" | "")).then(|| owner.to_owned());
    }
    Meaning::Defines(definition)
}

/// The names in what `module.exports` is set to.
fn exported(value: Node<'_>) -> Meaning<'_> {
    match value.kind() {
        "identifier" => Meaning::Exports(vec![value]),
        "object" => {
            let mut cursor = value.walk();
            let members = value.named_children(&mut cursor);
            let names = members.filter_map(|member| match member.kind() {
                "shorthand_property_identifier" => Some(member),
                "pair" => member.child_by_field_name("value").filter(|value| value.kind() == "identifier"),
                _ => None,
            });
            Meaning::Exports(names.collect())
        }
        _ => Meaning::Nothing,
    }
}

fn is_function(value: Node<'_>) -> bool {
    matches!(value.kind(), "arrow_function" | "function_expression" | "generator_function")
}

fn is_require(value: Node<'_>, around: &Around<'_>) -> bool {
    let function = value.child_by_field_name("function").filter(|_| value.kind() == "call_expression");
    function.is_some_and(|function| matches!(around.name(function), "require" | "import"))
}

/// `<Name …>`: a component is called; names in lower case are elements.
fn component<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    match node.child_by_field_name("name").and_then(callee) {
        Some(name) if around.name(name).starts_with(char::is_uppercase) => Meaning::Calls(name),
        _ => Meaning::Nothing,
    }
}
