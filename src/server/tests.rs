//! The daemon as its clients see it: every point of the wire page's "Why it is as it is", and what a peer that
//! misbehaves gets.

mod call;
mod chaos; // many sessions, faults, cancels and broken connections at random
mod door;
mod far;
mod frames; // how messages may be cut, and what is no message
mod life;
mod operator;
mod queue; // who waits for whom
mod remote;
mod tools;
