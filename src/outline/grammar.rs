//! What the nodes of each grammar mean. One file a language; the walk over a tree and its bounds are in `parse`.

mod c;
mod go;
mod java;
mod python;
mod rust;
mod script;

use tree_sitter::Node;

use super::facts::SymbolKind;
use super::language::Language;

/// What one node means for an outline.
#[derive(Debug)]
pub(super) enum Meaning<'t> {
    /// Nothing of its own; what is in it may.
    Nothing,
    /// Nothing, nor does what is in it.
    Skip,
    /// A comment: it may document what follows.
    Comment,
    /// Something that belongs to what follows.
    Attribute(Attribute<'t>),
    /// A definition.
    Defines(Definition<'t>),
    /// No definition, but a name for what is in it: `impl Name { … }`.
    Encloses(Enclosure),
    /// What stands before it belongs to what is in it.
    Wraps {
        /// Whether it makes that public.
        exports: bool,
    },
    /// A call of the name that this node is.
    Calls(Node<'t>),
    /// An import, whole.
    Imports,
    /// Names that are defined elsewhere in the file and public.
    Exports(Vec<Node<'t>>),
    /// Whether the members of the type that follow are public.
    Opens(bool),
}

/// An attribute or a decorator.
#[derive(Debug, Default)]
pub(super) struct Attribute<'t> {
    /// Whether what follows is test code.
    pub(super) marks_test: bool,
    /// Whether it documents what follows.
    pub(super) documents: bool,
    /// Whether it makes what follows public.
    pub(super) exports: bool,
    /// What it calls.
    pub(super) calls: Option<Node<'t>>,
}

/// A definition, as its grammar tells it.
#[derive(Debug)]
pub(super) struct Definition<'t> {
    pub(super) kind: SymbolKind,
    /// The node that is its name.
    pub(super) name: Node<'t>,
    /// What it belongs to, where the definition says so itself.
    pub(super) owner: Option<String>,
    pub(super) is_public: bool,
    /// Whether it is documented from inside, or needs no documentation of its own.
    pub(super) is_documented: bool,
    pub(super) is_test: bool,
    /// Where its head begins.
    pub(super) head: usize,
    /// Its body: the head ends before it.
    pub(super) body: Option<Node<'t>>,
    /// What holds for its members.
    pub(super) members: Members,
}

impl<'t> Definition<'t> {
    /// A definition by `node`: private, undocumented and no test until somebody says more.
    pub(super) fn new(kind: SymbolKind, node: Node<'t>, name: Node<'t>) -> Self {
        Self {
            kind,
            name,
            owner: None,
            is_public: false,
            is_documented: false,
            is_test: false,
            head: node.start_byte(),
            body: node.child_by_field_name("body"),
            members: Members::AsMarked,
        }
    }
}

/// Which members of something are public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Members {
    /// Each says it itself.
    AsMarked,
    /// All that follow, unless they say otherwise.
    Public,
    /// None that follow.
    Private,
}

/// A named part of a file that defines nothing itself.
#[derive(Debug)]
pub(super) struct Enclosure {
    /// What its members belong to.
    pub(super) name: String,
    pub(super) members: Members,
}

/// What is around a node.
#[derive(Debug)]
pub(super) struct Around<'a> {
    /// The text of the file.
    pub(super) text: &'a str,
    /// The language.
    pub(super) language: Language,
    /// The innermost definition or enclosure.
    pub(super) scope: Option<Scope>,
    /// Whether what stands before the node makes it public.
    pub(super) is_exported: bool,
    /// Whether it is in test code.
    pub(super) is_test: bool,
    /// Whether it is a token in what is not parsed, as the arguments of a macro are.
    pub(super) is_in_tokens: bool,
}

/// A definition or an enclosure, as what is in it sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    pub(super) kind: SymbolKind,
    pub(super) is_public: bool,
    pub(super) members: Members,
}

impl Around<'_> {
    /// The text of `node`, or nothing when it is longer than any name.
    pub(super) fn name(&self, node: Node<'_>) -> &str {
        let range = node.byte_range();
        if range.len() > super::bounds::MAX_NAME_BYTES { "" } else { self.text.get(range).unwrap_or_default() }
    }

    /// The beginning of the text of `node`: modifiers and the like, whatever its size.
    pub(super) fn beginning(&self, node: Node<'_>) -> &str {
        super::lines::head(self.text.get(node.byte_range()).unwrap_or_default(), 400)
    }

    /// What comes after `node`.
    pub(super) fn after(&self, node: Node<'_>) -> &str {
        self.text.get(node.end_byte()..).unwrap_or_default()
    }

    /// Whether it is the member of a type.
    pub(super) fn is_member(&self) -> bool {
        self.scope.is_some_and(|scope| scope.kind.is_type())
    }

    /// Whether it is at the top of the file, or of a module.
    pub(super) fn is_top(&self) -> bool {
        self.scope.is_none_or(|scope| scope.kind == SymbolKind::Module)
    }

    /// Whether all around it can be seen from outside.
    pub(super) fn is_visible(&self) -> bool {
        self.scope.is_none_or(|scope| scope.is_public && !scope.kind.is_callable())
    }

    /// A method in a type, a function anywhere else.
    pub(super) fn function(&self) -> SymbolKind {
        if self.is_member() { SymbolKind::Method } else { SymbolKind::Function }
    }
}

/// The grammar of `language`. JavaScript is read with the grammar of TSX, which contains it: one table less.
pub(super) fn of(language: Language) -> tree_sitter::Language {
    match language {
        Language::C => tree_sitter_c::LANGUAGE,
        Language::Cpp => tree_sitter_cpp::LANGUAGE,
        Language::Go => tree_sitter_go::LANGUAGE,
        Language::Java => tree_sitter_java::LANGUAGE,
        Language::JavaScript | Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
        Language::Python => tree_sitter_python::LANGUAGE,
        Language::Rust => tree_sitter_rust::LANGUAGE,
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
    }
    .into()
}

/// What `node` means.
pub(super) fn meaning<'t>(node: Node<'t>, around: &Around<'_>) -> Meaning<'t> {
    match around.language {
        Language::C | Language::Cpp => c::meaning(node, around),
        Language::Go => go::meaning(node, around),
        Language::Java => java::meaning(node, around),
        Language::JavaScript | Language::TypeScript | Language::Tsx => script::meaning(node, around),
        Language::Python => python::meaning(node, around),
        Language::Rust => rust::meaning(node, around),
    }
}

/// Whether a comment is documentation of what follows it.
pub(super) fn documents(language: Language, comment: &str) -> bool {
    let is_one_of = |marks: &[&str]| marks.iter().any(|mark| comment.starts_with(mark));
    match language {
        Language::Rust => is_one_of(&["///", "/**"]) && !is_one_of(&["////", "/***", "/**/"]),
        Language::C | Language::Cpp => is_one_of(&["///", "//!", "/**", "/*!"]) && !is_one_of(&["////", "/**/"]),
        Language::Java | Language::JavaScript | Language::TypeScript | Language::Tsx => {
            is_one_of(&["/**"]) && !is_one_of(&["/**/"])
        }
        Language::Go => !is_one_of(&["//go:", "//nolint", "//lint:"]),
        Language::Python => false,
    }
}

/// Whether a leaf of this kind can name something that is defined elsewhere.
pub(super) fn is_name(language: Language, kind: &str) -> bool {
    // A field of Rust is never a function; elsewhere it may be a method that is passed on.
    let is_field = language == Language::Rust && kind.ends_with("field_identifier");
    kind.ends_with("identifier") && !is_field
}

/// The leaf that names what an expression calls: the last name of it.
fn callee(expression: Node<'_>) -> Option<Node<'_>> {
    let mut node = expression;
    // Paths, fields and type arguments around a name; an expression nested deeper names nothing.
    for _ in 0..8 {
        let field = match node.kind() {
            "scoped_identifier"
            | "qualified_identifier"
            | "template_function"
            | "template_method"
            | "template_type" => "name",
            "scoped_type_identifier" | "generic_type" if node.child_by_field_name("name").is_some() => "name",
            "generic_type" if node.child_by_field_name("type").is_some() => "type",
            "field_expression" | "selector_expression" => "field",
            "attribute" => "attribute",
            "member_expression" => "property",
            "generic_function" => "function",
            "type_instantiation_expression" => "type",
            "index_expression" => "operand",
            "generic_type" | "parenthesized_expression" => {
                node = node.named_child(0)?;
                continue;
            }
            "scoped_type_identifier" | "dependent_name" => {
                node = node.named_child(u32::try_from(node.named_child_count()).ok()?.checked_sub(1)?)?;
                continue;
            }
            kind => return (kind.ends_with("identifier") && node.child_count() == 0).then_some(node),
        };
        node = node.child_by_field_name(field)?;
    }
    None
}

/// The call of what `field` of `node` names.
fn call<'t>(node: Node<'t>, field: &str) -> Meaning<'t> {
    node.child_by_field_name(field).and_then(callee).map_or(Meaning::Nothing, Meaning::Calls)
}

/// The first child of a kind; looks at the first few only, where modifiers are.
fn early_child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).take(6).find(|child| child.kind() == kind)
}
