//! The board: cards in the order of the queue, and what a person does to them.

use crate::{
    Api, ApiError,
    shape::{Ms, Usd, board::*, project::OfProject},
};
use harness_domain::{
    event::Event,
    feature::{Actor, Feature, Kind, Status},
    id::FeatureId,
    split::Draft,
};
use harness_engine::{OpenProject, redact};
use harness_store::{BoardCard, Cause, FeatureEdit, Place};

pub fn feature_list(api: &Api, of: OfProject) -> Result<Vec<FeatureCard>, ApiError> {
    Ok(api.project(of.project)?.store.board(None)?.into_iter().map(FeatureCard::from).collect())
}

pub fn feature_cards(api: &Api, wanted: CardsWanted) -> Result<Vec<FeatureCard>, ApiError> {
    cards(&api.project(wanted.project)?, &wanted.ids)
}

fn cards(project: &OpenProject, ids: &[FeatureId]) -> Result<Vec<FeatureCard>, ApiError> {
    Ok(project.store.board(Some(ids))?.into_iter().map(FeatureCard::from).collect())
}

impl From<BoardCard> for FeatureCard {
    fn from(card: BoardCard) -> Self {
        Self {
            id: card.id,
            kind: card.kind,
            status: card.status,
            progress: card.status.progress(),
            name: card.name,
            category: card.category,
            layer: card.layer,
            priority: card.priority,
            is_pinned: card.is_pinned,
            source_spec: card.source_spec,
            parent: card.parent,
            dependencies: card.dependencies,
            blocked_by: card.blocked_by,
            attempts: card.attempts,
            note: card.note,
            evidence: card.proof.map(|proof| EvidenceBrief {
                is_passing: proof.is_passing,
                warnings: proof.warnings,
                at_ms: Ms(proof.at_ms),
            }),
            cost_usd: Usd(card.cost_usd),
            session: card.session,
            open_request: card.open_request,
            updated_at_ms: Ms(card.updated_at_ms),
        }
    }
}

fn by_person(project: &OpenProject, reason: &str) -> Cause {
    project.cause(Actor::Person, None, reason)
}

/// Tells the world that a card's status changed, and how much is done now.
fn tell_status(project: &OpenProject, feature: &Feature, reason: &str) -> Result<(), ApiError> {
    project.publish_status(feature, reason);
    Ok(project.publish_progress()?)
}

fn tell_edited(project: &OpenProject, features: Vec<FeatureId>) {
    project.publish(Event::FeaturesEdited { features });
}

fn refuse_secrets<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<(), ApiError> {
    words.into_iter().try_for_each(|words| Ok(redact::refuse_secret("the card", words)?))
}

pub fn feature_create(api: &Api, new: CreateFeature) -> Result<Feature, ApiError> {
    let many = CreateFeatures { project: new.project, features: vec![new.feature], needs_of: Vec::new() };
    let created = feature_create_many(api, many)?;
    created.into_iter().next().ok_or_else(|| ApiError::bad_input("the card was not stored"))
}

pub fn feature_create_many(api: &Api, new: CreateFeatures) -> Result<Vec<Feature>, ApiError> {
    let project = api.project(new.project)?;
    if new.features.is_empty() {
        return Err(ApiError::bad_input("give at least one card"));
    }
    for feature in &new.features {
        refuse_secrets([&feature.name, &feature.description].into_iter().chain(&feature.steps).map(String::as_str))?;
        if feature.kind == Kind::Bug {
            return Err(ApiError::bad_input("bugs are reported with bug_report"));
        }
    }
    let mut needs = new.needs_of.into_iter();
    let drafts: Vec<Draft> = new
        .features
        .into_iter()
        .map(|feature| {
            let places = needs.next().unwrap_or_default();
            Draft { feature, depends_on_index: places.into_iter().map(|place| place as usize).collect() }
        })
        .collect();
    let created = project.store.feature_create(drafts, &by_person(&project, "added by a person"))?;
    project.publish(Event::FeaturesCreated { features: created.iter().map(|feature| feature.id).collect() });
    for parent in created.iter().filter_map(|feature| feature.parent) {
        project.publish_status(&project.store.feature(parent)?, "a fix for it was added");
    }
    project.publish_progress()?;
    Ok(created)
}

pub fn bug_report(api: &Api, report: ReportBug) -> Result<Feature, ApiError> {
    let project = api.project(report.project)?;
    Ok(harness_engine::bugs::report(&project, &report.name, &report.description, report.steps)?)
}

pub fn feature_edit(api: &Api, edit: EditFeature) -> Result<Feature, ApiError> {
    let project = api.project(edit.project)?;
    let texts = [&edit.name, &edit.description].into_iter().flatten().map(String::as_str);
    refuse_secrets(texts.chain(edit.steps.iter().flatten().map(String::as_str)))?;
    let change = FeatureEdit {
        name: edit.name,
        description: edit.description,
        steps: edit.steps,
        category: edit.category,
        priority: edit.priority,
        layer: edit.layer,
        model: edit.model.map(|model| Some(model.trim().to_owned()).filter(|model| !model.is_empty())),
        checks: edit.checks,
    };
    let feature = project.store.edit(edit.feature, change, &by_person(&project, "edited by a person"))?;
    tell_edited(&project, vec![feature.id]);
    Ok(feature)
}

pub fn feature_move(api: &Api, wish: MoveFeature) -> Result<Vec<FeatureCard>, ApiError> {
    let project = api.project(wish.project)?;
    let place = match (wish.before, wish.after) {
        (Some(other), None) => Place::Before(other),
        (None, Some(other)) => Place::After(other),
        _ => return Err(ApiError::bad_input("give either `before` or `after`")),
    };
    let changed = project.store.feature_move(wish.feature, place, &by_person(&project, "moved by a person"))?;
    if !changed.is_empty() {
        tell_edited(&project, changed.clone());
    }
    cards(&project, &changed)
}

pub fn feature_pin(api: &Api, pin: PinFeature) -> Result<Feature, ApiError> {
    let project = api.project(pin.project)?;
    let feature = project.store.pin(pin.feature, pin.is_pinned, &by_person(&project, "pinned by a person"))?;
    tell_edited(&project, vec![feature.id]);
    Ok(feature)
}

pub fn feature_skip(api: &Api, of: OfFeature) -> Result<Feature, ApiError> {
    let project = api.project(of.project)?;
    refuse_claimed(&project, of.feature)?;
    let feature = project.store.skip(of.feature, &by_person(&project, "skipped by a person"))?;
    tell_edited(&project, vec![feature.id]);
    Ok(feature)
}

pub fn feature_retry(api: &Api, of: OfFeature) -> Result<Feature, ApiError> {
    const WHY: &str = "another try, asked for by a person";
    let project = api.project(of.project)?;
    project.store.retry(of.feature, &by_person(&project, WHY))?;
    let feature = project.store.feature(of.feature)?;
    tell_status(&project, &feature, WHY)?;
    Ok(feature)
}

pub fn feature_reopen(api: &Api, of: OfFeature) -> Result<Feature, ApiError> {
    const WHY: &str = "opened again by a person";
    let project = api.project(of.project)?;
    let feature = project.store.feature(of.feature)?;
    if !feature.status.is_done() {
        return Err(ApiError::not_now(format!("#{} is not done, so there is nothing to open again", of.feature)));
    }
    let to = Status::initial(feature.kind);
    let changes = project.store.set_status(of.feature, to, None, &by_person(&project, WHY))?;
    project.publish_changes(&changes)?;
    Ok(project.store.feature(of.feature)?)
}

/// A card in the hands of a session is not taken from it by a click.
fn refuse_claimed(project: &OpenProject, id: FeatureId) -> Result<(), ApiError> {
    match project.store.feature(id)?.lease {
        Some(lease) => Err(harness_store::StoreError::AlreadyClaimed { feature: id, by: lease.session }.into()),
        None => Ok(()),
    }
}

pub fn feature_remove(api: &Api, of: OfFeatures) -> Result<Removal, ApiError> {
    let project = api.project(of.project)?;
    if of.features.is_empty() {
        return Err(ApiError::bad_input("name at least one card"));
    }
    let removed = project.store.features_remove(&of.features, &by_person(&project, "removed by a person"))?;
    tell_edited(&project, [&removed.features[..], &removed.unlinked[..]].concat());
    project.publish_progress()?;
    Ok(Removal { removal: removed.removal, removed: removed.features, unlinked: removed.unlinked })
}

pub fn feature_unremove(api: &Api, of: TakeBackRemoval) -> Result<Vec<FeatureCard>, ApiError> {
    let project = api.project(of.project)?;
    let back = project.store.features_unremove(of.removal, &by_person(&project, "brought back by a person"))?;
    project.publish(Event::FeaturesCreated { features: back.clone() });
    project.publish_progress()?;
    cards(&project, &back)
}

pub fn feature_bulk(api: &Api, bulk: BulkAction) -> Result<BulkResult, ApiError> {
    let mut result = BulkResult { done: Vec::new(), refused: Vec::new() };
    // So that the project's own faults are told once, and not for every card.
    api.project(bulk.project)?;
    for feature in bulk.features {
        let of = OfFeature { project: bulk.project, feature };
        let pin = |is_pinned| feature_pin(api, PinFeature { project: bulk.project, feature, is_pinned });
        let done = match bulk.action {
            BulkWord::Pin => pin(true),
            BulkWord::Unpin => pin(false),
            BulkWord::Skip => feature_skip(api, of),
            BulkWord::Retry => feature_retry(api, of),
            BulkWord::Reopen => feature_reopen(api, of),
        };
        match done {
            Ok(_) => result.done.push(feature),
            Err(error) => result.refused.push(BulkRefusal { feature, why: error.message }),
        }
    }
    Ok(result)
}

pub fn dependency_set(api: &Api, set: SetDependencies) -> Result<Feature, ApiError> {
    let project = api.project(set.project)?;
    let cause = by_person(&project, "dependencies chosen by a person");
    let feature = project.store.dependency_set(set.feature, &set.needs, &cause)?;
    tell_edited(&project, vec![feature.id]);
    Ok(feature)
}
