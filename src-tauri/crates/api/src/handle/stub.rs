//! Procedures whose handler is not there yet.
use crate::{
    Api, ApiError,
    procedures::Nothing,
    shape::{HealthCheck, project::*, review::*, setup::*, spec::*},
};
pub fn setup_status(_: &Api, _: Nothing) -> Result<SetupStatus, ApiError> {
    Err(not_yet("setup_status"))
}
pub fn login_command(_: &Api, _: Nothing) -> Result<LoginCommand, ApiError> {
    Err(not_yet("login_command"))
}
pub fn sandbox_prove(_: &Api, _: ProveSandbox) -> Result<SandboxProof, ApiError> {
    Err(not_yet("sandbox_prove"))
}
pub fn project_create(_: &Api, _: NewProject) -> Result<ProjectSummary, ApiError> {
    Err(not_yet("project_create"))
}
pub fn project_demo(_: &Api, _: NewDemo) -> Result<ProjectSummary, ApiError> {
    Err(not_yet("project_demo"))
}
pub fn project_import(_: &Api, _: AtPath) -> Result<ImportedProject, ApiError> {
    Err(not_yet("project_import"))
}
pub fn project_delete(_: &Api, _: DeleteProject) -> Result<Nothing, ApiError> {
    Err(not_yet("project_delete"))
}
pub fn project_health(_: &Api, _: OfProject) -> Result<Vec<HealthCheck>, ApiError> {
    Err(not_yet("project_health"))
}
pub fn prompt_list(_: &Api, _: OfProject) -> Result<Vec<PromptView>, ApiError> {
    Err(not_yet("prompt_list"))
}
pub fn prompt_write(_: &Api, _: WritePrompt) -> Result<PromptView, ApiError> {
    Err(not_yet("prompt_write"))
}
pub fn prompt_reset(_: &Api, _: OfPrompt) -> Result<PromptView, ApiError> {
    Err(not_yet("prompt_reset"))
}
pub fn policy_view(_: &Api, _: OfProject) -> Result<PolicyView, ApiError> {
    Err(not_yet("policy_view"))
}
pub fn policy_check(_: &Api, _: CheckCommand) -> Result<CommandVerdict, ApiError> {
    Err(not_yet("policy_check"))
}
pub fn policy_entry_add(_: &Api, _: OfPolicyEntry) -> Result<PolicyView, ApiError> {
    Err(not_yet("policy_entry_add"))
}
pub fn policy_entry_remove(_: &Api, _: OfPolicyEntry) -> Result<PolicyView, ApiError> {
    Err(not_yet("policy_entry_remove"))
}
pub fn directory_list(_: &Api, _: ListDirectory) -> Result<DirectoryList, ApiError> {
    Err(not_yet("directory_list"))
}
pub fn change_list(_: &Api, _: ListChanges) -> Result<ChangeList, ApiError> {
    Err(not_yet("change_list"))
}
pub fn change_diff(_: &Api, _: OfChange) -> Result<ChangeDiff, ApiError> {
    Err(not_yet("change_diff"))
}
pub fn review_comment(_: &Api, _: ReviewComment) -> Result<CommentOutcome, ApiError> {
    Err(not_yet("review_comment"))
}
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
