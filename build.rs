//! Has the linker put side by side what a process beside an agent runs (`dist/order.ld`, written by `dist/order.sh`). The kernel
//! brings 64 kB of a program for each function that is touched in a new place, and the two thousand functions of a shim lie all
//! over it. What is not in the list any more is passed over; what is new in the program lies where it would lie without it.

use std::env;

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

#[expect(clippy::disallowed_methods, reason = "what Cargo says to a build script")]
fn main() {
    println!("cargo::rerun-if-changed=dist/order.ld");
    if let Ok(here) = env::var("CARGO_MANIFEST_DIR")
        && is_wanted()
    {
        println!("cargo::rustc-link-arg-bins=-T{here}/dist/order.ld");
    }
}
