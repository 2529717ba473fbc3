//! The Claude CLI as a process and a protocol: no database, no user interface.
