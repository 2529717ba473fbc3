//! The operating system's walls around whole runs, and the proof of them.
