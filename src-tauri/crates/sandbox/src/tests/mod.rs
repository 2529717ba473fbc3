//! The guard, asked by people and by attackers.

mod everyday;
#[cfg(unix)]
mod hostile;
