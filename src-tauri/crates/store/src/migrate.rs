//! stub
pub(crate) const APP: () = ();
pub(crate) const PROJECT: () = ();
