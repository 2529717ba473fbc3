//! Ending a process with everything it started.
