//! Creating cards, one by one or a whole specification at once, and linking them.

use super::Toolbox;
use crate::EngineError;
use harness_domain::{
    duplicates::NameIndex,
    event::Event,
    feature::{Kind, NewFeature, Status},
    id::FeatureId,
    layer::Layer,
    run::Role,
    split::{Draft, auto_split},
};
use harness_store::import::ImportedFeature;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A card as an agent or a person describes it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Card {
    /// Decides the layer unless `arch_layer` is given.
    pub category: String,
    /// A short title.
    pub name: String,
    /// What is to be built.
    pub description: String,
    /// Acceptance steps, in order.
    pub steps: Vec<String>,
    /// Lower goes first within a layer; at the end when absent.
    pub priority: Option<i32>,
    /// From 0 to 8.
    pub arch_layer: Option<Layer>,
    /// Existing cards that must pass first.
    pub dependencies: Vec<FeatureId>,
    /// Cards of the same batch that must pass first, by their place from 0.
    pub depends_on_index: Vec<usize>,
    /// The bug, or the failing feature, that it mends.
    pub parent_bug_id: Option<FeatureId>,
    /// The specification it comes from.
    pub source_spec: Option<String>,
    /// Commands of its own that must succeed.
    pub checks: Vec<String>,
    /// The model to use for it.
    pub model: Option<String>,
}

/// What a batch became.
#[derive(Debug, Clone, Serialize)]
pub struct Created {
    /// How many cards were created.
    pub created: usize,
    /// Which.
    pub features: Vec<CreatedCard>,
    /// How many of them are in each layer.
    pub layers_summary: BTreeMap<String, u32>,
    /// How many entries had too many steps and were split.
    pub split: usize,
    /// Cards whose names are almost those of others: probably the same work twice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<String>,
    /// What to do now, when the batch ends the session's work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
}

/// One card of a batch.
#[derive(Debug, Clone, Serialize)]
pub struct CreatedCard {
    /// Its number.
    pub id: FeatureId,
    /// Its title.
    pub name: String,
}

/// An existing feature of an adopted code base.
#[derive(Debug, Clone, Deserialize)]
pub struct ImportedCard {
    /// What it is.
    #[serde(flatten)]
    pub card: Card,
    /// Whether it works already, as far as reading tells.
    pub passes: bool,
}

/// What an import became.
#[derive(Debug, Clone, Serialize)]
pub struct Imported {
    /// How many cards were created.
    pub imported: usize,
    /// How many of them count as passing, on the analyst's word alone.
    pub passing: usize,
    /// How many are still to be built.
    pub pending: usize,
    /// In words.
    pub message: String,
}

/// The dependencies of a card after a change.
#[derive(Debug, Clone, Serialize)]
pub struct DependencyChange {
    /// The card.
    pub feature_id: FeatureId,
    /// What must pass first now.
    pub dependencies: Vec<FeatureId>,
}

impl Card {
    fn into_draft(self, kind: Kind) -> Draft {
        let feature = NewFeature {
            kind: if self.parent_bug_id.is_some() { Kind::Fix } else { kind },
            category: self.category,
            name: self.name,
            description: self.description,
            steps: self.steps,
            priority: self.priority,
            layer: self.arch_layer,
            source_spec: self.source_spec.unwrap_or_else(|| "main".into()),
            parent: self.parent_bug_id,
            dependencies: self.dependencies,
            model: self.model,
            checks: self.checks,
        };
        Draft { feature, depends_on_index: self.depends_on_index }
    }
}

impl Toolbox {
    /// Creates one feature, or a fix when it names a bug.
    pub fn create(&self, card: Card) -> Result<Created, EngineError> {
        self.create_bulk(vec![card], false)
    }

    /// Creates a batch, all or none. With `auto_split`, entries of ten or more steps become several chained cards;
    /// no step is lost or reordered.
    pub fn create_bulk(&self, cards: Vec<Card>, should_split: bool) -> Result<Created, EngineError> {
        if cards.is_empty() {
            return Err(EngineError::Refused("the batch is empty: give at least one feature".into()));
        }
        if self.scope.role == Some(Role::Coding) && cards.iter().any(|card| card.parent_bug_id.is_none()) {
            return Err(EngineError::Refused(
                "a coding session creates only fixes: give parent_bug_id, the bug or failing feature it mends".into(),
            ));
        }
        let parents: Vec<FeatureId> = cards.iter().filter_map(|card| card.parent_bug_id).collect();
        let drafts: Vec<Draft> = cards.into_iter().map(|card| card.into_draft(Kind::Feature)).collect();
        let (drafts, split) = if should_split {
            let batch = auto_split(drafts)?;
            let count = batch.split_count();
            (batch.drafts, count)
        } else {
            (drafts, 0)
        };
        let similar = self.similar_names(&drafts)?;
        let features = self.project.store.feature_create(drafts, &self.cause("created"))?;
        self.project.publish(Event::FeaturesCreated { features: features.iter().map(|feature| feature.id).collect() });
        let mut layers_summary = BTreeMap::new();
        for feature in &features {
            *layers_summary.entry(feature.layer.name().to_owned()).or_default() += 1;
        }
        let instruction = self.after_fixes(&parents)?;
        self.project.publish_progress()?;
        let features: Vec<CreatedCard> =
            features.into_iter().map(|feature| CreatedCard { id: feature.id, name: feature.name }).collect();
        Ok(Created { created: features.len(), features, layers_summary, split, similar, instruction })
    }

    /// Records the features that an existing code base already has.
    ///
    /// Only an analysis, or a client outside any run, is believed that something passes: a session that plans from a
    /// specification could otherwise call everything done before anything was checked.
    pub fn import_existing(&self, cards: Vec<ImportedCard>) -> Result<Imported, EngineError> {
        if !matches!(self.scope.role, None | Some(Role::Analyst)) && cards.iter().any(|found| found.passes) {
            return Err(EngineError::Refused(
                "only an analysis may record features as passing: leave `passes` out, and the host verifies them"
                    .into(),
            ));
        }
        let first = self.project.store.features()?.iter().map(|feature| feature.id.0).max().unwrap_or(0) + 1;
        let mut imported = Vec::with_capacity(cards.len());
        for (id, ImportedCard { card, passes }) in (first..).zip(cards) {
            let layer = card.arch_layer.unwrap_or_else(|| Layer::of_category(&card.category));
            imported.push(ImportedFeature {
                id: FeatureId(id),
                kind: Kind::Feature,
                status: if passes { Status::Passing } else { Status::Pending },
                category: card.category,
                name: card.name,
                description: card.description,
                steps: if card.steps.is_empty() { vec!["Verify that it works.".into()] } else { card.steps },
                priority: card.priority.unwrap_or(i32::try_from(id).unwrap_or(i32::MAX)),
                layer,
                source_spec: card.source_spec.unwrap_or_else(|| "imported".into()),
                parent: None,
                dependencies: card.dependencies,
                question_json: None,
                note: passes.then(|| "found in the existing code; not verified by the host yet".into()),
            });
        }
        let passing = imported.iter().filter(|feature| feature.status == Status::Passing).count();
        let ids: Vec<FeatureId> = imported.iter().map(|feature| feature.id).collect();
        let done = self.project.store.import(imported, &self.cause("found in the existing code"))?;
        self.project.publish(Event::FeaturesCreated { features: ids });
        self.project.publish_progress()?;
        let mut message =
            "Imported features count as passing on the reader's word; a regression run verifies them.".to_owned();
        for warning in &done.warnings {
            message.push(' ');
            message.push_str(warning);
        }
        Ok(Imported { imported: done.features, passing, pending: done.features - passing, message })
    }

    /// Adds one dependency. Refused when it would close a circle, which is named.
    pub fn add_dependency(&self, id: FeatureId, needs: FeatureId) -> Result<DependencyChange, EngineError> {
        self.project.store.dependency_add(id, needs, &self.cause("dependency added"))?;
        self.dependency_change(id)
    }

    /// Removes one dependency.
    pub fn remove_dependency(&self, id: FeatureId, needs: FeatureId) -> Result<DependencyChange, EngineError> {
        self.project.store.dependency_remove(id, needs, &self.cause("dependency removed"))?;
        self.dependency_change(id)
    }

    /// Replaces all dependencies of a card.
    pub fn set_dependencies(&self, id: FeatureId, needs: &[FeatureId]) -> Result<DependencyChange, EngineError> {
        self.project.store.dependency_set(id, needs, &self.cause("dependencies set"))?;
        self.dependency_change(id)
    }

    fn dependency_change(&self, id: FeatureId) -> Result<DependencyChange, EngineError> {
        self.project.publish(Event::FeaturesEdited { features: vec![id] });
        Ok(DependencyChange { feature_id: id, dependencies: self.project.store.feature(id)?.dependencies })
    }

    /// A bug with fixes is no longer this session's work.
    fn after_fixes(&self, parents: &[FeatureId]) -> Result<Option<String>, EngineError> {
        for parent in parents {
            let parent = self.project.store.feature(*parent)?;
            let reason = "its fixes were created";
            self.project.publish_status(&parent, reason);
        }
        if self.scope.run.is_some() && !parents.is_empty() && self.claimed()?.is_none() {
            self.finish();
            return Ok(Some("The bug is analysed. End this session now; the next one makes the fix.".into()));
        }
        Ok(None)
    }

    fn similar_names(&self, drafts: &[Draft]) -> Result<Vec<String>, EngineError> {
        let mut index = NameIndex::default();
        for card in self.project.store.feature_summaries()? {
            index.insert(Some(card.id), &card.name);
        }
        let mut warnings = Vec::new();
        for draft in drafts {
            let name = &draft.feature.name;
            if let Some(like) = index.similar(name).into_iter().next() {
                let which = like.key.map_or_else(|| "of this batch".into(), |id| format!("#{id}"));
                warnings.push(format!("{name:?} is almost the same as {:?} ({which})", like.name));
            }
            index.insert(None, name);
        }
        Ok(warnings)
    }
}
