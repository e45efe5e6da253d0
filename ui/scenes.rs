//! Scenes: keys in, screen out. Each scene is looked at in four sizes, as text and as meanings.

mod documents; // what the README shows
mod properties; // what holds whatever comes
mod scenarios; // keys in, screen out
mod screens; // whole screens
