//! Saved states of files and board together, and the way back.
