//! Procedures whose handler is not there yet.

use crate::{
    Api, ApiError,
    procedures::Nothing,
    shape::{project::OfProject, spec::*},
};

pub fn spec_list(_: &Api, _: OfProject) -> Result<Vec<SpecView>, ApiError> {
    Err(not_yet("spec_list"))
}

pub fn spec_write(_: &Api, _: WriteSpec) -> Result<SpecView, ApiError> {
    Err(not_yet("spec_write"))
}

pub fn spec_check(_: &Api, _: CheckSpec) -> Result<SpecCheck, ApiError> {
    Err(not_yet("spec_check"))
}

pub fn spec_delete(_: &Api, _: OfSpec) -> Result<Nothing, ApiError> {
    Err(not_yet("spec_delete"))
}

pub fn spec_history(_: &Api, _: OfSpec) -> Result<Vec<SpecVersion>, ApiError> {
    Err(not_yet("spec_history"))
}

pub fn spec_coverage(_: &Api, _: OfProject) -> Result<Vec<SpecCoverage>, ApiError> {
    Err(not_yet("spec_coverage"))
}

fn not_yet(name: &str) -> ApiError {
    ApiError::new(crate::ErrorCode::Unavailable, format!("{name} is not possible in this version"))
}
