//! Pictures on cards.

use crate::{
    Api, ApiError,
    procedures::Nothing,
    shape::{Ms, board::*},
};
use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use harness_engine::images;
use harness_store::Image;

pub fn image_add(api: &Api, add: AddImage) -> Result<ImageBrief, ApiError> {
    let project = api.project(add.project)?;
    // Four characters are three bytes; what is longer is not even read.
    if add.data.len() / 4 * 3 > images::MOST_BYTES + 3 {
        let mib = images::MOST_BYTES / 1024 / 1024;
        return Err(ApiError::bad_input(format!("data: the picture is larger than {mib} MiB; make it smaller first")));
    }
    let bytes = BASE64.decode(&add.data).map_err(|error| ApiError::bad_input(format!("data: not Base64: {error}")))?;
    Ok(brief(images::add(&project, add.feature, &add.name, &bytes)?))
}

pub fn image_get(api: &Api, of: OfImage) -> Result<ImageView, ApiError> {
    let (image, bytes) = images::read(&api.project(of.project)?, of.image)?;
    Ok(ImageView { data: BASE64.encode(bytes), image: brief(image) })
}

pub fn image_remove(api: &Api, of: OfImage) -> Result<Nothing, ApiError> {
    images::remove(&api.project(of.project)?, of.image)?;
    Ok(Nothing {})
}

pub(super) fn brief(image: Image) -> ImageBrief {
    ImageBrief {
        id: image.id,
        name: image.name,
        media_type: image.media_type,
        bytes: u32::try_from(image.bytes).unwrap_or(u32::MAX),
        at_ms: Ms(image.at_ms),
    }
}
