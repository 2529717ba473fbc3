//! The use cases: runs, sessions, evidence, commits and recovery. Owns tasks and time.
