//! What a client makes of a daemon that does not behave, or goes away.

mod break_off; // connections that break, and what is told after them
mod calls; // a call from its beginning to its end
mod files; // the daemon's questions
mod hello; // who is welcome where
mod refusals; // what a daemon does not want to do now, or ever
mod requests; // everything that is asked and answered once, and news
