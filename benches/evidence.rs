//! Evidence of 1,000 files and 50 MB, read, numbered and counted, over reading the same files to memory.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

mod measure;

use std::fs;
use std::hint::black_box;
use std::path::Path;

use exai_core::evidence::{CollectRequest, LocalWorkspace, collect};
use nix::sys::resource::UsageWho;

const FILES: usize = 1_000;
const BYTES_EACH: usize = 50_000;
const ROUNDS: usize = 15;

fn main() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let root = fs::canonicalize(directory.path())?;
    write_files(&root)?;
    let workspace = LocalWorkspace::new(std::slice::from_ref(&root), &root, None, &[])?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    let request = CollectRequest { paths: vec![".".to_owned()], budget_tokens: u64::MAX, ..CollectRequest::default() };

    let gathered = measure::compare(
        ROUNDS,
        UsageWho::RUSAGE_SELF,
        || {
            let evidence = runtime.block_on(collect(&workspace, &request))?;
            anyhow::ensure!(evidence.text.len() > FILES * BYTES_EACH, "{} bytes", evidence.text.len());
            black_box(evidence);
            Ok(())
        },
        || read_all(&root),
    )?;
    println!(
        "evidence of {FILES} files, {} MB, as one text, over reading them\n{gathered}",
        FILES * BYTES_EACH / 1_000_000
    );
    Ok(())
}

/// The floor: every file in memory, nothing done with it.
fn read_all(root: &Path) -> anyhow::Result<()> {
    let mut contents = Vec::with_capacity(FILES);
    for directory in fs::read_dir(root)? {
        for file in fs::read_dir(directory?.path())? {
            contents.push(fs::read(file?.path())?);
        }
    }
    anyhow::ensure!(contents.len() == FILES, "{} files", contents.len());
    black_box(contents);
    Ok(())
}

/// Lines as code has them, in ten directories.
fn write_files(root: &Path) -> anyhow::Result<()> {
    let lines = [
        "/// Counts what is left of the budget.\n",
        "pub fn left(&self, spent: u64) -> u64 {\n",
        "    let total: u64 = self.items.iter().map(|item| item.price * 12).sum();\n",
        "    total.saturating_sub(spent)\n",
        "}\n",
        "\n",
    ];
    for number in 0..FILES {
        let directory = root.join(format!("part{}", number % 10));
        fs::create_dir_all(&directory)?;
        let mut text = String::with_capacity(BYTES_EACH + 100);
        for line in lines.iter().cycle().skip(number % lines.len()) {
            text.push_str(line);
            if text.len() >= BYTES_EACH {
                break;
            }
        }
        fs::write(directory.join(format!("file{number}.rs")), text)?;
    }
    Ok(())
}
