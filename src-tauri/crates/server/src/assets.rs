//! The web interface: the built pages, in the program itself when it was released.

use crate::{
    guard::is_of_program,
    reply::{failure, failure_with},
    state::State,
};
use axum::{
    body::Body,
    extract::{self, Request},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use harness_api::{ApiError, ErrorCode};
use rust_embed::RustEmbed;
use std::{borrow::Cow, collections::HashMap, io::Write, sync::OnceLock};

/// Said where the pages should be.
const NOT_BUILT: &str = "The web interface is not part of this build: run `npm run build:ui`, then build the program again.\n\
                         The API is there all the same: /api/openapi.json describes it.\n";

#[derive(RustEmbed)]
#[folder = "../../../dist"]
#[allow_missing = true]
struct Dist;

/// Every file of the web interface, by the path that it is asked for under. What is not in here does not exist.
#[derive(Default)]
pub(crate) struct Assets {
    files: HashMap<String, File>,
}

struct File {
    bytes: Bytes,
    kind: HeaderValue,
    tag: HeaderValue,
    gzip: OnceLock<Bytes>,
    /// Its name changes with its content.
    is_hashed: bool,
}

impl Assets {
    /// The files that were built.
    pub fn built() -> Self {
        let files = Dist::iter().filter_map(|name| {
            let file = Dist::get(&name)?;
            let tag: String = file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
            let bytes = match file.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => bytes.into(),
            };
            let file = File {
                bytes,
                kind: kind_of(&name, file.metadata.mimetype()),
                tag: HeaderValue::from_str(&format!("\"{tag}\"")).ok()?,
                gzip: OnceLock::new(),
                is_hashed: name.starts_with("assets/"),
            };
            Some((format!("/{name}"), file))
        });
        Self { files: files.collect() }
    }
}

fn kind_of(name: &str, guessed: &str) -> HeaderValue {
    let said = match name.rsplit('.').next() {
        Some("webmanifest") => "application/manifest+json",
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => guessed,
    };
    HeaderValue::from_str(said).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// A file, or the page for an address that is the page's own business. Everything else is not there.
pub(crate) async fn page(extract::State(state): extract::State<State>, request: Request) -> Response {
    let path = request.uri().path();
    let missing = || failure(ApiError::new(ErrorCode::NotFound, "there is nothing at this address"));
    if is_of_program(path) {
        return missing();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let error = ApiError::new(ErrorCode::BadInput, "this address does not take that method");
        let mut response = failure_with(StatusCode::METHOD_NOT_ALLOWED, error);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let files = &state.assets.files;
    // By the whole path as it was sent: nothing is decoded, joined or resolved, so nothing leads anywhere else.
    match files.get(path).or_else(|| if is_page(path) { files.get("/index.html") } else { None }) {
        Some(file) => send(file, &request),
        None if is_page(path) && files.is_empty() => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
        None => missing(),
    }
}

/// Whether the interface may have a page of that address: no file's name, and no attempt at one.
fn is_page(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let is_odd =
        ["//", "..", "\\", "%2e", "%2f", "%5c", "%00", "%25", "%c0", "%c1", ";"].iter().any(|odd| lower.contains(odd));
    let last = path.rsplit('/').next().unwrap_or_default();
    path.starts_with('/') && !is_odd && !last.contains('.')
}

fn send(file: &File, request: &Request) -> Response {
    let text =
        |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let is_known =
        text(header::IF_NONE_MATCH).split(',').any(|known| known.trim().trim_start_matches("W/") == file.tag);
    let is_text = ["text/", "application/json", "application/manifest", "image/svg"];
    let kind = file.kind.to_str().unwrap_or_default();
    let is_compressed = file.bytes.len() > 1024
        && is_text.iter().any(|start| kind.starts_with(start))
        && text(header::ACCEPT_ENCODING).split(',').any(|coding| coding.trim() == "gzip");
    let mut response = Response::new(if is_known {
        Body::empty()
    } else if is_compressed {
        file.gzip.get_or_init(|| compressed(&file.bytes)).clone().into()
    } else {
        file.bytes.clone().into()
    });
    let headers = response.headers_mut();
    if is_compressed && !is_known {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_TYPE, file.kind.clone());
    headers.insert(header::ETAG, file.tag.clone());
    let keep = if file.is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    response
}

/// A few hundred kilobytes at most, once per file and process.
fn compressed(bytes: &Bytes) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(bytes.len() / 3), flate2::Compression::new(6));
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(compressed) => compressed.into(),
        // Writing to memory does not fail; if it did, this would be gzip of nothing.
        Err(_) => Bytes::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_pages_get_the_page() {
        for page in ["/", "/login", "/projects/3", "/projects/3/cards/17"] {
            assert!(is_page(page), "{page} is the interface's own business");
        }
        for other in [
            "//etc/passwd",
            "/../etc/passwd",
            "/%2e%2e/etc/passwd",
            "/..%2Fetc%2Fpasswd",
            "/%5c..%5cwindows",
            "/assets/gone.js",
            "/etc/passwd/..",
            "/a;b",
            "/x%00",
            "/%252e%252e%252fetc",
            "/%c0%ae%c0%ae/etc",
        ] {
            assert!(!is_page(other), "{other} is not there");
        }
    }
}
