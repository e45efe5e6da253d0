//! C and C++.

use tree_sitter::Node;

use super::{Around, Definition, Meaning, Members, call, callee};
use crate::outline::facts::{SymbolKind, last_name};
use crate::outline::word;

/// Macros of test frameworks that read like the definition of a function.
const TEST_MACROS: &[&str] = &["TEST", "TEST_F", "TEST_P", "TYPED_TEST", "TEST_CASE", "BOOST_AUTO_TEST_CASE"];

pub(super) fn meaning<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    match node.kind() {
        "comment" => Meaning::Comment,
        "preproc_include" | "using_declaration" => Meaning::Imports,
        "preproc_function_def" => define(SymbolKind::Macro, node, node.child_by_field_name("name"), around),
        // A macro without a value is a guard or a switch.
        "preproc_def" if node.child_by_field_name("value").is_some() => {
            define(SymbolKind::Constant, node, node.child_by_field_name("name"), around)
        }
        "function_definition" => function(node, around),
        "declaration" | "field_declaration" => declaration(node, around),
        "struct_specifier" | "union_specifier" => record(SymbolKind::Struct, node, around),
        "class_specifier" => record(SymbolKind::Class, node, around),
        "enum_specifier" => record(SymbolKind::Enum, node, around),
        "type_definition" => type_definition(node, around),
        "alias_declaration" => define(SymbolKind::TypeAlias, node, node.child_by_field_name("name"), around),
        "concept_definition" => define(SymbolKind::Interface, node, node.child_by_field_name("name"), around),
        "namespace_definition" => define(SymbolKind::Module, node, node.child_by_field_name("name"), around),
        "template_declaration" | "linkage_specification" => Meaning::Wraps { exports: false },
        "access_specifier" => Meaning::Opens(around.name(node).starts_with("public")),
        "friend_declaration" => Meaning::Skip,
        "call_expression" => call(node, "function"),
        "new_expression" => call(node, "type"),
        _ => Meaning::Nothing,
    }
}

fn define<'t>(kind: SymbolKind, node: Node<'t>, name: Option<Node<'t>>, around: &Around<'_>) -> Meaning<'t> {
    name.map_or(Meaning::Nothing, |name| Meaning::Defines(definition(kind, node, name, around)))
}

fn definition<'t>(kind: SymbolKind, node: Node<'t>, name: Node<'t>, around: &Around<'_>) -> Definition<'t> {
    let mut definition = Definition::new(kind, node, name);
    let is_closed = around.scope.is_some_and(|scope| scope.members == Members::Private);
    let is_preprocessor = node.kind().starts_with("preproc");
    let is_destructor = around.name(name).starts_with('~');
    definition.is_public = around.is_visible() && !is_closed && !is_preprocessor && !is_destructor;
    definition.members = if kind == SymbolKind::Class { Members::Private } else { Members::AsMarked };
    definition.is_documented = kind == SymbolKind::Module;
    if is_preprocessor {
        definition.body = node.child_by_field_name("value");
    }
    definition
}

/// A struct, class or enumeration where its body is; elsewhere the words only name it.
fn record<'t>(kind: SymbolKind, node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let name = node.child_by_field_name("name").and_then(callee);
    node.child_by_field_name("body").map_or(Meaning::Nothing, |_| define(kind, node, name, around))
}

/// `typedef struct { … } Name;` defines a struct, `typedef struct Name { … } Name;` does so inside.
fn type_definition<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let inner = node.child_by_field_name("type");
    let body = inner.and_then(|inner| inner.child_by_field_name("body"));
    if body.is_some() && inner.and_then(|inner| inner.child_by_field_name("name")).is_some() {
        return Meaning::Wraps { exports: false };
    }
    let kind = match inner.filter(|_| body.is_some()).map(|inner| inner.kind()) {
        Some("enum_specifier") => SymbolKind::Enum,
        Some(_) => SymbolKind::Struct,
        None => SymbolKind::TypeAlias,
    };
    let Some(declared) = node.child_by_field_name("declarator").and_then(declared) else { return Meaning::Nothing };
    let mut definition = definition(kind, node, declared.name, around);
    definition.body = body;
    Meaning::Defines(definition)
}

fn function<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    let Some(declared) = node.child_by_field_name("declarator").and_then(declared) else { return Meaning::Nothing };
    if !declared.is_function {
        return Meaning::Nothing;
    }
    let mut definition = definition(around.function(), node, declared.name, around);
    definition.is_public &= !is_static(node, around) && around.name(declared.name) != "main";
    definition.is_test = TEST_MACROS.contains(&around.name(declared.name));
    if let Some(qualified) = declared.qualified {
        let owner = owner(around.name(qualified));
        // Its class, where it is declared, says whether it is public, and has its documentation.
        (definition.is_public, definition.kind) = (false, SymbolKind::Method);
        definition.owner = (!owner.is_empty()).then(|| owner.to_owned());
    }
    Meaning::Defines(definition)
}

/// A prototype, or a variable of the file.
fn declaration<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    if !(around.is_top() || around.is_member()) {
        return Meaning::Nothing;
    }
    let Some(declared) = node.child_by_field_name("declarator").and_then(declared) else { return Meaning::Nothing };
    if declared.qualified.is_some() {
        return Meaning::Nothing;
    }
    let kind = match (declared.is_function, declared.has_value && around.is_top()) {
        (true, _) => around.function(),
        (false, true) => SymbolKind::Constant,
        // Documentation of a type stands before a declaration that uses it at once.
        (false, false) => return Meaning::Wraps { exports: false },
    };
    let mut definition = definition(kind, node, declared.name, around);
    definition.is_public &= !is_static(node, around);
    definition.body = None;
    Meaning::Defines(definition)
}

/// Whether a function or variable is only seen in its file; a static member of a class is not meant.
fn is_static(node: Node<'_>, around: &Around<'_>) -> bool {
    let start = node.start_byte();
    let end = node.child_by_field_name("declarator").map_or(start, |declarator| declarator.start_byte());
    let before = around.text.get(start..end).unwrap_or_default();
    !around.is_member() && word::contains(super::super::lines::head(before, 400), "static")
}

/// What a declarator declares.
struct Declared<'t> {
    name: Node<'t>,
    /// The name with the class before it.
    qualified: Option<Node<'t>>,
    is_function: bool,
    has_value: bool,
}

/// Looks through pointers, references and initial values for the name.
fn declared(declarator: Node<'_>) -> Option<Declared<'_>> {
    let (mut node, mut is_function, mut has_value, mut qualified) = (declarator, false, false, None);
    for _ in 0..16 {
        match node.kind() {
            "function_declarator" => is_function = true,
            // `int (*name)(int)` is a variable.
            "parenthesized_declarator" => is_function = false,
            "init_declarator" => has_value = true,
            "qualified_identifier" => qualified = qualified.or(Some(node)),
            "identifier" | "field_identifier" | "type_identifier" | "destructor_name" | "operator_name" => {
                return Some(Declared { name: node, qualified, is_function, has_value });
            }
            _ => {}
        }
        let inner = node.child_by_field_name("declarator").or_else(|| node.child_by_field_name("name"));
        node = inner.or_else(|| node.named_child(0).filter(|_| node.kind().ends_with("declarator")))?;
    }
    None
}

/// The class in `a::Class<T>::name`.
fn owner(qualified: &str) -> &str {
    let class = qualified.rsplit_once("::").map_or("", |(class, _)| class);
    last_name(class.split('<').next().unwrap_or_default())
}
