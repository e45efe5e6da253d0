//! Files that programs write: a change of theirs says little, and costs much.

/// Lock files of package managers; sorted.
#[rustfmt::skip]
const LOCK_FILES: &[&str] = &[
    "Cargo.lock", "Gemfile.lock", "MODULE.bazel.lock", "Package.resolved", "Pipfile.lock", "Podfile.lock", "bun.lock",
    "bun.lockb", "composer.lock", "deno.lock", "flake.lock", "go.sum", "mix.lock", "npm-shrinkwrap.json",
    "package-lock.json", "packages.lock.json", "pdm.lock", "pnpm-lock.yaml", "poetry.lock", "pubspec.lock", "uv.lock",
    "yarn.lock",
];

/// How names of generated files end.
const ENDINGS: &[&str] =
    &[".min.css", ".min.js", ".js.map", ".css.map", ".pb.go", "_pb2.py", ".g.dart", ".designer.cs"];

/// What kind of generated file a path names, if any.
pub(super) fn generated(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if LOCK_FILES.binary_search(&name).is_ok() {
        return Some("lock file");
    }
    let lower = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| lower.ends_with(ending)).then_some("generated file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_are_known_by_their_name_alone() {
        assert!(LOCK_FILES.is_sorted());
        for name in LOCK_FILES {
            assert_eq!(generated(&format!("a/{name}")), Some("lock file"), "{name}");
        }
        assert_eq!(generated("web/app.min.js"), Some("generated file"));
        for path in ["src/lock.rs", "Cargo.toml", "Cargo.lock/main.rs", "min.js"] {
            assert_eq!(generated(path), None, "{path}");
        }
    }
}
