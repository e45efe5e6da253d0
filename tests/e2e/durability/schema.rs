//! A daemon and the schema of its store: an older one is brought up to date while nobody uses it, a newer one is left alone.

use exai_fake::{Fake, Point, Reply, Scenario};
use rusqlite::Connection;

use super::{database, is_sound};
use crate::support::daemon::{Daemon, daemon_of};
use crate::support::{Running, User, finish, repository};

/// The conversation in the old store.
const THREAD: &str = "01a203e4-e4ec-7635-9499-ebeb409073eb";

/// A user whose store is as the first version of the program made it.
fn user_of_old(fake: &Fake) -> User {
    let user = User::with(fake).set("EXAI_WS_PORT", "0");
    std::fs::create_dir_all(user.state_dir()).unwrap();
    let old = std::fs::read_to_string(repository().join("tests/golden/store/schema-1.sql")).unwrap();
    database(&user).execute_batch(&old).unwrap();
    user
}

fn version(connection: &Connection) -> u32 {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn a_daemon_brings_an_older_store_up_to_date_and_shows_what_is_in_it() {
    let fake = Fake::start(Scenario::answer("A new answer."));
    let user = user_of_old(&fake);
    let daemon = Daemon::start(&user);
    assert!(version(&database(&user)) > 1);
    let listed = user.run(&["calls", "list", "--json"]).exits(0).json();
    let id = listed[0]["call_id"].as_str().unwrap();
    assert_eq!(user.run(&["calls", "wait", id]).exits(0).stdout, "An old answer.\n");
    user.run(&["call", "chat", "and now?", "--continue", THREAD, "--model", "glm-5.3"]).exits(0);
    assert!(fake.requests()[0].user_text().contains("An old answer."), "the conversation goes on");
    daemon.stop().exits(0);
    assert!(is_sound(&user.state_dir()));
}

#[test]
fn a_daemon_refuses_a_newer_store_and_leaves_it_as_it_is() {
    let fake = Fake::start(Scenario::answer("Yes."));
    let user = User::with(&fake).set("EXAI_WS_PORT", "0");
    user.run(&["call", "version"]).exits(0);
    database(&user).pragma_update(None, "user_version", 99).unwrap();
    let ran = finish(Daemon::command(&user)).exits(7);
    assert!(
        ran.stderr.contains("exai.db has schema 99") && ran.stderr.contains("hint: install the newer exai"),
        "{ran:#?}"
    );
    assert_eq!((version(&database(&user)), daemon_of(&user)), (99, None));
}

#[test]
fn a_daemon_whose_store_must_change_and_is_in_use_names_who_has_it() {
    let fake = Fake::start(Scenario::of([Reply::answer("Yes.").wait("go", Point::BeforeHeaders)]));
    let user = User::with(&fake).set("EXAI_WS_PORT", "0").set("EXAI_DRAIN_TIMEOUT_S", "0.2");
    let neighbour = Running::start(user.command(["call", "chat", "hello"]));
    fake.wait_until_held("go", 1);
    let current = version(&database(&user));
    database(&user).pragma_update(None, "user_version", current - 1).unwrap();
    let ran = finish(Daemon::command(&user)).exits(7);
    let who = format!("but process {} has it open; waited 0.2 s", neighbour.child.id());
    assert!(ran.stderr.contains(&who), "{who} is missing in {ran:#?}");
    assert_eq!((version(&database(&user)), daemon_of(&user)), (current - 1, None));
    // Nothing was changed, and what ran there did not notice.
    database(&user).pragma_update(None, "user_version", current).unwrap();
    fake.open("go");
    neighbour.finish().exits(0);
    Daemon::start(&user).stop().exits(0);
}
