//! The outlines of this repository's sources, over reading the same files to memory.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

mod measure;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use exai_core::outline::Outline;
use nix::sys::resource::UsageWho;

const ROUNDS: usize = 5;

fn main() -> anyhow::Result<()> {
    let mut paths = Vec::new();
    find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths)?;
    let texts = read_all(&paths)?;
    let bytes: usize = texts.iter().map(String::len).sum();
    let outlined = measure::compare(
        ROUNDS,
        UsageWho::RUSAGE_SELF,
        || {
            for (path, text) in paths.iter().zip(&texts) {
                black_box(Outline::of(&path.to_string_lossy(), text));
            }
            Ok(())
        },
        || {
            black_box(read_all(&paths)?);
            Ok(())
        },
    )?;
    println!("outlines of {} files, {} kB, over reading them\n{outlined}", paths.len(), bytes / 1_000);
    Ok(())
}

fn read_all(paths: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    paths.iter().map(|path| Ok(fs::read_to_string(path)?)).collect()
}

fn find(directory: &Path, paths: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    Ok(())
}
