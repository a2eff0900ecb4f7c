//! The program `kairos`: arguments, then the configuration, then the command.

use std::process::ExitCode;

use kairos::{
    commands::{self, Cli},
    crash,
};

fn main() -> ExitCode {
    // Two crypto providers in one process make rustls panic, so ours is chosen before anything can connect.
    // It fails only when one is installed already, which nothing before this line does.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[cfg(unix)]
    {
        // Databases, journals, backups and exports hold what is nobody else's business: other users of this machine read
        // no file that Kairos makes, and enter no folder.
        use rustix::{fs::Mode, process::umask};
        umask(Mode::RWXG | Mode::RWXO);
    }
    let _crashes = crash::prepare();
    commands::run(Cli::read())
}
