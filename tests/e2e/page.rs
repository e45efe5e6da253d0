//! The dashboard for browsers, as far as it can be told without one; `tests/page` drives it in one.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::User;
use crate::support::daemon::Daemon;
use crate::support::http::{Page, get};
use crate::support::socket::{HANDSHAKE, Socket, TEXT, WHOLE, frame, token_of};

/// A daemon, and where its page is.
struct House {
    user: User,
    daemon: Daemon,
    page: SocketAddr,
}

impl House {
    fn new() -> Self {
        let user = User::new().set("EXAI_WS_PORT", "0");
        let daemon = Daemon::start(&user);
        Self { page: daemon.address, user, daemon }
    }

    /// What `exai monitor --web` prints where no browser is, and the code in it.
    fn invited(&self) -> (String, String) {
        let ran = self.user.run(&["monitor", "--web"]).exits(0);
        let (page, code) = ran.stdout.trim().split_once("#code=").unwrap();
        (page.to_owned(), code.to_owned())
    }
}

/// How the daemon answers a hello.
fn greeted(address: SocketAddr, hello: &Value) -> Value {
    let mut socket = Socket::open(address);
    let mut said = json!({"op": "hello", "ticket": true});
    said.as_object_mut().unwrap().extend(hello.as_object().unwrap().clone());
    socket.write(HANDSHAKE.replace("GET / ", "GET /ws ").as_bytes()).unwrap();
    assert!(socket.head().starts_with("HTTP/1.1 101 "));
    socket.write(&frame(WHOLE | TEXT, said.to_string().as_bytes())).unwrap();
    socket.next()
}

#[track_caller]
fn policy(page: &Page) -> &str {
    let line = page.head.lines().find_map(|line| line.strip_prefix("content-security-policy: "));
    line.unwrap_or_else(|| panic!("no policy: {}", page.head))
}

/// The text between two tags that come once each.
#[track_caller]
fn between<'a>(page: &'a Page, tag: &str) -> &'a str {
    let (_, rest) = page.body.split_once(&format!("<{tag}>")).unwrap();
    let (text, after) = rest.split_once(&format!("</{tag}>")).unwrap();
    assert!(!after.contains(&format!("<{tag}")), "two of {tag}");
    text
}

#[test]
fn the_page_is_one_document_with_nothing_of_the_house_in_it() {
    let house = House::new();
    let one = get(house.page, "/", None).ok();
    assert!(one.head.contains("content-type: text/html; charset=utf-8"), "{}", one.head);
    assert!(one.body.contains(&format!("data-version=\"{}\"", env!("CARGO_PKG_VERSION"))));
    // What a browser would ask for, and what makes markup of text.
    for outside in
        ["{{s", "http://", "https://", " src=", "@import", "url(", "innerHTML", "insertAdjacentHTML", "eval("]
    {
        assert!(!one.body.contains(outside), "{outside}");
    }
    assert!(!one.body.contains(&token_of(&house.user)));
    for path in ["/index.html", "/page.js", "/favicon.ico", "/api/snapshot"] {
        assert_ne!(get(house.page, path, None).status, 200, "{path}");
    }
    house.daemon.stop().exits(0);
}

#[test]
fn a_browser_may_run_this_script_and_connect_to_this_daemon_and_nothing_else() {
    let house = House::new();
    let page = get(house.page, "/", None).ok();
    let hash = |tag| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(between(&page, tag))));
    let allowed: Vec<_> = policy(&page).split("; ").collect();
    for rule in [
        "default-src 'none'".to_owned(),
        format!("script-src {}", hash("script")),
        format!("style-src {}", hash("style")),
        "connect-src 'self'".to_owned(),
        "frame-ancestors 'none'".to_owned(),
        "base-uri 'none'".to_owned(),
        "form-action 'none'".to_owned(),
        "require-trusted-types-for 'script'".to_owned(),
    ] {
        assert!(allowed.contains(&rule.as_str()), "{rule} is missing in {allowed:#?}");
    }
    assert!(!policy(&page).contains("unsafe"), "{allowed:#?}");
    for header in ["cache-control: no-store", "x-content-type-options: nosniff", "referrer-policy: no-referrer"] {
        assert!(page.head.contains(header), "{header} is missing in {}", page.head);
    }
    // Attributes are not covered by a hash: the browser would ignore them.
    assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="));
    house.daemon.stop().exits(0);
}

#[test]
fn a_code_lets_in_once_and_leaves_a_ticket_that_lets_in_again() {
    let house = House::new();
    let (page, code) = house.invited();
    assert_eq!(page, format!("http://{}/", house.page));
    let ack = greeted(house.page, &json!({"code": code}));
    assert_eq!(ack["ok"], true, "{ack}");
    assert_eq!(ack["config_id"], json!({}), "who does not know the token learns nothing that is keyed with it");
    assert_eq!(greeted(house.page, &json!({"code": code}))["error"], "unauthorized");
    let ticket = ack["ticket"]["code"].as_str().unwrap().to_owned();
    assert!(ack["ticket"]["good_for_s"].as_u64().unwrap() > 3600 && !ticket.contains(&token_of(&house.user)));
    for _ in 0..2 {
        assert_eq!(greeted(house.page, &json!({"code": ticket}))["ok"], true);
    }
    // The next daemon knows it too, as long as the token is the same.
    house.daemon.stop().exits(0);
    let daemon = Daemon::start(&house.user);
    assert_eq!(greeted(daemon.address, &json!({"code": ticket}))["ok"], true);
    house.user.run(&["daemon", "rotate-token"]).exits(0);
    assert_eq!(greeted(daemon.address, &json!({"code": ticket}))["error"], "unauthorized");
    daemon.stop().exits(0);
}

#[test]
fn a_ticket_is_given_to_who_came_in_and_asked_for_it() {
    let house = House::new();
    let token = token_of(&house.user);
    assert!(greeted(house.page, &json!({"token": token}))["ticket"]["code"].is_string());
    assert_eq!(greeted(house.page, &json!({"token": token, "ticket": false}))["ticket"], Value::Null);
    for wrong in [json!({"token": "not the token of it"}), json!({"code": token}), json!({"code": ""}), json!({})] {
        let refused = greeted(house.page, &wrong);
        assert_eq!((&refused["error"], &refused["ticket"]), (&json!("unauthorized"), &Value::Null), "{wrong}");
    }
    house.daemon.stop().exits(0);
}

#[test]
fn the_desktop_is_asked_to_open_the_page_and_the_address_is_shown_when_it_can_not() {
    let house = House::new();
    let (tools, seen) = (house.user.project().join("bin"), house.user.project().join("seen"));
    let desktop = |ends: &str| {
        let script = format!("#!/bin/sh\nprintf '%s' \"$1\" > '{}'\n{ends}\n", seen.display());
        house.user.write("bin/xdg-open", &script);
        std::fs::set_permissions(tools.join("xdg-open"), std::fs::Permissions::from_mode(0o700)).unwrap();
        let mut command = house.user.command(["monitor", "--web"]);
        command.env("DISPLAY", ":9").env("PATH", format!("{}:/usr/bin:/bin", tools.display()));
        crate::support::finish(command).exits(0)
    };
    let ran = desktop("exit 0");
    let opened = std::fs::read_to_string(&seen).unwrap();
    let (page, code) = opened.split_once("#code=").unwrap();
    assert!(ran.stdout.contains(page) && !format!("{ran:?}").contains(code), "{ran:#?}");
    assert_eq!(greeted(house.page, &json!({"code": code}))["ok"], true);

    let ran = desktop("exit 3");
    let opened = std::fs::read_to_string(&seen).unwrap();
    assert_eq!(ran.stdout.trim(), opened);
    assert!(ran.stderr.contains("within a minute"), "{ran:#?}");
    house.daemon.stop().exits(0);
}

#[test]
fn without_a_daemon_there_is_no_page() {
    let user = User::new().set("EXAI_WS_PORT", "0");
    let ran = user.run(&["monitor", "--web"]).exits(7);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("exai daemon"), "{ran:#?}");
    user.run(&["monitor", "--web", "--no-daemon"]).exits(2);
    user.run(&["monitor", "--web", "--once"]).exits(2);
}
