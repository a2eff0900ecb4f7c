//! Says what beside the sources makes a new build necessary: `migrate!` and the prompts are read at build time, and
//! cargo would not notice a file that is added.

fn main() {
    println!("cargo::rerun-if-changed=prompts");
    println!("cargo::rerun-if-changed=migrations");
}
