//! What can be asked of the program on the command line: one file each.

pub mod replay;
