//! Jobs that fail, panic or meet a full disk leave their neighbours alone.
