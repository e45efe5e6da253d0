//! What several processes of one user must agree on, through locks in the state directory:
//! who holds which permit, and which processes are alive.
//! A lock is the kernel's: it ends with its process, however that ends. Nothing durable is here.

mod daemon_lock;
mod instance;
mod slots;
mod state_dir;
mod token;

pub use daemon_lock::{DaemonInfo, DaemonLock};
pub use instance::Instance;
pub use slots::{Look, Slot, Slots};
pub use state_dir::prepare as prepare_state_dir;
pub use token::{MIN_TOKEN, new_token, read_or_make_token, read_token, write_token};
