//! How Slack's hosts are reached: TLS with the machine's certificates (`SSL_CERT_FILE` adds a company's own), and through
//! the proxy that `HTTPS_PROXY` names, `NO_PROXY` left out.
//!
//! Invariants
//! - A proxy gets a tunnel and sees no request: TLS ends at Slack.
//! - A connection is made within [`CONNECT`], or the call that wanted it surely did nothing.

use std::{error::Error, fmt, pin::Pin, sync::Arc, task, time::Duration};

use axum::http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::{
        legacy::connect::{HttpConnector, proxy::Tunnel},
        proxy::matcher::Matcher,
    },
    rt::TokioIo,
};
use slack_morphism::prelude::{SlackClient, SlackClientHyperConnector};
use tokio::net::TcpStream;
use tower_service::Service;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);

/// TLS over what [`Route`] opens.
pub(crate) type Connector = HttpsConnector<Route>;
/// The SDK's client on our connector.
pub(crate) type Client = SlackClient<SlackClientHyperConnector<Connector>>;

/// A connector for addresses of http and https.
pub(crate) fn connector() -> Connector {
    let builder = HttpsConnectorBuilder::new();
    // A machine without certificates of its own still reaches Slack: then Mozilla's list counts.
    let builder = match builder.with_native_roots() {
        Ok(trusting) => trusting,
        Err(_) => HttpsConnectorBuilder::new().with_webpki_roots(),
    };
    builder.https_or_http().enable_http1().enable_http2().wrap_connector(Route::from_environment())
}

/// A TCP connection, straight or through a proxy.
#[derive(Clone)]
pub(crate) struct Route {
    direct: HttpConnector,
    proxies: Arc<Matcher>,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy's address may hold a password.
        f.write_str("Route")
    }
}

impl Route {
    fn from_environment() -> Self {
        Self::through(Matcher::from_env())
    }

    fn through(proxies: Matcher) -> Self {
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_connect_timeout(Some(CONNECT));
        direct.set_nodelay(true);
        Self { direct, proxies: Arc::new(proxies) }
    }
}

impl Service<Uri> for Route {
    type Response = TokioIo<TcpStream>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> task::Poll<Result<(), Self::Error>> {
        task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let mut direct = self.direct.clone();
        // Slack is always https; plain http is a test's own address and needs no proxy.
        let proxy = self.proxies.intercept(&to).filter(|_| to.scheme_str() == Some("https"));
        let Some(proxy) = proxy else { return Box::pin(async move { Ok(direct.call(to).await?) }) };
        let tunnel = Tunnel::new(proxy.uri().clone(), direct);
        let mut tunnel = match proxy.basic_auth() {
            Some(pass) => tunnel.with_auth(pass.clone()),
            None => tunnel,
        };
        Box::pin(async move { Ok(tokio::time::timeout(CONNECT, tunnel.call(to)).await??) })
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn a_proxy_is_asked_for_a_tunnel_and_sees_no_request() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let proxy = format!("http://user:secret@{}", listener.local_addr().expect("an address"));
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let (mut asked, mut buffer) = (Vec::new(), [0; 512]);
            while !asked.ends_with(b"\r\n\r\n") {
                let count = stream.read(&mut buffer).await.expect("a request");
                asked.extend_from_slice(&buffer[..count]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("an answer");
            String::from_utf8(asked).expect("text")
        });
        let proxies = Matcher::builder().https(proxy).no("inside.example").build();
        let mut route = Route::through(proxies);
        route.call("https://slack.example/api/auth.test".parse().expect("an address")).await.expect("a tunnel");
        let asked = serving.await.expect("what was asked");
        assert!(asked.starts_with("CONNECT slack.example:443 HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="), "{asked}");
        assert!(!asked.contains("auth.test"), "{asked}");
        let beside = route.proxies.intercept(&"https://inside.example/".parse().expect("an address"));
        assert!(beside.is_none(), "NO_PROXY is kept to");
    }
}
