//! Failures as HTTP has them. The one place where a code becomes a status.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use harness_api::{ApiError, ErrorCode};

/// What HTTP calls a failure of that sort.
pub fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::BadInput => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Conflict | ErrorCode::NotPossibleNow => StatusCode::CONFLICT,
        ErrorCode::Refused => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::Busy | ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// A failure with the status that its code says. Input that could be read and makes no sense is not a bad request but one
/// that cannot be processed.
pub fn failure(error: ApiError) -> Response {
    let status = match error.code {
        ErrorCode::BadInput if error.is_understood => StatusCode::UNPROCESSABLE_ENTITY,
        code => status_of(code),
    };
    failure_with(status, error)
}

/// A failure with a status of its own, for what HTTP itself refuses.
pub(crate) fn failure_with(status: StatusCode, error: ApiError) -> Response {
    let is_busy = error.code == ErrorCode::Busy;
    let mut response = (status, Json(error)).into_response();
    if is_busy {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
