//! Procedures whose handler is not there yet.
use crate::{
    Api, ApiError,
    procedures::Nothing,
    shape::{HealthCheck, board::*, project::*, review::*, run::*, setup::*, spec::*, transcript::*},
};
use harness_domain::{
    feature::{Feature, NewFeature},
    request::Request,
    run::Run,
};
pub fn setup_status(_: &Api, _: Nothing) -> Result<SetupStatus, ApiError> {
    Err(not_yet("setup_status"))
}
pub fn login_command(_: &Api, _: Nothing) -> Result<LoginCommand, ApiError> {
    Err(not_yet("login_command"))
}
pub fn api_key_set(_: &Api, _: NewApiKey) -> Result<Nothing, ApiError> {
    Err(not_yet("api_key_set"))
}
pub fn api_key_remove(_: &Api, _: Nothing) -> Result<Nothing, ApiError> {
    Err(not_yet("api_key_remove"))
}
pub fn payer_set(_: &Api, _: ChoosePayer) -> Result<Nothing, ApiError> {
    Err(not_yet("payer_set"))
}
pub fn sandbox_prove(_: &Api, _: ProveSandbox) -> Result<SandboxProof, ApiError> {
    Err(not_yet("sandbox_prove"))
}
pub fn app_settings_read(_: &Api, _: Nothing) -> Result<AppSettings, ApiError> {
    Err(not_yet("app_settings_read"))
}
pub fn app_settings_write(_: &Api, _: AppSettings) -> Result<AppSettings, ApiError> {
    Err(not_yet("app_settings_write"))
}
pub fn project_list(_: &Api, _: Nothing) -> Result<Vec<ProjectSummary>, ApiError> {
    Err(not_yet("project_list"))
}
pub fn project_get(_: &Api, _: OfProject) -> Result<ProjectSummary, ApiError> {
    Err(not_yet("project_get"))
}
pub fn project_create(_: &Api, _: NewProject) -> Result<ProjectSummary, ApiError> {
    Err(not_yet("project_create"))
}
pub fn project_open(_: &Api, _: AtPath) -> Result<ProjectSummary, ApiError> {
    Err(not_yet("project_open"))
}
pub fn project_touch(_: &Api, _: OfProject) -> Result<ProjectSummary, ApiError> {
    Err(not_yet("project_touch"))
}
pub fn project_demo(_: &Api, _: NewDemo) -> Result<ProjectSummary, ApiError> {
    Err(not_yet("project_demo"))
}
pub fn project_import(_: &Api, _: AtPath) -> Result<ImportedProject, ApiError> {
    Err(not_yet("project_import"))
}
pub fn project_rename(_: &Api, _: RenameProject) -> Result<ProjectSummary, ApiError> {
    Err(not_yet("project_rename"))
}
pub fn project_forget(_: &Api, _: OfProject) -> Result<Nothing, ApiError> {
    Err(not_yet("project_forget"))
}
pub fn project_delete(_: &Api, _: DeleteProject) -> Result<Nothing, ApiError> {
    Err(not_yet("project_delete"))
}
pub fn project_settings_read(_: &Api, _: OfProject) -> Result<ProjectSettingsView, ApiError> {
    Err(not_yet("project_settings_read"))
}
pub fn project_settings_write(_: &Api, _: WriteProjectSettings) -> Result<ProjectSettingsView, ApiError> {
    Err(not_yet("project_settings_write"))
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
pub fn feature_list(_: &Api, _: OfProject) -> Result<Vec<FeatureCard>, ApiError> {
    Err(not_yet("feature_list"))
}
pub fn feature_cards(_: &Api, _: CardsWanted) -> Result<Vec<FeatureCard>, ApiError> {
    Err(not_yet("feature_cards"))
}
pub fn feature_get(_: &Api, _: OfFeature) -> Result<FeatureDetail, ApiError> {
    Err(not_yet("feature_get"))
}
pub fn feature_create(_: &Api, _: CreateFeature) -> Result<Feature, ApiError> {
    Err(not_yet("feature_create"))
}
pub fn feature_create_many(_: &Api, _: CreateFeatures) -> Result<Vec<Feature>, ApiError> {
    Err(not_yet("feature_create_many"))
}
pub fn bug_report(_: &Api, _: ReportBug) -> Result<Feature, ApiError> {
    Err(not_yet("bug_report"))
}
pub fn feature_edit(_: &Api, _: EditFeature) -> Result<Feature, ApiError> {
    Err(not_yet("feature_edit"))
}
pub fn feature_move(_: &Api, _: MoveFeature) -> Result<Vec<FeatureCard>, ApiError> {
    Err(not_yet("feature_move"))
}
pub fn feature_pin(_: &Api, _: PinFeature) -> Result<Feature, ApiError> {
    Err(not_yet("feature_pin"))
}
pub fn feature_skip(_: &Api, _: OfFeature) -> Result<Feature, ApiError> {
    Err(not_yet("feature_skip"))
}
pub fn feature_retry(_: &Api, _: OfFeature) -> Result<Feature, ApiError> {
    Err(not_yet("feature_retry"))
}
pub fn feature_reopen(_: &Api, _: OfFeature) -> Result<Feature, ApiError> {
    Err(not_yet("feature_reopen"))
}
pub fn feature_remove(_: &Api, _: OfFeatures) -> Result<Removal, ApiError> {
    Err(not_yet("feature_remove"))
}
pub fn feature_unremove(_: &Api, _: TakeBackRemoval) -> Result<Vec<FeatureCard>, ApiError> {
    Err(not_yet("feature_unremove"))
}
pub fn feature_bulk(_: &Api, _: BulkAction) -> Result<BulkResult, ApiError> {
    Err(not_yet("feature_bulk"))
}
pub fn dependency_set(_: &Api, _: SetDependencies) -> Result<Feature, ApiError> {
    Err(not_yet("dependency_set"))
}
pub fn feature_graph(_: &Api, _: OfProject) -> Result<FeatureGraph, ApiError> {
    Err(not_yet("feature_graph"))
}
pub fn feature_split(_: &Api, _: SplitText) -> Result<Vec<NewFeature>, ApiError> {
    Err(not_yet("feature_split"))
}
pub fn run_start(_: &Api, _: StartRun) -> Result<StartedRun, ApiError> {
    Err(not_yet("run_start"))
}
pub fn run_pause(_: &Api, _: OfProject) -> Result<RunStatus, ApiError> {
    Err(not_yet("run_pause"))
}
pub fn run_stop(_: &Api, _: OfProject) -> Result<RunStatus, ApiError> {
    Err(not_yet("run_stop"))
}
pub fn run_status(_: &Api, _: OfProject) -> Result<RunStatus, ApiError> {
    Err(not_yet("run_status"))
}
pub fn run_list(_: &Api, _: ListRuns) -> Result<Vec<Run>, ApiError> {
    Err(not_yet("run_list"))
}
pub fn run_get(_: &Api, _: OfRun) -> Result<RunDetail, ApiError> {
    Err(not_yet("run_get"))
}
pub fn rehearsal_list(_: &Api, _: Nothing) -> Result<Vec<RehearsalBrief>, ApiError> {
    Err(not_yet("rehearsal_list"))
}
pub fn request_list(_: &Api, _: ListRequests) -> Result<Vec<RequestView>, ApiError> {
    Err(not_yet("request_list"))
}
pub fn request_decide(_: &Api, _: DecideRequest) -> Result<Request, ApiError> {
    Err(not_yet("request_decide"))
}
pub fn request_answer(_: &Api, _: AnswerRequest) -> Result<Request, ApiError> {
    Err(not_yet("request_answer"))
}
pub fn transcript_outline(_: &Api, _: OfRun) -> Result<Vec<TranscriptPart>, ApiError> {
    Err(not_yet("transcript_outline"))
}
pub fn transcript_window(_: &Api, _: TranscriptWindow) -> Result<Vec<TranscriptEntry>, ApiError> {
    Err(not_yet("transcript_window"))
}
pub fn transcript_search(_: &Api, _: SearchTranscript) -> Result<Vec<TranscriptHitView>, ApiError> {
    Err(not_yet("transcript_search"))
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
pub fn checkpoint_list(_: &Api, _: OfProject) -> Result<Vec<CheckpointCard>, ApiError> {
    Err(not_yet("checkpoint_list"))
}
pub fn checkpoint_create(_: &Api, _: CreateCheckpoint) -> Result<CheckpointCard, ApiError> {
    Err(not_yet("checkpoint_create"))
}
pub fn checkpoint_pin(_: &Api, _: PinCheckpoint) -> Result<CheckpointCard, ApiError> {
    Err(not_yet("checkpoint_pin"))
}
pub fn checkpoint_delete(_: &Api, _: OfCheckpoint) -> Result<Nothing, ApiError> {
    Err(not_yet("checkpoint_delete"))
}
pub fn checkpoint_preview(_: &Api, _: OfCheckpoint) -> Result<CheckpointPreview, ApiError> {
    Err(not_yet("checkpoint_preview"))
}
pub fn checkpoint_restore(_: &Api, _: RestoreCheckpoint) -> Result<CheckpointRestored, ApiError> {
    Err(not_yet("checkpoint_restore"))
}
pub fn checkpoint_undo(_: &Api, _: OfProject) -> Result<CheckpointRestored, ApiError> {
    Err(not_yet("checkpoint_undo"))
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
