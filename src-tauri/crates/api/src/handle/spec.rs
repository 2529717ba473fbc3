//! Specifications: what they say, how good they are, and which cards build what they ask for.

use crate::{
    Api, ApiError,
    procedures::Nothing,
    shape::{Ms, project::OfProject, spec::*},
};
use harness_domain::spec::Spec;
use harness_engine::{
    OpenProject, redact,
    specs::{self, FoundSpec},
};

/// What a run makes of a specification that changes while it is under way.
const DURING_A_RUN: &str = "A run is under way: it goes on with the text that it began with, and the next run reads the \
                            new one. Where a text is too long for a prompt, agents read the rest from the file as it is now.";

pub fn spec_list(api: &Api, of: OfProject) -> Result<Vec<SpecView>, ApiError> {
    Ok(specs::list(&api.project(of.project)?)?.into_iter().map(view).collect())
}

pub fn spec_write(api: &Api, write: WriteSpec) -> Result<WrittenSpec, ApiError> {
    let open = api.project(write.project)?;
    let spec = specs::write(&open, &write.name, &write.text, write.over.as_deref())?;
    let told = tell_run(api, &open, &write.name, "changed")?;
    Ok(WrittenSpec { spec: view(spec), told })
}

pub fn spec_delete(api: &Api, of: OfSpec) -> Result<Nothing, ApiError> {
    let open = api.project(of.project)?;
    specs::delete(&open, &of.name)?;
    tell_run(api, &open, &of.name, "deleted")?;
    Ok(Nothing {})
}

/// Puts it among what the run tells, too: whoever looks at the run need not be the one who writes.
pub(super) fn tell_run(api: &Api, open: &OpenProject, name: &str, what: &str) -> Result<Option<String>, ApiError> {
    if !api.runs().outlook(open)?.is_running {
        return Ok(None);
    }
    open.notice("spec", format!("The specification {name} was {what}. {DURING_A_RUN}"));
    Ok(Some(DURING_A_RUN.to_owned()))
}

pub fn spec_check(_: &Api, check: CheckSpec) -> Result<SpecCheck, ApiError> {
    let (spec, problem) = Spec::look(&check.text);
    let mut checked = checked(&spec, problem.map(|problem| problem.to_string()));
    if let Some(kind) = redact::kind_in(&check.text) {
        checked
            .warnings
            .insert(0, format!("it seems to hold a credential ({kind}) and is not stored with it; take it out"));
    }
    Ok(checked)
}

pub fn spec_history(api: &Api, of: OfSpec) -> Result<Vec<SpecVersion>, ApiError> {
    let versions = specs::history(&api.project(of.project)?, &of.name)?.into_iter().map(|version| SpecVersion {
        version: version.version,
        text: version.text,
        score: version.score,
        at_ms: Ms(version.at_ms),
    });
    Ok(versions.collect())
}

pub fn spec_coverage(api: &Api, of: OfProject) -> Result<Vec<SpecCoverage>, ApiError> {
    let asked = specs::coverage(&api.project(of.project)?)?.into_iter().map(|asked| {
        let features = asked.cards.into_iter().map(|(id, name, status, is_proven)| CoveringFeature {
            id,
            name,
            status,
            is_proven,
        });
        let features: Vec<CoveringFeature> = features.collect();
        SpecCoverage {
            spec: asked.spec,
            section: asked.section,
            text: asked.text,
            is_covered: !features.is_empty(),
            is_done: !features.is_empty() && features.iter().all(|feature| feature.status.is_done()),
            features,
        }
    });
    Ok(asked.collect())
}

pub(super) fn view(found: FoundSpec) -> SpecView {
    let mut check = checked(&found.spec, found.problem);
    if let Some(kind) = found.secret {
        let warning = format!(
            "{} seems to hold a credential ({kind}); it is not shown, and saving takes it out of the file",
            found.file
        );
        check.warnings.insert(0, warning);
    }
    SpecView {
        chars: u32::try_from(found.spec.text.chars().count()).unwrap_or(u32::MAX),
        name: found.name,
        file: found.file,
        text: found.spec.text,
        revision: found.revision,
        check,
        updated_at_ms: found.updated_at_ms.map(Ms),
        features: found.features,
    }
}

pub(super) fn checked(spec: &Spec, problem: Option<String>) -> SpecCheck {
    SpecCheck {
        score: spec.score,
        missing: spec.missing.clone(),
        warnings: spec.warnings.iter().map(ToString::to_string).collect(),
        problem,
        project_name: spec.name.clone(),
        feature_count: spec.feature_count,
        sections: spec.sections.iter().map(|section| section.tag.clone()).collect(),
    }
}
