//! Through the wire.
