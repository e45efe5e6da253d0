//! What must hold whatever happens to the machine: nothing that was told is lost, nothing that was paid for is hidden,
//! and a store that can not be used says so before anything is sent.

mod client;
mod daemon;
mod kill;
mod schema;
mod store;

use std::path::Path;

use rusqlite::Connection;

use crate::support::User;

/// The user's database, as any program may look at it.
fn database(user: &User) -> Connection {
    Connection::open(user.state_dir().join("exai.db")).unwrap()
}

/// Whether every page of the database makes sense.
fn is_sound(path: &Path) -> bool {
    let connection = Connection::open(path.join("exai.db")).unwrap();
    connection.query_row("PRAGMA quick_check", [], |row| row.get::<_, String>(0)).unwrap() == "ok"
}
