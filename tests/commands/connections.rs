//! "Nobody keeps Kairos busy by saying nothing": connections are bounded in time and number, and so is the end.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use tempfile::TempDir;

use crate::support::program::Serving;

/// How long a connection may stand before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

const HALF_HEAD: &str = "POST /alerts/demo HTTP/1.1\r\nHost: kai";
const HALF_BODY: &str = "POST /alerts/demo HTTP/1.1\r\nHost: kairos\r\nContent-Length: 100\r\n\r\n{\"half\":";

fn open(address: SocketAddr, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(said.as_bytes()).unwrap();
    stream
}

/// What is said before the connection is cut; fails where it never is.
fn until_cut(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("it is not cut: {error}"),
    }
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn half_heads_half_bodies_and_silence_are_cut() {
    let folder = TempDir::new().unwrap();
    let bounds = [("KAIROS_HTTP_IDLE_MS", "1000"), ("KAIROS_HTTP_REQUEST_MS", "1000")];
    let serving = Serving::start(folder.path(), &bounds);
    let address = serving.address.unwrap();
    // More than there may be at a time: they are taken in as others are cut.
    let mut idle: Vec<_> = (0..2_000).map(|_| open(address, "")).collect();
    let mut heads: Vec<_> = (0..200).map(|_| open(address, HALF_HEAD)).collect();
    let mut bodies: Vec<_> = (0..200).map(|_| open(address, HALF_BODY)).collect();
    for stream in idle.iter_mut().chain(&mut heads) {
        until_cut(stream);
    }
    for stream in &mut bodies {
        let said = until_cut(stream);
        assert!(said.starts_with("HTTP/1.1 4"), "it is told why: {said:?}");
    }
    assert!(serving.get("/healthz")["status"].is_string(), "others are served");
    let mut kept = open(address, "GET /healthz HTTP/1.1\r\nHost: kairos\r\n\r\n");
    assert!(until_cut(&mut kept).starts_with("HTTP/1.1 200"), "and one that is kept open after an answer is cut too");
    assert!(serving.stop().0.success());
}

#[test]
fn told_to_stop_it_ends_in_its_time_whatever_is_open() {
    let folder = TempDir::new().unwrap();
    // Nothing but the end itself cuts these.
    let bounds =
        [("KAIROS_HTTP_IDLE_MS", "600000"), ("KAIROS_HTTP_REQUEST_MS", "600000"), ("KAIROS_HTTP_STOP_MS", "500")];
    let serving = Serving::start(folder.path(), &bounds);
    let mut bodies: Vec<_> = (0..200).map(|_| open(serving.address.unwrap(), HALF_BODY)).collect();
    assert!(serving.get("/healthz")["status"].is_string());
    let (ended, log) = serving.stop();
    assert!(ended.success(), "{log}");
    assert!(log.contains("stopped"), "{log}");
    for stream in &mut bodies {
        until_cut(stream);
    }
}
