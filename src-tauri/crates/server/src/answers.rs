//! Answers as bytes: a board is written once, brought up to date where it changed, and shared by everybody who asks, whole
//! or in part.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use harness_api::{Answer, Api, ApiError, Caller, ErrorCode, Procedure};
use harness_domain::id::{FeatureId, ProjectId};
use serde_json::{json, value::RawValue};
use std::{
    collections::{HashMap, HashSet},
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Mutex as AsyncMutex, OnceCell};

/// Boards kept in memory at most; one of ten thousand cards has a few megabytes.
const KEPT: usize = 16;
/// Below this, compressing saves nothing that anybody would notice.
pub(crate) const WORTH_COMPRESSING: usize = 1024;

/// A list as it is sent.
pub(crate) struct Written {
    /// Changes when the answer may have changed.
    pub tag: String,
    entries: Vec<Bytes>,
    whole: OnceCell<Bytes>,
    gzip: OnceCell<Bytes>,
}

/// A project's board as it is sent, and what is needed to bring it up to date.
struct Board {
    number: i64,
    cards: HashMap<FeatureId, Bytes>,
    written: Arc<Written>,
}

/// Where one board is kept.
#[derive(Default)]
struct Place {
    /// What is answered with; changed only by whoever has `work`.
    newest: Mutex<Option<(i64, Arc<Written>)>>,
    /// One brings it up to date while the others wait, instead of all of them doing the same.
    work: AsyncMutex<Option<Board>>,
}

/// The boards that are kept.
#[derive(Default)]
pub(crate) struct Answers {
    kept: Mutex<HashMap<ProjectId, Arc<Place>>>,
}

impl Answers {
    /// What `feature_list` answers, of which only the cards that changed are read again.
    ///
    /// Whether the caller may is checked every time. Fails as [`Api::run`] does.
    pub async fn board(&self, api: &Api, caller: &Caller, project: ProjectId) -> Result<Arc<Written>, ApiError> {
        api.permit(Procedure::feature_list, caller, &json!({ "project": project }))?;
        let asking = api.clone();
        let number = in_background(move || asking.board_number(project)).await?;
        let place = self.place(project);
        if let Some(written) = place.of_number(number) {
            return Ok(written);
        }
        let mut kept = place.work.lock().await;
        if let Some(written) = place.of_number(number) {
            return Ok(written);
        }
        let (asking, board) = (api.clone(), kept.take());
        let board = in_background(move || Board::new(&asking, project, board)).await?;
        let written = board.written.clone();
        *place.newest() = Some((board.number, written.clone()));
        *kept = Some(board);
        Ok(written)
    }

    fn place(&self, project: ProjectId) -> Arc<Place> {
        // Whole after every statement, so a panic elsewhere cannot have left it half-changed.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.contains_key(&project) && kept.len() >= KEPT {
            // Whoever still reads one of them holds it.
            kept.clear();
        }
        kept.entry(project).or_default().clone()
    }
}

impl Place {
    fn of_number(&self, number: i64) -> Option<Arc<Written>> {
        self.newest().as_ref().filter(|kept| kept.0 == number).map(|kept| kept.1.clone())
    }

    fn newest(&self) -> MutexGuard<'_, Option<(i64, Arc<Written>)>> {
        // Replaced in one statement.
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    /// The board of now, from an earlier one if there is one.
    fn new(api: &Api, project: ProjectId, earlier: Option<Self>) -> Result<Self, ApiError> {
        let change = api.board_since(project, earlier.as_ref().map(|board| board.number))?;
        let tag = format!("{}-{}", api.app().bus.epoch().get(..8).unwrap_or_default(), change.number);
        let mut cards: HashMap<FeatureId, Bytes> = match earlier {
            // Each in a piece of its own: one card that stays as it is would keep those that came with it.
            Some(mut board) if !change.is_whole => {
                board.cards.extend(change.cards.into_iter().map(|(id, text)| (id, Bytes::from(text))));
                board.cards
            }
            // In one piece, not in ten thousand.
            _ => {
                let texts: Vec<&str> = change.cards.iter().map(|(_, text)| text.as_str()).collect();
                change.cards.iter().map(|(id, _)| *id).zip(pieces(&texts)).collect()
            }
        };
        let entries: Vec<Bytes> = change.order.iter().filter_map(|id| cards.get(id).cloned()).collect();
        if entries.len() < cards.len() {
            let there: HashSet<FeatureId> = change.order.into_iter().collect();
            cards.retain(|id, _| there.contains(id));
        }
        let written = Written { tag, entries, whole: OnceCell::new(), gzip: OnceCell::new() };
        Ok(Self { number: change.number, cards, written: Arc::new(written) })
    }
}

/// The texts as bytes that share one allocation.
fn pieces(texts: &[&str]) -> Vec<Bytes> {
    let all = Bytes::from(texts.concat());
    let mut from = 0;
    let piece = |text: &&str| {
        let piece = all.slice(from..from + text.len());
        from += text.len();
        piece
    };
    texts.iter().map(piece).collect()
}

/// Runs what blocks where it holds up nobody.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ApiError::new(ErrorCode::Internal, "the list could not be written")))
}

impl Written {
    /// Finds the entries of a list. Fails with `Internal` when it is none.
    pub fn of(answer: Answer, tag: String) -> Result<Self, ApiError> {
        let text: Box<str> = answer.into();
        let wrong = || ApiError::new(ErrorCode::Internal, "the answer is not the list that it should be");
        let places = {
            let parts: Vec<&RawValue> = serde_json::from_str(&text).map_err(|_| wrong())?;
            let start = text.as_ptr().addr();
            let place = |part: &&RawValue| {
                let from = part.get().as_ptr().addr() - start;
                from..from + part.get().len()
            };
            parts.iter().map(place).collect::<Vec<_>>()
        };
        let body = Bytes::from(String::from(text));
        let entries = places.into_iter().map(|place| body.slice(place)).collect();
        Ok(Self { tag, entries, whole: OnceCell::new_with(Some(body)), gzip: OnceCell::new() })
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// All of it, put together once. Fails with `Internal` when that cannot be done.
    pub async fn whole(self: &Arc<Self>) -> Result<Bytes, ApiError> {
        let put_together = || {
            let list = self.clone();
            in_background(move || Ok(list.part(0, usize::MAX)))
        };
        self.whole.get_or_try_init(put_together).await.cloned()
    }

    /// All of it compressed, which is done once; none when that is not worth it. Fails as [`Written::whole`] does.
    pub async fn compressed(self: &Arc<Self>) -> Result<Option<Bytes>, ApiError> {
        let body = self.whole().await?;
        if body.len() < WORTH_COMPRESSING {
            return Ok(None);
        }
        let failed = |_| ApiError::new(ErrorCode::Internal, "the list could not be compressed");
        let bytes = self.gzip.get_or_try_init(|| in_background(move || gzip(&body).map_err(failed)));
        bytes.await.cloned().map(Some)
    }

    /// The entries from `from` on, at most `limit`, as a list.
    pub fn part(&self, from: usize, limit: usize) -> Bytes {
        let entries = self.entries.get(from..).unwrap_or_default();
        let entries = entries.get(..limit).unwrap_or(entries);
        let length: usize = entries.iter().map(|entry| entry.len() + 1).sum();
        let mut part = Vec::with_capacity(length + 2);
        part.push(b'[');
        for (place, entry) in entries.iter().enumerate() {
            if place > 0 {
                part.push(b',');
            }
            part.extend_from_slice(entry);
        }
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
    if is_known(tag, known) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
        response.headers_mut().remove(header::CONTENT_ENCODING);
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    let tag = format!("W/\"{tag}\"");
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    // Kept by this browser only, and asked for each time.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Whether a client says that it has the answer of this version.
pub(crate) fn is_known(tag: &str, known: Option<&HeaderValue>) -> bool {
    let is_it = |one: &str| one.trim().trim_start_matches("W/").trim_matches('"') == tag;
    let known = known.and_then(|known| known.to_str().ok()).unwrap_or_default();
    known.trim() == "*" || known.split(',').any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn written(json: &str) -> Written {
        let answer = RawValue::from_string(json.to_owned()).expect("JSON");
        Written::of(answer, "1".into()).expect("a list")
    }

    #[test]
    fn a_part_of_a_list_is_the_list_of_its_part() {
        let list = written(r#"[{"a":"],["},[1,2],"x\"",4,null]"#);
        assert_eq!(list.len(), 5, "what looks like an end within a text is none");
        let whole: Vec<Value> = serde_json::from_slice(&list.part(0, usize::MAX)).expect("JSON");
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
