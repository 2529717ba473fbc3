//! What credentials look like: the one table of it, for redaction and for what must not get into a commit.
//!
//! Content is only believed when its form leaves little doubt: prefixes of known issuers, long enough and varied enough
//! not to be a placeholder. Every form is found by a fixed beginning and read in one go from there, so that a text is
//! searched in time proportional to its length whatever is in it.

use super::shape;

/// A credential at a place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// What it is, in words such as `GitHub token`. Never the credential itself.
    pub kind: &'static str,
    /// Whether its form alone is reason enough to keep a file out of a commit. Web tokens, addresses with a password and
    /// the like are samples too often.
    pub is_certain: bool,
}

/// How a credential goes on after its fixed beginning.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// At least so many characters of [`Letters`].
    AtLeast(Letters, usize),
    /// So many characters of [`Letters`], then none of them.
    Exactly(Letters, usize),
    /// At least so many, wherever it stands: also in the middle of a longer word.
    Anywhere(Letters, usize),
    /// A name of a setting; then signs such as `=`, `:` and quotes, then a value of at least so many characters.
    Assigned(Letters, usize),
    /// The same, with a value of exactly so many characters.
    AssignedExactly(Letters, usize),
    /// `Bearer` and `Basic`: a value of at least so many characters follows.
    Authorization,
    /// `-----BEGIN`: a private key, to its end line or as far as it goes.
    PrivateKey,
    /// `-----END`: the rest of a private key whose beginning was cut off.
    PrivateKeyEnd,
    /// A JSON web token whose header can be decoded.
    WebToken,
    /// `://`: an address may follow that carries a password.
    UrlPassword,
}

/// The characters a credential is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    /// Letters and digits.
    Plain,
    /// With `-` and `_`.
    Url,
    /// With `-`, `_` and `.`.
    Dotted,
    /// As in standard base64.
    Base64,
    /// Capital letters and the digits 2 to 7.
    Base32,
    /// With `/`, `+`, `=`, `.`, `~`, `-` and `_`.
    Any,
}

impl Letters {
    pub(super) fn has(self, byte: u8) -> bool {
        let is_plain = byte.is_ascii_alphanumeric();
        match self {
            Plain => is_plain,
            Url => is_plain || matches!(byte, b'-' | b'_'),
            Dotted => is_plain || matches!(byte, b'-' | b'_' | b'.'),
            Base64 => is_plain || matches!(byte, b'+' | b'/' | b'='),
            Base32 => byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7'),
            Any => is_plain || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'='),
        }
    }
}

/// A kind of credential by how it begins.
pub(super) struct Form {
    pub(super) kind: &'static str,
    /// Any of these.
    pub(super) beginnings: &'static [&'static str],
    pub(super) shape: Shape,
    /// See [`Found::is_certain`].
    pub(super) is_certain: bool,
}

const fn sure(kind: &'static str, beginnings: &'static [&'static str], shape: Shape) -> Form {
    Form { kind, beginnings, shape, is_certain: true }
}

const fn likely(kind: &'static str, beginnings: &'static [&'static str], shape: Shape) -> Form {
    Form { kind, beginnings, shape, is_certain: false }
}

use Letters::{Any, Base32, Base64, Dotted, Plain, Url};
use Shape::{
    Anywhere, Assigned, AssignedExactly, AtLeast, Authorization, Exactly, PrivateKey, PrivateKeyEnd, UrlPassword,
    WebToken,
};

/// Every kind that is known. No beginning may stand in two rows.
pub(super) const FORMS: &[Form] = &[
    sure("private key", &["-----BEGIN "], PrivateKey),
    sure("private key", &["-----END "], PrivateKeyEnd),
    sure("Anthropic key", &["sk-ant-"], Anywhere(Url, 24)),
    sure("OpenAI key", &["sk-proj-", "sk-svcacct-", "sk-admin-"], AtLeast(Url, 40)),
    sure("API key", &["sk-or-v1-"], AtLeast(Plain, 40)),
    likely("API key", &["sk-"], AtLeast(Plain, 32)),
    sure("GitHub token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], AtLeast(Plain, 36)),
    sure("GitHub token", &["github_pat_"], AtLeast(Url, 60)),
    sure("GitLab token", &["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glsoat-"], AtLeast(Dotted, 20)),
    sure("harness token", &["aah_"], AtLeast(Plain, 43)),
    sure("AWS access key", &["AKIA", "ASIA"], Exactly(Base32, 16)),
    sure(
        "AWS secret key",
        &["aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "SecretAccessKey", "secretAccessKey"],
        AssignedExactly(Base64, 40),
    ),
    likely("AWS session token", &["aws_session_token", "AWS_SESSION_TOKEN", "SessionToken", "sessionToken"], {
        Assigned(Base64, 100)
    }),
    likely("Azure storage key", &["AccountKey="], AtLeast(Base64, 80)),
    sure("Google key", &["AIza"], Exactly(Url, 35)),
    sure("Google client secret", &["GOCSPX-"], AtLeast(Url, 24)),
    likely("Google access token", &["ya29."], AtLeast(Dotted, 30)),
    sure("Slack token", &["xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-1-"], AtLeast(Url, 24)),
    likely("Slack webhook", &["hooks.slack.com/services/"], AtLeast(Any, 30)),
    sure("Stripe key", &["sk_live_", "rk_live_"], AtLeast(Plain, 24)),
    likely("Stripe test key", &["sk_test_", "rk_test_"], AtLeast(Plain, 24)),
    likely("Stripe webhook secret", &["whsec_"], AtLeast(Base64, 32)),
    sure("npm token", &["npm_"], Exactly(Plain, 36)),
    sure("npm token", &["_authToken"], Assigned(Any, 16)),
    sure("PyPI token", &["pypi-AgE"], AtLeast(Url, 50)),
    sure("Hugging Face token", &["hf_"], Exactly(Plain, 34)),
    sure("DigitalOcean token", &["dop_v1_", "doo_v1_"], AtLeast(Plain, 60)),
    sure("Docker token", &["dckr_pat_", "dckr_oat_"], AtLeast(Url, 24)),
    sure("Shopify token", &["shpat_", "shpca_", "shppa_"], AtLeast(Plain, 32)),
    sure("SendGrid key", &["SG."], AtLeast(Dotted, 60)),
    sure("Groq key", &["gsk_"], AtLeast(Plain, 48)),
    sure("xAI key", &["xai-"], AtLeast(Plain, 70)),
    sure("Linear key", &["lin_api_"], AtLeast(Plain, 36)),
    sure("Supabase token", &["sbp_"], AtLeast(Plain, 40)),
    sure("Vault token", &["hvs.", "hvb."], AtLeast(Url, 60)),
    sure("age key", &["AGE-SECRET-KEY-1"], AtLeast(Plain, 50)),
    likely("API key", &["x-api-key", "X-API-Key", "X-Api-Key", "X-API-KEY"], Assigned(Any, 20)),
    likely("authorization", &["Bearer ", "bearer ", "BEARER ", "Basic ", "basic "], Authorization),
    // Mostly a sample, or soon expired; the one that opens a whole database and does not expire is certain.
    likely("web token", &["eyJ"], WebToken),
    likely("password in an address", &["://"], UrlPassword),
];

/// The credential of `form` whose fixed beginning is `content[at..after]`, in its parts; none when it is none after all.
pub(super) fn read(form: &Form, content: &[u8], at: usize, after: usize) -> Vec<Found> {
    let parts = match form.shape {
        PrivateKey => shape::private_key(content, at, after),
        PrivateKeyEnd => shape::rest_of_private_key(content, at, after),
        _ => return read_whole(form, content, at, after).into_iter().collect(),
    };
    let found = |(start, end)| Found { start, end, kind: form.kind, is_certain: form.is_certain };
    parts.into_iter().map(found).collect()
}

fn read_whole(form: &Form, content: &[u8], at: usize, after: usize) -> Option<Found> {
    let found = |start, end| Found { start, end, kind: form.kind, is_certain: form.is_certain };
    match form.shape {
        AtLeast(letters, least) if shape::begins(content, at) => {
            let end = shape::word(content, after, letters);
            (end - after >= least && shape::is_random(&content[after..end])).then(|| found(at, end))
        }
        Exactly(letters, length) if shape::begins(content, at) => {
            let end = shape::word(content, after, letters);
            let is_real = end - after == length && shape::is_random_of_fixed_length(&content[after..end]);
            is_real.then(|| found(at, end))
        }
        Anywhere(letters, least) => {
            // A second one in the same word is read for itself: or a text of nothing else would be read again and again.
            let end = shape::word_before(content, after, letters, &content[at..after]);
            // In the middle of a word only what no word could be.
            let is_long = end - after >= if shape::begins(content, at) { least } else { 80 };
            (is_long && shape::is_random(&content[after..end])).then(|| found(at, end))
        }
        AtLeast(..) | Exactly(..) => None,
        Assigned(letters, least) => {
            let start = shape::value(content, after)?;
            let end = shape::word(content, start, letters);
            (end - start >= least && shape::is_random(&content[start..end])).then(|| found(start, end))
        }
        AssignedExactly(letters, length) => {
            let start = shape::value(content, after)?;
            let end = shape::word(content, start, letters);
            let is_real = end - start == length && shape::is_random_of_fixed_length(&content[start..end]);
            is_real.then(|| found(start, end))
        }
        Authorization => {
            let end = shape::word(content, after, Any);
            let least = if shape::is_basic(content, at) { 12 } else { 20 };
            let is_meant = shape::is_bearer(content, at) || shape::follows_authorization(content, at);
            (is_meant && end - after >= least && shape::is_random(&content[after..end])).then(|| found(after, end))
        }
        PrivateKey | PrivateKeyEnd => None,
        WebToken => {
            let (end, is_certain) = shape::web_token(content, at)?;
            let kind = if is_certain { "database service key" } else { form.kind };
            Some(Found { start: at, end, kind, is_certain })
        }
        UrlPassword => shape::url_password(content, after).map(|(start, end)| found(start, end)),
    }
}
