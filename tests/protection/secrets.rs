//! Keys and passwords: kept where they belong, and shown nowhere.

#[path = "secrets/keychain.rs"]
mod keychain;
#[path = "secrets/planted.rs"]
mod planted;
#[path = "secrets/records.rs"]
mod records;
