//! `exai monitor` as its user meets it: in a terminal, in a pipe, with a daemon that comes and goes.

mod agreement; // the screen and the figures
mod screen; // in a terminal
mod stream; // into a pipe
mod terminal; // a terminal to look at
