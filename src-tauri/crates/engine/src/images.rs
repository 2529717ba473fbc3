//! Pictures that a person puts on cards: kept in the data directory, out of every agent's reach, and given to the
//! session of their card with its prompt.

use crate::{EngineError, OpenProject, redact, specs::hex};
use harness_domain::{event::Event, id::FeatureId, legible::without_hidden};
use harness_store::{Image, ImageBounds};
use sha2::{Digest, Sha256};
use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// The most that one picture may have, in bytes: the API takes no larger one.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;
/// How many pictures a card may have. Each costs tokens in every session of its card.
pub const MOST_ON_A_CARD: u32 = 8;
/// The most that all pictures of a project may have, in bytes.
const MOST_OF_A_PROJECT: u64 = 256 * 1024 * 1024;
/// The most that one prompt is given, in bytes: a request to the API has a limit for all of it.
const MOST_IN_A_PROMPT: usize = 15 * 1024 * 1024;
/// The most pixels that a picture may have on a side: the API takes no larger one, and a small file can claim to be so large
/// that whoever shows it runs out of memory.
const MOST_PIXELS: usize = 8_000;
/// The longest name.
const MOST_NAME: usize = 120;

/// Held by who adds or removes a picture: a file may only go when no row is about to name it.
static ALONE: Mutex<()> = Mutex::new(());

/// The kinds of pictures that an agent can look at, by their first bytes.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Puts a picture on a card. `name` is for people; where the file lies follows from its bytes alone.
///
/// Where there is no more room, pictures of cards that were removed go first, the oldest of them before the others.
///
/// Fails with `Refused` for what is no PNG, JPEG, GIF or WebP by its content, or larger than [`MOST_BYTES`] or
/// [`MOST_PIXELS`], with `NoSuchFeature`, and with `TooManyImages`. Then nothing is kept.
pub fn add(project: &OpenProject, feature: FeatureId, name: &str, bytes: &[u8]) -> Result<Image, EngineError> {
    if bytes.len() > MOST_BYTES {
        let mib = MOST_BYTES / 1024 / 1024;
        return Err(EngineError::Refused(format!("the picture is larger than {mib} MiB: make it smaller first")));
    }
    let media_type = media_type(bytes).ok_or_else(|| {
        EngineError::Refused("this is no picture that an agent can look at: use PNG, JPEG, GIF or WebP".into())
    })?;
    refuse_size(bytes)?;
    let image = Image {
        id: 0,
        feature,
        name: plain_name(name),
        media_type: media_type.into(),
        sha256: hex(&Sha256::digest(bytes)),
        bytes: bytes.len() as u64,
        at_ms: project.app.clock.now_ms(),
    };
    let bounds = ImageBounds { on_a_card: MOST_ON_A_CARD, bytes: MOST_OF_A_PROJECT };
    let path = path_of(project, &image.sha256);
    let failed = |source| EngineError::File { path: path.clone(), action: "written", source };
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let was_there = path.is_file();
    // First the file: a row without one would be a picture that nobody can see.
    if !was_there {
        let dir = path.parent().unwrap_or(project.app.home.root());
        fs::create_dir_all(dir).map_err(failed)?;
        let mut file = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
        file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
    }
    let sha256 = image.sha256.clone();
    match project.store.image_add(image, bounds) {
        Ok((added, gone)) => {
            gone.iter().for_each(|sha256| forget(project, sha256));
            drop(alone);
            project.publish(Event::FeaturesEdited { features: vec![feature] });
            Ok(added)
        }
        Err(refusal) => {
            // Refused pictures must not fill the disk.
            if !was_there {
                forget(project, &sha256);
            }
            Err(refusal.into())
        }
    }
}

/// Refuses what does not say how large it is, or is larger than anybody can look at.
fn refuse_size(bytes: &[u8]) -> Result<(), EngineError> {
    let damaged = || EngineError::Refused("the picture is damaged: save it once more, then add it".into());
    let size = imagesize::blob_size(bytes).map_err(|_| damaged())?;
    match (size.width.min(size.height), size.width.max(size.height)) {
        (0, _) => Err(damaged()),
        (_, longest) if longest > MOST_PIXELS => Err(EngineError::Refused(format!(
            "the picture has {} by {} pixels: make it at most {MOST_PIXELS} on a side",
            size.width, size.height
        ))),
        _ => Ok(()),
    }
}

/// Takes the file of a picture away that no row names any more.
fn forget(project: &OpenProject, sha256: &str) {
    let path = path_of(project, sha256);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "a picture's file was not removed");
        }
        _ => {}
    }
}

/// A picture with its bytes.
///
/// Fails with `NoSuchImage`, and with [`EngineError::File`] when its file is gone or not what was stored.
pub fn read(project: &OpenProject, id: u32) -> Result<(Image, Vec<u8>), EngineError> {
    let image = project.store.image(id)?;
    let bytes = bytes_of(project, &image)?;
    Ok((image, bytes))
}

/// Takes a picture off its card, and its file away when no other card has the same. Fails with `NoSuchImage`.
pub fn remove(project: &OpenProject, id: u32) -> Result<(), EngineError> {
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (image, is_last) = project.store.image_remove(id)?;
    if is_last {
        forget(project, &image.sha256);
    }
    drop(alone);
    project.publish(Event::FeaturesEdited { features: vec![image.feature] });
    Ok(())
}

/// The pictures that a session of a card is given with its prompt, oldest first, with their kinds. One that cannot be read
/// is left out, and a person is told.
pub(crate) fn for_prompt(project: &OpenProject, feature: FeatureId) -> Result<Vec<(String, Vec<u8>)>, EngineError> {
    let mut given = Vec::new();
    let mut left = MOST_IN_A_PROMPT;
    for image in project.store.images_of(feature)? {
        match bytes_of(project, &image) {
            Ok(bytes) if bytes.len() <= left => {
                left -= bytes.len();
                given.push((image.media_type, bytes));
            }
            Ok(_) => project.notice("images", format!("{} of #{feature} was too much for one prompt.", image.name)),
            Err(error) => project.notice("images", format!("{} of #{feature} cannot be shown: {error}.", image.name)),
        }
    }
    Ok(given)
}

fn bytes_of(project: &OpenProject, image: &Image) -> Result<Vec<u8>, EngineError> {
    let path = path_of(project, &image.sha256);
    let failed = |source| EngineError::File { path: path.clone(), action: "read", source };
    let mut bytes = Vec::new();
    let file = fs::File::open(&path).map_err(failed)?;
    file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if hex(&Sha256::digest(&bytes)) != image.sha256 {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidData, "it is not what was stored")));
    }
    Ok(bytes)
}

/// Where the bytes of that digest lie. Nothing that a person or a client says is part of it.
fn path_of(project: &OpenProject, sha256: &str) -> PathBuf {
    project.app.home.project(project.project.id).join("images").join(sha256)
}

/// The name as it may be shown: on one line, without directories, and not too long.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = without_hidden(last).chars().filter(|c| !c.is_control()).take(MOST_NAME).collect();
    let plain = redact::owned(plain.trim().to_owned());
    if plain.is_empty() { "picture".into() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::Stage;
    use harness_store::StoreError;

    fn png_of(width: u32, height: u32, more: u8) -> Vec<u8> {
        let mut bytes = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];
        bytes.extend(b"IHDR");
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([more; 64]);
        bytes
    }

    fn png(more: u8) -> Vec<u8> {
        png_of(40, 30, more)
    }

    fn files(stage: &Stage) -> usize {
        let dir = stage.project.app.home.project(stage.project.project.id).join("images");
        fs::read_dir(dir).map_or(0, Iterator::count)
    }

    #[test]
    fn a_picture_is_known_by_its_bytes_and_lies_where_nobody_can_say() {
        let stage = Stage::new();
        let card = stage.feature("Card");
        let name = "../../../../etc/cron.d/evil\n\u{202e}.png";
        let image = add(&stage.project, card, name, &png(1)).expect("a picture");
        assert_eq!(
            (image.name.as_str(), image.media_type.as_str()),
            ("evil.png", "image/png"),
            "the name is only shown"
        );
        let (_, bytes) = read(&stage.project, image.id).expect("it is there");
        assert_eq!(bytes, png(1));
        let path = path_of(&stage.project, &image.sha256);
        assert!(path.starts_with(stage.project.app.home.root()), "out of the project: {}", path.display());
        assert_eq!(for_prompt(&stage.project, card).expect("pictures").len(), 1, "its session is given it");
        let again = add(&stage.project, card, "again.png", &png(1)).expect("the same");
        assert_eq!(again.id, image.id, "the same picture is on a card once");
        remove(&stage.project, image.id).expect("it goes");
        assert!(!path.exists(), "its file too");
        let gone = read(&stage.project, image.id).expect_err("it is gone");
        assert!(matches!(gone, EngineError::Store(StoreError::NoSuchImage(_))), "{gone}");
    }

    #[test]
    fn what_is_no_picture_or_too_large_or_too_many_is_refused() {
        let stage = Stage::new();
        let card = stage.feature("Card");
        for bytes in [&b"<svg onload=alert(1)>"[..], b"", b"GIF8", b"#!/bin/sh\n", b"RIFF1234WAVE"] {
            let refusal = add(&stage.project, card, "a.png", bytes).expect_err("no picture, whatever it is called");
            assert!(refusal.to_string().contains("PNG"), "{refusal}");
        }
        let large = [png(1), vec![0; MOST_BYTES]].concat();
        assert!(add(&stage.project, card, "a.png", &large).is_err_and(|error| error.to_string().contains("smaller")));
        for (width, height) in [(8_001, 10), (10, u32::MAX), (0, 10)] {
            let refusal =
                add(&stage.project, card, "a.png", &png_of(width, height, 1)).expect_err("nobody can show it");
            assert!(refusal.to_string().contains("picture"), "{refusal}");
        }
        let cut = add(&stage.project, card, "a.png", &png(1)[..12]).expect_err("it does not say how large it is");
        assert!(cut.to_string().contains("damaged"), "{cut}");
        for number in 0..MOST_ON_A_CARD {
            add(&stage.project, card, "a.png", &png(number as u8)).expect("within the bounds");
        }
        let refusal = add(&stage.project, card, "a.png", &png(200)).expect_err("one too many");
        assert!(matches!(refusal, EngineError::Store(StoreError::TooManyImages { .. })), "{refusal}");
        let nobody = add(&stage.project, FeatureId(99), "a.png", &png(1)).expect_err("no such card");
        assert!(matches!(nobody, EngineError::Store(StoreError::NoSuchFeature(_))), "{nobody}");
        assert_eq!(files(&stage), MOST_ON_A_CARD as usize, "what was refused is not kept on the disk");
    }

    #[test]
    fn pictures_go_and_come_back_with_their_card_and_make_room_for_others_when_there_is_none() {
        let stage = Stage::new();
        let (card, other) = (stage.feature("Card"), stage.feature("Other"));
        let image = add(&stage.project, card, "a.png", &png(1)).expect("a picture");
        let cause = stage.project.cause(harness_domain::feature::Actor::Person, None, "a test");
        let removed = stage.project.store.features_remove(&[card], &cause).expect("it goes");
        stage.project.store.features_unremove(removed.removal, &cause).expect("it comes back");
        assert_eq!(read(&stage.project, image.id).expect("with its picture").1, png(1));
        stage.project.store.features_remove(&[card], &cause).expect("it goes for good");
        let room = ImageBounds { on_a_card: 8, bytes: png(1).len() as u64 };
        let next = Image { feature: other, sha256: "0".repeat(64), ..image.clone() };
        let (_, gone) = stage.project.store.image_add(next.clone(), room).expect("there is room for it");
        assert_eq!(gone, [image.sha256], "the picture of the card that is gone made it");
        let full = stage.project.store.image_add(Image { sha256: "1".repeat(64), ..next }, room);
        assert!(
            matches!(full, Err(StoreError::TooManyImages { .. })),
            "that of a card that is there does not: {full:?}"
        );
    }

    #[test]
    fn a_file_that_was_changed_is_shown_to_nobody() {
        let stage = Stage::new();
        let card = stage.feature("Card");
        let image = add(&stage.project, card, "a.png", &png(1)).expect("a picture");
        fs::write(path_of(&stage.project, &image.sha256), png(2)).expect("it can be written over");
        assert!(read(&stage.project, image.id).is_err(), "a person sees what they put there, or nothing");
        assert!(for_prompt(&stage.project, card).expect("the others").is_empty(), "and so does an agent");
    }
}
