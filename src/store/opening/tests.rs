//! A store is opened by one process and by many, with its schema and with others.
