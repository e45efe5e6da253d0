//! Has the linker put side by side what a process beside an agent runs (`dist/order.ld`, written by `dist/order.sh`). The kernel
//! brings 64 kB of a program for each function that is touched in a new place, and the two thousand functions of a shim lie all
//! over it. What is not in the list any more is passed over; what is new in the program lies where it would lie without it.

use std::env;
use std::process::Command;

/// Not while the program is being written; and only where Rust brings its own linker along, unless another one is named: some do
/// not understand the list.
#[expect(clippy::disallowed_methods, reason = "what Cargo says to a build script")]
fn is_wanted() -> bool {
    let says = |name: &str, text: &str| env::var(name).is_ok_and(|value| value.contains(text));
    let is = |name: &str, text: &str| env::var(name).is_ok_and(|value| value == text);
    let names_another =
        says("CARGO_ENCODED_RUSTFLAGS", "link") || says("RUSTC_LINKER", "") || says("LD_PRELOAD", "mold");
    let brings_its_own = is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && is("CARGO_CFG_TARGET_ENV", "gnu");
    is("PROFILE", "release") && brings_its_own && !names_another
}

/// Whether the C library of this machine reads the table of relocations in its short form: a few kilobytes in place of 750, which
/// each start would read. The program then needs 2.36 or newer wherever it runs.
fn has_short_relocations() -> bool {
    let Ok(said) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else { return false };
    let said = String::from_utf8_lossy(&said.stdout);
    let version = said.trim().strip_prefix("glibc ").and_then(|version| version.split_once('.'));
    version.is_some_and(|(major, minor)| (major.parse().ok(), minor.parse().ok()) >= (Some(2_u32), Some(36_u32)))
}

#[expect(clippy::disallowed_methods, reason = "what Cargo says to a build script")]
fn main() {
    println!("cargo::rerun-if-changed=dist/order.ld");
    for name in ["RUSTC_LINKER", "LD_PRELOAD"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    if let Ok(here) = env::var("CARGO_MANIFEST_DIR")
        && is_wanted()
    {
        println!("cargo::rustc-link-arg-bins=-T{here}/dist/order.ld");
        if has_short_relocations() {
            println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
    }
}
