//! What the machine itself has to have: a directory that can be written to, an address that is free, time zones.

use std::{
    fs, io,
    net::{SocketAddr, TcpListener},
    path::Path,
};

use jiff::tz::TimeZone;

use super::Finding;
use crate::config::StoreUrl;

/// Less than this, and the database may not last the week.
const ENOUGH_SPACE_MB: u64 = 200;

pub(super) fn data_directory(store: &StoreUrl) -> Finding {
    let StoreUrl::File(file) = store else {
        return Finding::ok(format!("not needed by {}", store.shown()));
    };
    let wanted = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A directory that isn't there yet is made by the store, inside the nearest one that is.
    let Some(dir) = wanted
        .ancestors()
        .map(|dir| if dir.as_os_str().is_empty() { Path::new(".") } else { dir })
        .find(|dir| dir.is_dir())
    else {
        return Finding::wrong(
            format!("{} can't be made", wanted.display()),
            "name another file: KAIROS_STORE_URL=sqlite:PATH",
        );
    };
    if let Err(error) = try_to_write(dir) {
        let todo =
            format!("let this user write to {}, or name another file: KAIROS_STORE_URL=sqlite:PATH", dir.display());
        return Finding::wrong(format!("{} can't be written to: {error}", dir.display()), todo);
    }
    let note = if dir == wanted { "" } else { ", to be made" };
    match free_mb(dir) {
        Some(mb) if mb < ENOUGH_SPACE_MB => Finding::wrong(
            format!("{}: {mb} MB free", wanted.display()),
            format!("free at least {ENOUGH_SPACE_MB} MB, or name a file elsewhere: KAIROS_STORE_URL=sqlite:PATH"),
        ),
        Some(mb) => Finding::ok(format!("{}{note}, {mb} MB free", wanted.display())),
        None => Finding::ok(format!("{}{note}", wanted.display())),
    }
}

fn try_to_write(dir: &Path) -> io::Result<()> {
    let path = dir.join(format!(".kairos-doctor-{}", std::process::id()));
    fs::write(&path, b"kairos doctor")?;
    fs::remove_file(&path)
}

/// Megabytes that this user may still write where `dir` is; `None` where the system doesn't say.
#[cfg(unix)]
fn free_mb(dir: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(dir).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize) / 1_000_000)
}

/// Other systems aren't asked: the answer would only be a comfort.
#[cfg(not(unix))]
fn free_mb(_dir: &Path) -> Option<u64> {
    None
}

pub(super) fn listen_address(address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok(format!("{address} is free")),
        Err(error) => Finding::wrong(
            format!("{address} can't be listened on: {error}"),
            "stop what listens there (Kairos itself, perhaps), or choose another: KAIROS_HTTP_LISTEN=127.0.0.1:8081",
        ),
    }
}

/// People's own time zones need the system's data; "UTC" alone doesn't.
pub(super) fn time_zones() -> Finding {
    match TimeZone::get("Europe/Lisbon") {
        Ok(_) => Finding::ok("the system's time zone data is there"),
        Err(error) => Finding::wrong(
            format!("a person's working hours can't be known: {error}"),
            "install the time zone data: apt-get install tzdata",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::commands::doctor::State;

    #[test]
    fn a_data_directory_that_can_be_made_is_fine_and_left_unmade() {
        let home = tempfile::tempdir().unwrap();
        let wanted = home.path().join("deep/er");
        let finding = data_directory(&StoreUrl::File(wanted.join("kairos.sqlite")));
        assert!(finding.found.contains(", to be made"), "{finding:?}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "the doctor leaves nothing behind");
        let nowhere = data_directory(&StoreUrl::File(PathBuf::from("/proc/kairos/kairos.sqlite")));
        assert_eq!(nowhere.state, State::Wrong, "{nowhere:?}");
    }

    #[test]
    fn an_address_in_use_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let finding = listen_address(taken.local_addr().unwrap());
        assert_eq!(finding.state, State::Wrong, "{finding:?}");
    }
}
