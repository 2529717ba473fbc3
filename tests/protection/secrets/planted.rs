//! Secrets that open nothing. Put together here so that no scanner takes these files for a leak.

/// Characters as if by chance, the same at every call.
pub fn by_chance(seed: u64, length: usize, letters: &str) -> String {
    let mut state = 0x2545_F491_4F6C_DD1D_u64 ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let letters: Vec<char> = letters.chars().collect();
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        letters[(state % letters.len() as u64) as usize]
    };
    (0..length).map(|_| next()).collect()
}

const PLAIN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const BASE64: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";

/// A key of Anthropic's form.
pub fn anthropic(seed: u64) -> String {
    format!("sk-{}-api03-{}AA", "ant", by_chance(seed, 93, PLAIN))
}

/// A text with a secret of every kind, and the parts of it that must not be found anywhere.
pub struct Planted {
    pub text: String,
    pub parts: Vec<String>,
}

pub fn planted() -> Planted {
    let token = |seed, prefix: &[&str], length| format!("{}{}", prefix.concat(), by_chance(seed, length, PLAIN));
    let tokens = [
        anthropic(1),
        token(2, &["gh", "p_"], 36),
        token(3, &["github", "_pat_"], 82),
        token(4, &["gl", "pat-"], 20),
        token(5, &["xo", "xb-"], 40),
        token(6, &["sk", "_live_"], 24),
        token(7, &["np", "m_"], 36),
        token(8, &["AI", "za"], 35),
        format!("AK{}{}", "IA", by_chance(9, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
        token(10, &["eyJhbGciOiJIUzI1NiJ9", ".eyJpc3MiOiJzaG9wIiwic3ViIjoiNyJ9."], 43),
    ];
    let (aws, bearer, password) = (by_chance(11, 40, BASE64), by_chance(12, 43, PLAIN), by_chance(13, 12, PLAIN));
    let body: Vec<String> = (20..26).map(|seed| by_chance(seed, 64, BASE64)).collect();
    let label = ["RSA", "PRIVATE", "KEY"].join(" ");
    let text = format!(
        "{}\naws_secret_access_key = {aws}\nAuthorization: Bearer {bearer}\npostgres://shop:{password}@db.example.org/shop\n\
         -----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        tokens.join("\n"),
        body.join("\n")
    );
    // What makes each one a secret; that there was one may be known.
    let end = |token: &String| token[token.len() - 14..].to_owned();
    let parts = tokens.iter().map(end).chain([aws, bearer, password]).chain(body).collect();
    Planted { text, parts }
}

/// Texts that only look like secrets, and have to stay readable.
pub fn lookalikes() -> Vec<String> {
    vec![
        by_chance(40, 40, "0123456789abcdef"),
        "f47ac10b-58cc-4372-a567-0e02b2c3d479".into(),
        format!("sha512-{}==", by_chance(41, 86, BASE64)),
        "task-ant-colony-optimization-7".into(),
        "sk-ant-your-key-goes-here-please".into(),
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".into(),
        "postgres://postgres:postgres@localhost:5432/app".into(),
    ]
}
