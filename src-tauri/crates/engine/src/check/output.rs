//! The end of a command's output, however long it is.
