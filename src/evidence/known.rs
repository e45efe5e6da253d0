//! Which names of a directory are worth reading: known text, no build products. A file that is named is read anyway.

/// Directories that are not entered when a directory above them is expanded.
const EXCLUDED_DIRECTORIES: &[&str] = &[
    "__pycache__",
    "bower_components",
    "build",
    "coverage",
    "dist",
    "htmlcov",
    "node_modules",
    "site-packages",
    "target",
    "vendor",
    "venv",
];

/// Extensions of code, configuration, documents and web files, in lower case; sorted.
#[rustfmt::skip]
const EXTENSIONS: &[&str] = &[
    "adb", "adoc", "ads", "asm", "astro", "awk", "bash", "bat", "bazel", "bicep", "bzl", "c", "cc", "cfg", "cjs",
    "clj", "cljs", "cmake", "cmd", "conf", "cpp", "cr", "cs", "csproj", "css", "csv", "cu", "cxx", "d", "dart",
    "diff", "dockerfile", "ejs", "elm", "erb", "erl", "ex", "exs", "f90", "fish", "fs", "fsx", "gd", "glsl", "go",
    "gql", "gradle", "graphql", "groovy", "h", "handlebars", "hbs", "hcl", "hh", "hpp", "hrl", "hs", "htm", "html",
    "hxx", "idl", "ini", "ino", "ipynb", "java", "jinja", "jinja2", "jl", "js", "json", "json5", "jsonc", "jsonl",
    "jsx", "kt", "kts", "less", "lisp", "log", "lua", "m", "mak", "markdown", "md", "mdx", "mjs", "mk", "ml", "mli",
    "mm", "mod", "nim", "nix", "pas", "patch", "php", "pl", "plist", "pm", "prisma", "properties", "proto", "ps1",
    "psm1", "py", "pyi", "pyx", "r", "rb", "rego", "rkt", "rs", "rst", "s", "sass", "scala", "scm", "scss", "sh",
    "sol", "sql", "star", "sv", "svelte", "swift", "tcl", "tex", "tf", "tfvars", "thrift", "toml", "ts", "tsv", "tsx",
    "twig", "txt", "v", "vb", "vhd", "vhdl", "vue", "wgsl", "xml", "xsd", "xsl", "yaml", "yml", "zig", "zsh",
];

/// Well-known names without a known extension, in lower case.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "brewfile", "build", "caddyfile", "codeowners", "containerfile", "dockerfile", "gemfile", "gnumakefile", "go.sum",
    "jenkinsfile", "justfile", "license", "makefile", "notice", "pipfile", "procfile", "rakefile", "readme",
    "tiltfile", "vagrantfile", "workspace",
];

/// Whether a directory of this name is left out.
pub(super) fn is_excluded_directory(name: &str) -> bool {
    EXCLUDED_DIRECTORIES.contains(&name)
}

/// Whether a name is hidden.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Whether a file of this name is text that a reader would want to see.
pub(super) fn is_wanted(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let known = name.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension));
    known || NAMES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_well_known_names_are_wanted_whatever_their_case() {
        for name in ["main.rs", "App.TSX", "Dockerfile", "Makefile", "LICENSE", "go.mod", "values.yaml"] {
            assert!(is_wanted(name), "{name}");
        }
        for name in ["photo.png", "a.out", "archive.tar.gz", "rs", "lib.so"] {
            assert!(!is_wanted(name), "{name}");
        }
    }
}
