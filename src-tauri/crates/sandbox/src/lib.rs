//! The walls a child process is started in, and what is inside them.
