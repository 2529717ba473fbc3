//! What agents may tell a shell: large collections of lines with the verdict each must get, and what must hold for all.

#[path = "policy/collections.rs"]
mod collections;
#[path = "policy/corpus.rs"]
#[allow(dead_code, reason = "the benchmark uses its own part of the corpus")]
mod corpus;
#[path = "policy/documentation.rs"]
mod documentation;
#[path = "policy/laws.rs"]
mod laws;
