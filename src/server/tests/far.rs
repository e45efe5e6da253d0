//! Who is not on this machine: what is answered without the token, and how many connections one address may have.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use exai_fake::Scenario;
use hyper::HeaderMap;
use hyper::header::{self, HeaderValue};

use crate::config::Config;
use crate::server::accept::Role;
use crate::server::daemon::{Admitted, Daemon, TOLD_OF_ADDRESS, admit};
use crate::server::http::{self, Visit};
use crate::server::testing::{TOKEN, TestDaemon};
use crate::server::{Deps, Shutdown, mcp};

/// An address of documents, which is nobody's.
const FAR: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A daemon in the house of another one, whose visitors need no socket.
fn without_ports(other: &TestDaemon) -> Arc<Daemon> {
    let config: Config = other.house.config().as_ref().clone();
    let deps = Deps {
        house: Arc::clone(&other.house),
        token: TOKEN.to_owned(),
        lock: None,
        reread: Box::new(move || Ok(config.clone())),
        watch: None,
        autostarted: false,
    };
    Arc::new(Daemon::new(deps, Shutdown::default(), Vec::new(), Box::new(mcp::open)))
}

fn visit(daemon: &Arc<Daemon>, address: IpAddr) -> Visit {
    let (Admitted::Yes(held) | Admitted::Told(held)) = admit(daemon, address) else { panic!("{address} has no place") };
    Visit {
        daemon: Arc::clone(daemon),
        held: Arc::new(held),
        address: SocketAddr::new(address, 1),
        role: Role::Main,
        is_crowded: false,
        stay: Arc::default(),
    }
}

#[tokio::test]
async fn who_is_not_on_this_machine_learns_without_the_token_only_that_the_daemon_lives() {
    for (variables, metrics) in [(&[][..], 401), (&[("EXAI_METRICS_OPEN", "true")][..], 200)] {
        let other = TestDaemon::with(Scenario::default(), variables).await;
        let daemon = without_ports(&other);
        let mut bearer = HeaderMap::new();
        bearer.insert(header::AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {TOKEN}")).unwrap());
        for (path, without, with) in [
            ("/health/live", 200, 200),
            ("/health/ready", 200, 200),
            ("/health", 401, 200),
            ("/healthz", 401, 200),
            ("/health/semaphores", 401, 200),
            ("/metrics", metrics, 200),
            ("/api/snapshot", 401, 200),
        ] {
            let visit = visit(&daemon, FAR);
            let status = async |headers: &HeaderMap| http::page(&visit, path, headers).await.status().as_u16();
            assert_eq!((status(&HeaderMap::new()).await, status(&bearer).await), (without, with), "{path}");
        }
        let page = http::page(&visit(&daemon, FAR), "/", &HeaderMap::new()).await;
        assert_ne!(page.status().as_u16(), 200, "no page in which a token would be typed");
        other.stop().await;
    }
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_this_machine_as_many_as_there_are() {
    let other = TestDaemon::with(Scenario::default(), &[("EXAI_MAX_CONNECTIONS_PER_ADDRESS", "3")]).await;
    let daemon = without_ports(&other);
    let places = |address: IpAddr, count: usize| (0..count).map(|_| admit(&daemon, address)).collect::<Vec<_>>();
    let count = |places: &[Admitted]| {
        let of = |wanted: fn(&Admitted) -> bool| places.iter().filter(|place| wanted(place)).count();
        (of(|place| matches!(place, Admitted::Yes(_))), of(|place| matches!(place, Admitted::Told(_))))
    };
    let far = places(FAR, 20);
    assert_eq!(count(&far), (3, TOLD_OF_ADDRESS), "the first are told to come back, the others closed");
    assert_eq!(count(&places(Ipv4Addr::LOCALHOST.into(), 20)), (20, 0));
    drop(far);
    assert_eq!(count(&places(FAR, 3)), (3, 0), "places come back");
    other.stop().await;
}
