//! A project's board for a host that keeps it as it is sent, and reads only what changed.

use crate::{Api, ApiError, ErrorCode, shape::board::FeatureCard};
use harness_domain::id::{FeatureId, ProjectId};

/// What became of a board since it was read: the cards as `feature_list` writes each of them.
#[derive(Debug)]
pub struct BoardChange {
    /// What the board's number is now.
    pub number: i64,
    /// Whether `cards` are all there are, and not only those that changed.
    pub is_whole: bool,
    /// Cards that changed and are there, as JSON.
    pub cards: Vec<(FeatureId, String)>,
    /// Every card, in the order of `feature_list`.
    pub order: Vec<FeatureId>,
}

impl Api {
    /// A number that grows with every change of what `feature_list` answers, whichever process made it. Blocks, and asks
    /// nobody who they are: that is for [`Api::permit`]. Fails with `NotFound` when there is no such project.
    pub fn board_number(&self, project: ProjectId) -> Result<i64, ApiError> {
        Ok(self.project(project)?.store.board_number()?)
    }

    /// What changed since the board had the number `since`; all of it when that is none or too long ago. Blocks, and asks
    /// nobody who they are, as [`Api::board_number`]. Fails with `NotFound` when there is no such project.
    pub fn board_since(&self, project: ProjectId, since: Option<i64>) -> Result<BoardChange, ApiError> {
        let change = self.project(project)?.store.board_since(since)?;
        let failed = |_| ApiError::new(ErrorCode::Internal, "a card could not be written");
        let written = |card| {
            let card = FeatureCard::from(card);
            serde_json::to_string(&card).map(|json| (card.id, json)).map_err(failed)
        };
        let cards = change.cards.into_iter().map(written).collect::<Result<_, ApiError>>()?;
        Ok(BoardChange { number: change.number, is_whole: change.is_whole, cards, order: change.order })
    }
}
