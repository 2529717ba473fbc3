//! The body of a request, taken as far as it is allowed to go.

use crate::reply::failure_with;
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use harness_api::{ApiError, ErrorCode};
use http_body_util::LengthLimitError;
use std::{error::Error, time::Duration};

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// The whole body, of at most `most` bytes.
///
/// Fails as HTTP has it: with 413 when it is longer, 408 when it does not come in time, 400 when it breaks off.
pub(crate) async fn whole(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Response> {
    let refuse = |status, words: String| failure_with(status, ApiError::new(ErrorCode::BadInput, words));
    let too_large =
        || refuse(StatusCode::PAYLOAD_TOO_LARGE, format!("the request is too large: {most} bytes are taken here"));
    let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|bytes| bytes > most) {
        return Err(too_large());
    }
    match tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if error.source().is_some_and(|cause| cause.is::<LengthLimitError>()) => Err(too_large()),
        Ok(Err(_)) => Err(refuse(StatusCode::BAD_REQUEST, "the body broke off".into())),
        Err(_) => Err(refuse(StatusCode::REQUEST_TIMEOUT, "the body did not come in time".into())),
    }
}
