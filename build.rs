//! Builds anew when something changes that is embedded by a macro: the macros don't see new files.

fn main() {
    println!("cargo::rerun-if-changed=prompts");
    println!("cargo::rerun-if-changed=migrations");
}
