//! Sockets that the service manager has opened already, so that clients can connect before the daemon runs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::net::TcpListener;

use exai_core::config::Environment;
use listenfd::ListenFd;

use super::ports::Role;

/// What was handed over.
#[derive(Debug, Default)]
pub(super) struct Inherited {
    /// The listeners, by what they are for.
    pub(super) listeners: BTreeMap<Role, TcpListener>,
    /// What could not be used, one sentence each.
    pub(super) warnings: Vec<String>,
}

/// Takes what this process was started with. A listener whose name says nothing is the main port, if no other one is.
pub(super) fn take(environment: &Environment) -> Inherited {
    let mut inherited = Inherited::default();
    let names: Vec<_> = environment.get("LISTEN_FDNAMES").unwrap_or_default().split(':').collect();
    let mut given = ListenFd::from_env();
    let mut taken = Vec::new();
    for index in 0..given.len() {
        match given.take_tcp_listener(index) {
            Ok(listener) => taken.extend(listener.map(|listener| (names.get(index).copied(), listener))),
            Err(error) => inherited.warnings.push(format!("inherited socket {index} can not be used: {error}")),
        }
    }
    // First those that say what they are for.
    taken.sort_by_key(|(name, _)| name.and_then(Role::named).is_none());
    for (name, listener) in taken {
        inherited.add(name.and_then(Role::named).unwrap_or(Role::Main), listener);
    }
    inherited
}

impl Inherited {
    fn add(&mut self, role: Role, listener: TcpListener) {
        match self.listeners.entry(role) {
            Entry::Vacant(place) => {
                place.insert(listener);
            }
            Entry::Occupied(_) => {
                let address = listener.local_addr().map_or_else(|error| error.to_string(), |at| at.to_string());
                let message =
                    format!("inherited socket {address} has no use: one is the {} port already", role.as_str());
                self.warnings.push(message);
            }
        }
    }
}
