//! Answers as bytes: long lists are written once per change and shared by everybody who asks, whole or in part.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use harness_api::{Answer, Api, ApiError, Caller, ErrorCode, Procedure};
use harness_domain::id::ProjectId;
use serde_json::{Map, Value, value::RawValue};
use std::{
    collections::HashMap,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as AsyncMutex, OnceCell};

/// Lists kept in memory at most; one of ten thousand cards has a few megabytes.
const KEPT: usize = 16;
/// Below this, compressing saves nothing that anybody would notice.
pub(crate) const WORTH_COMPRESSING: usize = 1024;

/// A list as it is sent, with where its entries stand in it.
pub(crate) struct Written {
    /// Changes when the answer may have changed.
    pub tag: String,
    body: Bytes,
    /// Where each entry begins and ends.
    entries: Vec<(u32, u32)>,
    gzip: OnceCell<Bytes>,
}

/// Where one list is kept, and waited for while it is written.
type Place = Arc<AsyncMutex<Option<Arc<Written>>>>;

/// The lists that are kept.
#[derive(Default)]
pub(crate) struct Answers {
    kept: Mutex<HashMap<(Procedure, ProjectId), Place>>,
}

impl Answers {
    /// The answer to a query whose state has a version, written anew only when that changed.
    ///
    /// Whether the caller may is checked every time. Fails as [`Api::run`] does.
    pub async fn written(
        &self,
        api: &Api,
        procedure: Procedure,
        caller: &Caller,
        project: ProjectId,
        input: Map<String, Value>,
    ) -> Result<Arc<Written>, ApiError> {
        let input = Value::Object(input);
        api.permit(procedure, caller, &input)?;
        let place = self.place(procedure, project);
        // One writes while the others wait for it, instead of all of them writing the same.
        let mut kept = place.lock().await;
        let asking = api.clone();
        let version = tokio::task::spawn_blocking(move || asking.project_version(project)).await;
        let version = version.map_err(|_| ApiError::new(ErrorCode::Internal, "the version could not be read"))??;
        let tag = format!("{}-{version}", api.app().bus.epoch().get(..8).unwrap_or_default());
        if let Some(written) = kept.as_ref().filter(|written| written.tag == tag) {
            return Ok(written.clone());
        }
        // The version was read first: what changes in between is told with the old one, and asked for again.
        let answer = api.run(procedure, caller, input).await?;
        let written = tokio::task::spawn_blocking(move || Written::of(answer, tag)).await;
        let written =
            Arc::new(written.map_err(|_| ApiError::new(ErrorCode::Internal, "the list could not be written"))??);
        *kept = Some(written.clone());
        Ok(written)
    }

    fn place(&self, procedure: Procedure, project: ProjectId) -> Place {
        // Whole after every statement, so a panic elsewhere cannot have left it half-changed.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.contains_key(&(procedure, project)) && kept.len() >= KEPT {
            // Whoever still reads one of them holds it.
            kept.clear();
        }
        kept.entry((procedure, project)).or_default().clone()
    }
}

impl Written {
    /// Finds the entries of a list. Fails with `Internal` when it is none.
    pub fn of(answer: Answer, tag: String) -> Result<Self, ApiError> {
        let text: Box<str> = answer.into();
        let wrong = || ApiError::new(ErrorCode::Internal, "the answer is not the list that it should be");
        let entries = {
            let parts: Vec<&RawValue> = serde_json::from_str(&text).map_err(|_| wrong())?;
            let start = text.as_ptr().addr();
            let place = |part: &&RawValue| {
                let from = u32::try_from(part.get().as_ptr().addr() - start).ok()?;
                Some((from, from.checked_add(u32::try_from(part.get().len()).ok()?)?))
            };
            parts.iter().map(place).collect::<Option<Vec<_>>>().ok_or_else(wrong)?
        };
        Ok(Self { tag, body: Bytes::from(String::from(text)), entries, gzip: OnceCell::new() })
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// All of it.
    pub fn whole(&self) -> Bytes {
        self.body.clone()
    }

    /// All of it compressed, which is done once.
    pub async fn compressed(self: &Arc<Self>) -> Option<Bytes> {
        if self.body.len() < WORTH_COMPRESSING {
            return None;
        }
        let bytes = self.gzip.get_or_try_init(|| async {
            let body = self.body.clone();
            tokio::task::spawn_blocking(move || gzip(&body)).await.map_err(std::io::Error::other)?
        });
        bytes.await.ok().cloned()
    }

    /// The entries from `from` on, at most `limit`, as a list.
    pub fn part(&self, from: usize, limit: usize) -> Bytes {
        let to = from.saturating_add(limit).min(self.entries.len());
        let (Some(first), Some(last)) =
            (self.entries.get(from), to.checked_sub(1).and_then(|last| self.entries.get(last)))
        else {
            return Bytes::from_static(b"[]");
        };
        if first.0 >= last.1 {
            return Bytes::from_static(b"[]");
        }
        // What stands between two entries is a comma.
        let between = &self.body[first.0 as usize..last.1 as usize];
        let mut part = Vec::with_capacity(between.len() + 2);
        part.push(b'[');
        part.extend_from_slice(between);
        part.push(b']');
        part.into()
    }
}

fn gzip(body: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(body.len() / 6), flate2::Compression::new(4));
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}

/// An answer of JSON that is already written.
pub(crate) fn json(body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Marks an answer with its version, or says that the client has it already.
pub(crate) fn tagged(mut response: Response, tag: &str, known: Option<&HeaderValue>) -> Response {
    let tag = format!("W/\"{tag}\"");
    let is_known = known.and_then(|known| known.to_str().ok()).is_some_and(|known| has_tag(known, &tag));
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_ENCODING);
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    // Kept by this browser only, and asked for each time.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

fn has_tag(known: &str, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || known.split(',').any(|one| bare(one) == bare(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(json: &str) -> Written {
        let answer = RawValue::from_string(json.to_owned()).expect("JSON");
        Written::of(answer, "1".into()).expect("a list")
    }

    #[test]
    fn a_part_of_a_list_is_the_list_of_its_part() {
        let list = written(r#"[{"a":"],["},[1,2],"x\"",4,null]"#);
        assert_eq!(list.len(), 5, "what looks like an end within a text is none");
        let whole: Vec<Value> = serde_json::from_slice(&list.whole()).expect("JSON");
        for from in 0..7 {
            for limit in 0..7 {
                let part: Vec<Value> = serde_json::from_slice(&list.part(from, limit)).expect("JSON");
                let expected: Vec<_> = whole.iter().skip(from).take(limit).cloned().collect();
                assert_eq!(part, expected, "{limit} from {from}");
            }
        }
        assert_eq!(list.part(usize::MAX, usize::MAX), "[]");
        assert_eq!(written("[]").part(0, 10), "[]");
    }

    #[test]
    fn a_client_that_has_the_answer_is_not_sent_it_again() {
        let known = |known: &'static str| tagged(json("[]"), "7", Some(&HeaderValue::from_static(known))).status();
        assert_eq!(known("W/\"7\""), StatusCode::NOT_MODIFIED);
        assert_eq!(known("\"6\", \"7\""), StatusCode::NOT_MODIFIED, "one of those that it has");
        assert_eq!(known("W/\"8\""), StatusCode::OK);
    }
}
