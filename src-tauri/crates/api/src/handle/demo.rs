//! The demonstration.

/// Says of a project that it was made to be rehearsed.
pub(super) const MARK: &str = "demo";
