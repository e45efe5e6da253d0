//! The daemon as its clients see it: every point of the wire page's "Why it is as it is", and what a peer that
//! misbehaves gets.

mod call;
mod door;
mod life;
mod operator;
mod remote;
