//! Whatever a path says and wherever links lead: nothing outside the roots is found, listed or read.

use std::os::unix::fs::symlink;

use proptest::prelude::*;

use super::*;
use crate::evidence::{CollectRequest, LocalWorkspace, collect};

/// What every file outside says.
const SECRET: &str = "SECRET";
const NAMES: [&str; 4] = ["a", "b", "c.rs", "d.txt"];

/// One entry of a tree: a place below `inside` or `outside`, and what to make there.
#[derive(Debug, Clone)]
struct Entry {
    outside: bool,
    place: Vec<usize>,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    File,
    Directory,
    Link(String),
}

/// A path as a caller, or a link, may write it; `INSIDE`, `OUTSIDE` and `TOP` stand for absolute paths.
fn path() -> impl Strategy<Value = String> {
    let start =
        prop_oneof![3 => Just(""), 1 => Just("INSIDE/"), 1 => Just("OUTSIDE/"), 1 => Just("TOP/"), 1 => Just("/")];
    let mut words: Vec<&str> = NAMES.to_vec();
    words.extend(["..", "..", ".", "", "inside", "outside", "etc"]);
    (start, prop::collection::vec(prop::sample::select(words), 1..6))
        .prop_map(|(start, words)| format!("{start}{}", words.join("/")))
}

fn entry() -> impl Strategy<Value = Entry> {
    let what = prop_oneof![2 => Just(What::File), 2 => Just(What::Directory), 3 => path().prop_map(What::Link)];
    (any::<bool>(), prop::collection::vec(0..NAMES.len(), 1..4), what).prop_map(|(outside, place, what)| Entry {
        outside,
        place,
        what,
    })
}

struct Tree {
    /// Holds the directory.
    _top: tempfile::TempDir,
    top: PathBuf,
}

impl Tree {
    fn grow(entries: &[Entry]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(directory.path()).unwrap();
        let tree = Self { _top: directory, top };
        for side in ["inside", "outside"] {
            fs::create_dir(tree.top.join(side)).unwrap();
        }
        fs::write(tree.top.join("outside/d.txt"), SECRET).unwrap();
        for Entry { outside, place, what } in entries {
            let side = if *outside { "outside" } else { "inside" };
            let place = place.iter().fold(tree.top.join(side), |path, name| path.join(NAMES[*name]));
            // Where something stands already, or a link leads away, the tree is as it is.
            let Some(parent) = place.parent() else { continue };
            let _ = fs::create_dir_all(parent);
            let Ok(true) = fs::canonicalize(parent).map(|parent| parent.starts_with(tree.top.join(side))) else {
                continue;
            };
            let _ = match what {
                What::File => fs::write(&place, if *outside { SECRET } else { "public\n" }),
                What::Directory => fs::create_dir(&place),
                What::Link(target) => symlink(tree.written(target), &place),
            };
        }
        tree
    }

    fn written(&self, path: &str) -> String {
        let top = self.top.to_str().unwrap();
        path.replace("INSIDE", &format!("{top}/inside"))
            .replace("OUTSIDE", &format!("{top}/outside"))
            .replace("TOP", top)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_path_and_no_link_leads_out_of_the_roots(
        entries in prop::collection::vec(entry(), 0..14), paths in prop::collection::vec(path(), 1..8)
    ) {
        let tree = Tree::grow(&entries);
        let inside = tree.top.join("inside");
        let rules = Rules::new(std::slice::from_ref(&inside), &inside, None).unwrap();
        let paths: Vec<String> = paths.iter().map(|path| tree.written(path)).chain([".".to_owned()]).collect();
        for path in &paths {
            match rules.resolve(path) {
                Place::Found(found) => {
                    prop_assert!(found.starts_with(&inside), "{path} is {}", found.display());
                    prop_assert_eq!(fs::canonicalize(&found).unwrap(), found);
                }
                Place::Missing => prop_assert!(fs::metadata(inside.join(path)).is_err(), "{path} is there"),
                Place::Refused(error) => prop_assert!(!error.message.contains(SECRET)),
            }
        }

        let workspace = LocalWorkspace::new(std::slice::from_ref(&inside), &inside, None, &[]).unwrap();
        let request =
            CollectRequest { paths, budget_tokens: 1 << 40, allow_missing: true, ..CollectRequest::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let evidence = runtime.block_on(collect(&workspace, &request)).unwrap();
        prop_assert!(!evidence.text.contains(SECRET), "{}", evidence.text);
        for file in &evidence.files {
            prop_assert!(!Path::new(&file.path).is_absolute() && !file.path.contains(".."), "{}", file.path);
        }
    }
}
