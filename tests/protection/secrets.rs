//! Keys and passwords: kept where they belong, and shown nowhere.
