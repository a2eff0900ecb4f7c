//! What an operator may wake up to: a corrupt file, a database that is gone for a while, a full disk, one that can't be
//! written. Each is told in a clear line, and nothing that was accepted is lost.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};

use kairos::store::Store;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

use super::samples::{arrival, at, delivery, put};
use crate::support::{
    databases::Database,
    program::{Serving, program, told},
};

/// What an error says, with everything behind it.
fn whole(error: &dyn std::error::Error) -> String {
    let mut whole = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        whole = format!("{whole}: {cause}");
        source = cause.source();
    }
    whole
}

#[tokio::test]
async fn a_corrupt_file_is_named_and_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("k.sqlite");
    let garbage = "this was a database once ".repeat(1_000);
    fs::write(&path, &garbage).unwrap();
    let error = Store::open(&format!("sqlite:{}", path.display())).await.unwrap_err();
    let said = whole(&error);
    assert!(said.contains("k.sqlite") && said.contains("not a database"), "{said}");
    assert!(!error.is_temporary());
    assert_eq!(fs::read_to_string(&path).unwrap(), garbage);
}

#[tokio::test]
async fn a_file_that_breaks_in_the_middle_fails_and_takes_nothing_for_granted() {
    let database = Database::of_sqlite();
    let store = Store::open(&database.url).await.unwrap();
    let many: Vec<_> = (0..200).map(|number| delivery(&format!("d{number}"), 0)).collect();
    put(&store, &many).await;
    store.close().await;
    let path = database.url.trim_start_matches("sqlite:");
    let mut bytes = fs::read(path).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0xa5);
    fs::write(path, bytes).unwrap();
    let said = match Store::open(&database.url).await {
        Err(error) => whole(&error),
        Ok(store) => {
            let error = store.queue(1_000).await.unwrap_err();
            store.close().await;
            whole(&error)
        }
    };
    assert!(said.contains("malformed") || said.contains("unreadable"), "{said}");
}

/// A way to the database that can be cut.
struct Way {
    open: Arc<Mutex<Option<JoinSet<()>>>>,
    address: String,
    task: AbortHandle,
}

impl Drop for Way {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Way {
    async fn to(host: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let open = Arc::new(Mutex::new(Some(JoinSet::new())));
        let passing = Arc::clone(&open);
        let task = tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let host = host.clone();
                // Cut: whoever comes is turned away.
                let mut open = passing.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(open) = open.as_mut() else { continue };
                open.spawn(async move {
                    let mut there = TcpStream::connect(host).await.unwrap();
                    // Either side may end it.
                    let _ = copy_bidirectional(&mut here, &mut there).await;
                });
            }
        });
        Self { open, address, task: task.abort_handle() }
    }

    fn cut(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn mend(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(JoinSet::new());
    }
}

#[tokio::test]
async fn a_database_that_is_gone_for_a_while_is_there_again_by_itself() {
    let database = Database::of_postgres().await;
    let (scheme, rest) = database.url.split_once("://").unwrap();
    let (host, name) = rest.split_once('/').unwrap();
    let (user, host) = host.split_once('@').unwrap_or(("postgres", host));
    let way = Way::to(host.to_owned()).await;
    let store = Store::open(&format!("{scheme}://{user}@{}/{name}", way.address)).await.unwrap();
    assert!(store.accept(&arrival("e1", 0)).await.unwrap());
    way.cut();
    let error = store.accept(&arrival("e2", 0)).await.unwrap_err();
    assert!(error.is_temporary(), "worth another try: {}", whole(&error));
    way.mend();
    assert!(store.accept(&arrival("e2", 0)).await.unwrap(), "not acknowledged, so it comes again");
    assert_eq!(store.claim_arrivals(at(0), super::samples::LEASE, 10).await.unwrap().len(), 2);
    store.close().await;
    database.remove().await;
}

/// No file may grow any further, as on a full disk.
#[tokio::test]
async fn a_full_disk_is_told_and_what_was_accepted_is_there_once_there_is_room() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("k.sqlite").display());
    let env = [("KAIROS_STORE_URL", url.as_str()), ("KAIROS_PLAYGROUND_ENABLED", "on")];
    let first = Serving::start(folder.path(), &env);
    // Whoever answers has begun to listen for its end, too.
    first.text("/readyz");
    assert!(first.stop().0.success(), "the schema and the story need their room");
    // It fails only when one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::new();
    let serving = Serving::start_with_room(folder.path(), &env, 1_200);
    let door = format!("http://{}", serving.address.unwrap());
    let mut accepted = 0;
    let refused = loop {
        let body = format!(
            r#"{{"person": "playground:ben", "measure": "negotiation-close-rate", "numerator": 1, "denominator": 4,
                "until": "2026-11-18T10:00:00Z", "id": "n{accepted}", "note": "{}"}}"#,
            "x".repeat(20_000)
        );
        let sent = http.post(format!("{door}/alerts/demo")).bearer_auth("playground").body(body).send().await.unwrap();
        if !sent.status().is_success() {
            break sent.status();
        }
        accepted += 1;
        assert!(accepted < 2_000, "it never was full");
    };
    assert_eq!(refused, 503, "to be offered again");
    assert_eq!(http.get(format!("{door}/readyz")).send().await.unwrap().status(), 503);
    let log = serving.killed();
    assert!(log.contains("the store takes nothing") && log.contains("disk"), "{log}");

    let again = Serving::start(folder.path(), &env);
    again.text("/readyz");
    assert!(again.stop().0.success());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let sql = "SELECT COUNT(*) FROM arrivals WHERE platform LIKE 'alerts%'";
    let (kept,): (i64,) = sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap();
    assert_eq!(kept, accepted);
}

#[test]
fn a_file_that_can_t_be_written_is_told_in_a_line() {
    let folder = TempDir::new().unwrap();
    let made = program(folder.path(), &["queue"]).env("KAIROS_STORE_URL", "sqlite:k.sqlite").output().unwrap();
    assert!(made.status.success(), "{}", told(&made.stderr));
    fs::set_permissions(folder.path().join("k.sqlite"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere, so it lends the program another user.
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_kairos"), "queue"]);
        command.current_dir(folder.path()).env_clear();
        command
    } else {
        program(folder.path(), &["queue"])
    };
    let refused = command.env("KAIROS_STORE_URL", "sqlite:k.sqlite").output().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let complaint = told(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{complaint}");
    assert!(complaint.starts_with("kairos: cannot open the database sqlite:k.sqlite"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
}
