//! Scenes: keys in, screen out. Each scene is looked at in four sizes, as text and as meanings.

mod properties; // what holds whatever comes
mod scenarios; // keys in, screen out
mod screens; // whole screens
