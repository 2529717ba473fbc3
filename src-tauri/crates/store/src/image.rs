//! Pictures on cards: what is known of them. The bytes are the host's.

use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, count, execute, first, new_id, signed},
};
use harness_domain::id::FeatureId;
use rusqlite::{Connection, Row};
use serde::Serialize;

/// A picture on a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Its number.
    pub id: u32,
    /// The card.
    pub feature: FeatureId,
    /// What the person calls it; never a path.
    pub name: String,
    /// Such as `image/png`.
    pub media_type: String,
    /// Of its bytes, as lower-case hexadecimal digits.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What may be stored, counted in the transaction that stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageBounds {
    /// Pictures on one card.
    pub on_a_card: u32,
    /// Bytes of all pictures of the project.
    pub bytes: u64,
}

impl ProjectStore {
    /// Puts a picture on a card; its number is given out here. The same picture is on a card only once. Where there is no
    /// room, pictures of cards that are gone make it, oldest first; also returns the digests that no picture has any more.
    ///
    /// Fails with `NoSuchFeature`, and with `TooManyImages` beyond the bounds.
    pub fn image_add(&self, image: Image, bounds: ImageBounds) -> Result<(Image, Vec<String>)> {
        const SQL: &str = "INSERT INTO feature_image (feature_id, name, media_type, sha256, bytes, at_ms) \
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.db.write(move |tx| {
            let feature = image.feature;
            if first(tx, "SELECT 1 FROM feature WHERE id = ?1", [feature.0], |_| Ok(()))?.is_none() {
                return Err(StoreError::NoSuchFeature(feature).into());
            }
            let same = "SELECT * FROM feature_image WHERE feature_id = ?1 AND sha256 = ?2";
            if let Some(known) = first(tx, same, (feature.0, &image.sha256), from_row)? {
                return Ok((known, Vec::new()));
            }
            let sql = "SELECT count(*) AS cards, ifnull((SELECT sum(bytes) FROM feature_image), 0) AS bytes \
                       FROM feature_image WHERE feature_id = ?1";
            let (on_card, mut bytes) =
                first(tx, sql, [feature.0], |row| Ok((count(row, "cards")?, count(row, "bytes")?)))?
                    .unwrap_or_default();
            let mut gone = Vec::new();
            if bytes.saturating_add(image.bytes) > bounds.bytes {
                let sql = "SELECT * FROM feature_image WHERE feature_id NOT IN (SELECT id FROM feature) ORDER BY id";
                for old in all(tx, sql, (), from_row)? {
                    if bytes.saturating_add(image.bytes) <= bounds.bytes {
                        break;
                    }
                    execute(tx, "DELETE FROM feature_image WHERE id = ?1", [old.id])?;
                    bytes = bytes.saturating_sub(old.bytes);
                    if old.sha256 != image.sha256 && !is_named(tx, &old.sha256)? {
                        gone.push(old.sha256);
                    }
                }
            }
            if on_card >= u64::from(bounds.on_a_card) || bytes.saturating_add(image.bytes) > bounds.bytes {
                return Err(
                    StoreError::TooManyImages { feature, on_a_card: bounds.on_a_card, bytes: bounds.bytes }.into()
                );
            }
            let Image { name, media_type, sha256, bytes, at_ms, .. } = &image;
            execute(tx, SQL, (feature.0, name, media_type, sha256, signed(*bytes), at_ms))?;
            Ok((Image { id: new_id(tx), ..image.clone() }, gone))
        })
    }

    /// The pictures on a card, oldest first.
    pub fn images_of(&self, feature: FeatureId) -> Result<Vec<Image>> {
        let sql = "SELECT * FROM feature_image WHERE feature_id = ?1 ORDER BY id";
        self.db.read(|connection| all(connection, sql, [feature.0], from_row))
    }

    /// One picture. Fails with `NoSuchImage`.
    pub fn image(&self, id: u32) -> Result<Image> {
        self.db.read(|connection| {
            let found = first(connection, "SELECT * FROM feature_image WHERE id = ?1", [id], from_row)?;
            found.ok_or_else(|| StoreError::NoSuchImage(id).into())
        })
    }

    /// Takes a picture off its card. Says whether no other card has the same one. Fails with `NoSuchImage`.
    pub fn image_remove(&self, id: u32) -> Result<(Image, bool)> {
        self.db.write(move |tx| {
            let found = first(tx, "SELECT * FROM feature_image WHERE id = ?1", [id], from_row)?;
            let image = found.ok_or(StoreError::NoSuchImage(id))?;
            execute(tx, "DELETE FROM feature_image WHERE id = ?1", [id])?;
            let is_last = !is_named(tx, &image.sha256)?;
            Ok((image, is_last))
        })
    }
}

/// Whether any picture has these bytes.
fn is_named(tx: &Connection, sha256: &str) -> Step<bool> {
    Ok(first(tx, "SELECT 1 FROM feature_image WHERE sha256 = ?1", [sha256], |_| Ok(()))?.is_some())
}

fn from_row(row: &Row<'_>) -> Step<Image> {
    Ok(Image {
        id: row.get("id")?,
        feature: FeatureId(row.get("feature_id")?),
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        sha256: row.get("sha256")?,
        bytes: count(row, "bytes")?,
        at_ms: row.get("at_ms")?,
    })
}
