//! A scripted model that speaks the Messages API on loopback, so that the real CLI runs without an account.
