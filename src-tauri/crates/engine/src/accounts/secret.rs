//! Secrets that are given out once and kept as hashes.

use harness_store::account::SecretHash;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Letters and digits of a secret: 43 of 62 kinds are as many possibilities as 32 bytes have.
const LENGTH: usize = 43;
/// Crockford's base 32: nothing in it is mistaken for anything else when it is read aloud.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a pairing code: 40 bits, for five minutes and a few attempts.
const CODE_LENGTH: usize = 8;
/// How an API token begins, so that it is known for one wherever it turns up.
pub(super) const TOKEN_BEGINNING: &str = "aah_";

/// A secret on its way to whoever it is for. Nothing shows it but [`Issued::reveal`], and it is kept nowhere.
#[derive(Debug, Clone)]
pub struct Issued(SecretString);

impl Issued {
    pub(super) fn link() -> Self {
        Self(letters(LENGTH, |number| ALPHABET[number % ALPHABET.len()], ALPHABET.len()).into())
    }

    pub(super) fn token() -> Self {
        Self(format!("{TOKEN_BEGINNING}{}", Self::link().reveal()).into())
    }

    pub(super) fn code() -> Self {
        Self(letters(CODE_LENGTH, |number| CROCKFORD[number], CROCKFORD.len()).into())
    }

    /// The secret itself, for the answer to whoever asked for it and for nothing else.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn letters(length: usize, letter: impl Fn(usize) -> u8, kinds: usize) -> String {
    // Seeded by the operating system and cryptographic, per thread.
    let mut random = rand::rng();
    (0..length).map(|_| char::from(letter(random.random_range(0..kinds)))).collect()
}

/// What is kept of a secret. It is as random as its hash is long, so no slow hash is needed.
pub(super) fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// A pairing code as it was given out, whatever somebody made of it in typing: case, blanks, hyphens, and letters that
/// look like digits.
pub(super) fn typed_code(typed: &str) -> String {
    let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(2 * CODE_LENGTH);
    letters
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_no_two_are_alike() {
        let (one, other) = (Issued::token(), Issued::token());
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), 4 + 43, "as many possibilities as 32 bytes have");
        assert!(!format!("{one:?}").contains(one.reveal()), "a log that prints everything does not print it");
        let code = Issued::code();
        assert!(code.reveal().len() == 8 && code.reveal().bytes().all(|byte| CROCKFORD.contains(&byte)));
    }

    #[test]
    fn a_code_is_understood_as_people_type_it() {
        assert_eq!(typed_code(" ab1o-il9z "), "AB10119Z");
        assert_eq!(typed_code(&"A".repeat(1000)).len(), 16, "and not without end");
    }
}
