//! What the tests of the dashboard work with.
