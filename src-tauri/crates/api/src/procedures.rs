//! THE LIST: every procedure once. A line gives its name, its types, its place in HTTP, who may call it, and which
//! topics it reads or writes; the dispatch below, the TypeScript client and every host derive from it.

use crate::{
    caller::CallerRole,
    error::ApiError,
    handle,
    host::{Answer, Api},
    shape::{
        HealthCheck, account::*, board::*, interview::*, project::*, review::*, run::*, setup::*, spec::*,
        transcript::*,
    },
    topic::Topic,
};
use harness_domain::{
    account::{ApiToken, User},
    feature::{Feature, NewFeature},
    request::Request,
    run::Run,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use specta::{Type, Types, datatype::DataType};

/// The input of a procedure that needs none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Nothing {}

/// Whether a procedure changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It changes nothing; its answer may be kept until one of its topics is touched.
    Query,
    /// It changes something, and events tell what.
    Mutation,
}

/// The method of a procedure in HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

/// Calls `$callback!` with every procedure, one entry each:
/// `/// words` `query|mutation name(Input) -> Output, METHOD "path", needs $role, topics [A, B];`
///
/// Fields of the input that are named in the path come from there; of a `GET`, the rest from the query.
#[macro_export]
macro_rules! with_procedures {
    ($callback:ident) => {
        $callback! {
            /// What this machine has of what runs need, with what to do about the rest.
            query setup_status(Nothing) -> SetupStatus, GET "/api/setup/status", needs Viewer, topics [Settings];
            /// The CLI's own login, to be run in a terminal by the person.
            query login_command(Nothing) -> LoginCommand, GET "/api/setup/login-command", needs Desktop, topics [Settings];
            /// Puts an API key into this machine's keychain. It never comes back out of the product.
            mutation api_key_set(NewApiKey) -> Nothing, PUT "/api/settings/api-key", needs Desktop, topics [Settings];
            /// Takes the API key out of the keychain.
            mutation api_key_remove(Nothing) -> Nothing, DELETE "/api/settings/api-key", needs Desktop, topics [Settings];
            /// Chooses what runs are paid with from the next one on.
            mutation payer_set(ChoosePayer) -> Nothing, PUT "/api/settings/payer", needs Desktop, topics [Settings];
            /// Makes real attempts to get out of the walls, and says which were held.
            mutation sandbox_prove(ProveSandbox) -> SandboxProof, POST "/api/setup/sandbox-proof", needs Operator, topics [];
            /// What the person chose for all projects.
            query app_settings_read(Nothing) -> AppSettings, GET "/api/settings", needs Viewer, topics [Settings];
            /// Replaces what the person chose; what is absent goes back to its default.
            mutation app_settings_write(AppSettings) -> AppSettings, PUT "/api/settings", needs Admin, topics [Settings];

            /// The people who can sign in, by name.
            query user_list(Nothing) -> Vec<User>, GET "/api/users", needs Admin, topics [Accounts];
            /// Adds somebody who can sign in.
            mutation user_add(AddUser) -> User, POST "/api/users", needs Admin, topics [Accounts];
            /// Gives somebody another role or another password; a password signs all their devices out.
            mutation user_edit(EditUser) -> User, PATCH "/api/users/{user}", needs Admin, topics [Accounts];
            /// Removes somebody with their devices and tokens.
            mutation user_remove(OfUser) -> Nothing, DELETE "/api/users/{user}", needs Admin, topics [Accounts];
            /// The devices that are signed in: an admin's are all, anybody else's their own.
            query device_list(Nothing) -> Vec<DeviceView>, GET "/api/devices", needs Viewer, topics [Accounts];
            /// Signs a device out at once: an admin any, anybody else their own.
            mutation device_revoke(OfDevice) -> Nothing, DELETE "/api/devices/{device}", needs Viewer, topics [Accounts];
            /// The keys for scripts, newest first.
            query token_list(Nothing) -> Vec<ApiToken>, GET "/api/tokens", needs Admin, topics [Accounts];
            /// Makes a key for a script. It is told this once.
            mutation token_create(CreateToken) -> CreatedToken, POST "/api/tokens", needs Admin, topics [Accounts];
            /// Ends a key.
            mutation token_revoke(OfToken) -> Nothing, DELETE "/api/tokens/{token}", needs Admin, topics [Accounts];
            /// Gives a code that signs one device in, for five minutes. The caller's earlier one ends.
            mutation pairing_start(StartPairing) -> Pairing, POST "/api/pairing", needs Admin, topics [];
            /// Takes the caller's code back.
            mutation pairing_stop(Nothing) -> Nothing, DELETE "/api/pairing", needs Admin, topics [];
            /// Whether other devices can reach this one, and where.
            query lan_status(Nothing) -> LanStatus, GET "/api/lan", needs Viewer, topics [Accounts];
            /// Opens the door to the network.
            mutation lan_start(StartLan) -> LanStatus, POST "/api/lan/start", needs Desktop, topics [Accounts];
            /// Shuts the door to the network: whoever came through it is cut off.
            mutation lan_stop(Nothing) -> LanStatus, POST "/api/lan/stop", needs Desktop, topics [Accounts];

            /// Every project, most recently opened first.
            query project_list(Nothing) -> Vec<ProjectSummary>, GET "/api/projects", needs Viewer, topics [Projects];
            /// One project.
            query project_get(OfProject) -> ProjectSummary, GET "/api/projects/{project}", needs Viewer, topics [Projects];
            /// Makes a directory with a repository in it and registers it.
            mutation project_create(NewProject) -> ProjectSummary, POST "/api/projects", needs Admin, topics [Projects];
            /// Registers a directory that exists, or opens it again.
            mutation project_open(AtPath) -> ProjectSummary, POST "/api/projects/open", needs Admin, topics [Projects];
            /// Notes that a person looks at the project now: it goes first in the list.
            mutation project_touch(OfProject) -> ProjectSummary, POST "/api/projects/{project}/touch", needs Viewer, topics [Projects];
            /// Makes the demonstration: a to-do list that a scripted model builds, without an account.
            mutation project_demo(NewDemo) -> ProjectSummary, POST "/api/projects/demo", needs Admin, topics [Projects];
            /// Registers a directory that exists and takes over the cards of an older system, where there are any.
            mutation project_import(AtPath) -> ImportedProject, POST "/api/projects/import", needs Admin, topics [Projects, Features];
            /// Gives a project another name; its directory keeps its own.
            mutation project_rename(RenameProject) -> ProjectSummary, PATCH "/api/projects/{project}", needs Admin, topics [Projects];
            /// Forgets a project; its directory is left alone.
            mutation project_forget(OfProject) -> Nothing, POST "/api/projects/{project}/forget", needs Admin, topics [Projects];
            /// Moves a project's directory to the trash and forgets the project.
            mutation project_delete(DeleteProject) -> Nothing, DELETE "/api/projects/{project}", needs Admin, topics [Projects];
            /// What was chosen for a project, with what follows from it.
            query project_settings_read(OfProject) -> ProjectSettingsView, GET "/api/projects/{project}/settings", needs Viewer, topics [Settings];
            /// Replaces what was chosen for a project.
            mutation project_settings_write(WriteProjectSettings) -> ProjectSettingsView, PUT "/api/projects/{project}/settings", needs Admin, topics [Settings];
            /// What a run would find in the way.
            query project_health(OfProject) -> Vec<HealthCheck>, GET "/api/projects/{project}/health", needs Viewer, topics [Projects, Features, Specs, Settings];
            /// What agents are told, and what the project says instead.
            query prompt_list(OfProject) -> Vec<PromptView>, GET "/api/projects/{project}/prompts", needs Viewer, topics [Specs];
            /// Replaces what agents are told in this project, from the next session on.
            mutation prompt_write(WritePrompt) -> PromptView, PUT "/api/projects/{project}/prompts/{name}", needs Admin, topics [Specs];
            /// Goes back to what agents are told everywhere; what the project said is kept beside it.
            mutation prompt_reset(OfPrompt) -> PromptView, DELETE "/api/projects/{project}/prompts/{name}", needs Admin, topics [Specs];
            /// What a project's agents may run.
            query policy_view(OfProject) -> PolicyView, GET "/api/projects/{project}/policy", needs Viewer, topics [Settings];
            /// What the policy says of a command. Runs nothing.
            query policy_check(CheckCommand) -> CommandVerdict, GET "/api/projects/{project}/policy/check", needs Viewer, topics [Settings];
            /// Adds an entry to the project's policy file.
            mutation policy_entry_add(OfPolicyEntry) -> PolicyView, POST "/api/projects/{project}/policy/entries", needs Admin, topics [Settings];
            /// Takes an entry out of the project's policy file.
            mutation policy_entry_remove(OfPolicyEntry) -> PolicyView, DELETE "/api/projects/{project}/policy/entries", needs Admin, topics [Settings];
            /// The directories in a directory where projects may be.
            query directory_list(ListDirectory) -> DirectoryList, GET "/api/filesystem/list", needs Admin, topics [];

            /// Every card in queue order, without its long texts.
            query feature_list(OfProject) -> Vec<FeatureCard>, GET "/api/projects/{project}/features", needs Viewer, topics [Features];
            /// Some cards, as `feature_list` gives them.
            query feature_cards(CardsWanted) -> Vec<FeatureCard>, POST "/api/projects/{project}/features/cards", needs Viewer, topics [Features];
            /// One card with all that is known of it.
            query feature_get(OfFeature) -> FeatureDetail, GET "/api/projects/{project}/features/{feature}", needs Viewer, topics [Features];
            /// Adds a card.
            mutation feature_create(CreateFeature) -> Feature, POST "/api/projects/{project}/features", needs Operator, topics [Features];
            /// Adds cards together, or none of them.
            mutation feature_create_many(CreateFeatures) -> Vec<Feature>, POST "/api/projects/{project}/features/create-bulk", needs Operator, topics [Features];
            /// Files a person's report: it goes before every feature.
            mutation bug_report(ReportBug) -> Feature, POST "/api/projects/{project}/features/bug", needs Operator, topics [Features];
            /// Changes what is given of a card.
            mutation feature_edit(EditFeature) -> Feature, PATCH "/api/projects/{project}/features/{feature}", needs Operator, topics [Features];
            /// Moves a card within its layer, right before or after another one. Answers with the cards whose priority changed.
            mutation feature_move(MoveFeature) -> Vec<FeatureCard>, POST "/api/projects/{project}/features/{feature}/move", needs Operator, topics [Features];
            /// Moves a card to the front of the queue, or back to its place.
            mutation feature_pin(PinFeature) -> Feature, POST "/api/projects/{project}/features/{feature}/pin", needs Operator, topics [Features];
            /// Puts a card behind the others of its layer.
            mutation feature_skip(OfFeature) -> Feature, PATCH "/api/projects/{project}/features/{feature}/skip", needs Operator, topics [Features];
            /// Gives a parked or waiting card another try.
            mutation feature_retry(OfFeature) -> Feature, POST "/api/projects/{project}/features/{feature}/retry", needs Operator, topics [Features];
            /// Makes a card that passes pending again.
            mutation feature_reopen(OfFeature) -> Feature, POST "/api/projects/{project}/features/{feature}/reopen", needs Operator, topics [Features];
            /// Removes cards; `feature_unremove` brings the very same back.
            mutation feature_remove(OfFeatures) -> Removal, POST "/api/projects/{project}/features/remove", needs Operator, topics [Features];
            /// Brings removed cards back with all they had.
            mutation feature_unremove(TakeBackRemoval) -> Vec<FeatureCard>, POST "/api/projects/{project}/features/unremove", needs Operator, topics [Features];
            /// Does one thing to several cards.
            mutation feature_bulk(BulkAction) -> BulkResult, POST "/api/projects/{project}/features/bulk", needs Operator, topics [Features];
            /// Chooses everything a card waits for. A circle is refused, with its cards named.
            mutation dependency_set(SetDependencies) -> Feature, PUT "/api/projects/{project}/features/{feature}/dependencies", needs Operator, topics [Features];
            /// The cards and what each waits for.
            query feature_graph(OfProject) -> FeatureGraph, GET "/api/projects/{project}/features/graph", needs Viewer, topics [Features];
            /// Puts a picture on a card; the next session that works on it is shown the picture.
            mutation image_add(AddImage) -> ImageBrief, POST "/api/projects/{project}/features/{feature}/images", needs Operator, topics [Features];
            /// A picture with its bytes.
            query image_get(OfImage) -> ImageView, GET "/api/projects/{project}/images/{image}", needs Viewer, topics [];
            /// Takes a picture off its card.
            mutation image_remove(OfImage) -> Nothing, DELETE "/api/projects/{project}/images/{image}", needs Operator, topics [Features];
            /// Turns a text into cards to look at. Stores nothing.
            query feature_split(SplitText) -> Vec<NewFeature>, POST "/api/projects/{project}/features/split-preview", needs Viewer, topics [];

            /// Starts a run; what it does arrives on the event stream.
            mutation run_start(StartRun) -> StartedRun, POST "/api/projects/{project}/agent/start", needs Operator, topics [Runs];
            /// Lets the session finish and starts no other.
            mutation run_pause(OfProject) -> RunStatus, POST "/api/projects/{project}/agent/pause", needs Operator, topics [Runs];
            /// Ends the run now: the session is interrupted and its work saved.
            mutation run_stop(OfProject) -> RunStatus, POST "/api/projects/{project}/agent/stop", needs Operator, topics [Runs];
            /// Where the project's run stands.
            query run_status(OfProject) -> RunStatus, GET "/api/projects/{project}/agent/status", needs Viewer, topics [Runs, Features, Requests];
            /// Runs, newest first.
            query run_list(ListRuns) -> Vec<Run>, GET "/api/projects/{project}/runs", needs Viewer, topics [Runs];
            /// One run with all that is known of it.
            query run_get(OfRun) -> RunDetail, GET "/api/projects/{project}/runs/{run}", needs Viewer, topics [Runs];
            /// The scenarios that can be rehearsed without an account.
            query rehearsal_list(Nothing) -> Vec<RehearsalBrief>, GET "/api/rehearsals", needs Viewer, topics [];
            /// Approvals and questions, newest first.
            query request_list(ListRequests) -> Vec<RequestView>, GET "/api/projects/{project}/requests", needs Viewer, topics [Requests];
            /// Gives a person's word on a call.
            mutation request_decide(DecideRequest) -> Request, POST "/api/projects/{project}/requests/{request}/decide", needs Operator, topics [Requests];
            /// Answers a question.
            mutation request_answer(AnswerRequest) -> Request, POST "/api/projects/{project}/requests/{request}/answer", needs Operator, topics [Requests];

            /// The sessions of a run, each with how many rows its transcript has.
            query transcript_outline(OfRun) -> Vec<TranscriptPart>, GET "/api/projects/{project}/runs/{run}/transcript", needs Viewer, topics [Transcripts];
            /// Rows of a session's transcript, in order.
            query transcript_window(TranscriptWindow) -> Vec<TranscriptEntry>, GET "/api/projects/{project}/sessions/{session}/transcript", needs Viewer, topics [Transcripts];
            /// Rows of a run that are of certain sorts, call a tool or name a file, by window.
            query transcript_filtered(FilterTranscript) -> FilteredTranscript, POST "/api/projects/{project}/runs/{run}/transcript/filtered", needs Viewer, topics [Transcripts];
            /// What rows of a run can be asked for, with how many there are.
            query transcript_facets(OfRun) -> TranscriptFacets, GET "/api/projects/{project}/runs/{run}/transcript/facets", needs Viewer, topics [Transcripts];
            /// Rows that have all of these words, best first.
            query transcript_search(SearchTranscript) -> Vec<TranscriptHitView>, GET "/api/projects/{project}/transcript/search", needs Viewer, topics [Transcripts];

            /// The files that changed.
            query change_list(ListChanges) -> ChangeList, POST "/api/projects/{project}/changes", needs Viewer, topics [Features, Checkpoints];
            /// One changed file, before and after.
            query change_diff(OfChange) -> ChangeDiff, POST "/api/projects/{project}/changes/diff", needs Viewer, topics [Features, Checkpoints];
            /// Makes a remark on a line into a bug, or into a message to the card's next session.
            mutation review_comment(ReviewComment) -> CommentOutcome, POST "/api/projects/{project}/review/comments", needs Operator, topics [Features];
            /// Saved states, newest first.
            query checkpoint_list(OfProject) -> Vec<CheckpointCard>, GET "/api/projects/{project}/checkpoints", needs Viewer, topics [Checkpoints];
            /// Saves files and cards now.
            mutation checkpoint_create(CreateCheckpoint) -> CheckpointCard, POST "/api/projects/{project}/checkpoints", needs Operator, topics [Checkpoints];
            /// Keeps a checkpoint, or lets it go in its time.
            mutation checkpoint_pin(PinCheckpoint) -> CheckpointCard, POST "/api/projects/{project}/checkpoints/{checkpoint}/pin", needs Operator, topics [Checkpoints];
            /// Removes a checkpoint for good.
            mutation checkpoint_delete(OfCheckpoint) -> Nothing, DELETE "/api/projects/{project}/checkpoints/{checkpoint}", needs Operator, topics [Checkpoints];
            /// What restoring a checkpoint would do. Changes nothing.
            query checkpoint_preview(OfCheckpoint) -> CheckpointPreview, GET "/api/projects/{project}/checkpoints/{checkpoint}", needs Viewer, topics [Checkpoints, Features];
            /// Puts files and cards back; the present state is saved first.
            mutation checkpoint_restore(RestoreCheckpoint) -> CheckpointRestored, POST "/api/projects/{project}/checkpoints/{checkpoint}/restore", needs Operator, topics [Checkpoints, Features, Specs];
            /// Takes the last restore back.
            mutation checkpoint_undo(OfProject) -> CheckpointRestored, POST "/api/projects/{project}/checkpoints/undo", needs Operator, topics [Checkpoints, Features, Specs];

            /// The project's specifications, the main one first.
            query spec_list(OfProject) -> Vec<SpecView>, GET "/api/projects/{project}/specs", needs Viewer, topics [Specs, Features];
            /// Writes a specification.
            mutation spec_write(WriteSpec) -> WrittenSpec, PUT "/api/projects/{project}/specs/{name}", needs Operator, topics [Specs];
            /// How good a text is as a specification. Stores nothing.
            query spec_check(CheckSpec) -> SpecCheck, POST "/api/spec/validate", needs Viewer, topics [];
            /// Removes a specification; its history stays.
            mutation spec_delete(OfSpec) -> Nothing, DELETE "/api/projects/{project}/specs/{name}", needs Operator, topics [Specs];
            /// A specification as it was, newest first.
            query spec_history(OfSpec) -> Vec<SpecVersion>, GET "/api/projects/{project}/specs/{name}/history", needs Viewer, topics [Specs];
            /// What the specifications ask for, and which cards build it.
            query spec_coverage(OfProject) -> Vec<SpecCoverage>, GET "/api/projects/{project}/spec-coverage", needs Viewer, topics [Specs, Features];

            /// The interview that goes on, or else the last one; none when there never was one.
            query interview_get(OfProject) -> Option<InterviewView>, GET "/api/projects/{project}/interview", needs Viewer, topics [Interviews];
            /// Begins to work a specification out with Claude in a chat.
            mutation interview_start(StartInterview) -> InterviewView, POST "/api/projects/{project}/interview/start", needs Operator, topics [Interviews];
            /// Says something in the chat, or answers what was asked there.
            mutation interview_send(SendInterview) -> InterviewView, POST "/api/projects/{project}/interview/messages", needs Operator, topics [Interviews];
            /// Stops what Claude does now; the chat goes on with the next thing that is said.
            mutation interview_stop(OfProject) -> InterviewView, POST "/api/projects/{project}/interview/stop", needs Operator, topics [Interviews];
            /// Makes the draft the specification, and ends the chat.
            mutation interview_accept(AcceptInterview) -> AcceptedInterview, POST "/api/projects/{project}/interview/accept", needs Operator, topics [Interviews, Specs];
            /// Ends the chat without that.
            mutation interview_end(OfProject) -> InterviewView, POST "/api/projects/{project}/interview/end", needs Operator, topics [Interviews];
        }
    };
}

/// `query` and `mutation` as a [`Kind`].
macro_rules! kind {
    (query) => {
        Kind::Query
    };
    (mutation) => {
        Kind::Mutation
    };
}

/// HTTP's words as a [`Method`].
macro_rules! method {
    (GET) => {
        Method::Get
    };
    (POST) => {
        Method::Post
    };
    (PUT) => {
        Method::Put
    };
    (PATCH) => {
        Method::Patch
    };
    (DELETE) => {
        Method::Delete
    };
}

/// Input and output of a procedure, for the TypeScript generator.
pub(crate) struct Shapes {
    pub input: DataType,
    pub output: DataType,
}

macro_rules! derive_from_list {
    ($($(#[doc = $doc:literal])+ $kind:ident $name:ident($input:ty) -> $output:ty, $method:ident $path:literal, needs $role:ident, topics [$($topic:ident),*];)+) => {
        /// A procedure of the API, under its own name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(non_camel_case_types, reason = "one name everywhere: in Rust, in JSON, in TypeScript and in the log")]
        pub enum Procedure {
            $($(#[doc = $doc])+ $name),+
        }

        impl Procedure {
            /// Every procedure, in the order of the list.
            pub const ALL: &[Procedure] = &[$(Procedure::$name),+];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Procedure::$name => stringify!($name)),+ }
            }

            /// What it does, as the list says.
            pub fn words(self) -> &'static str {
                match self { $(Procedure::$name => concat!($($doc),+).trim_ascii()),+ }
            }

            /// Whether it changes something.
            pub fn kind(self) -> Kind {
                match self { $(Procedure::$name => kind!($kind)),+ }
            }

            /// Its method in HTTP.
            pub fn method(self) -> Method {
                match self { $(Procedure::$name => method!($method)),+ }
            }

            /// Its path in HTTP; names in braces are fields of its input.
            pub fn path(self) -> &'static str {
                match self { $(Procedure::$name => $path),+ }
            }

            /// Who may call it.
            pub fn role(self) -> CallerRole {
                match self { $(Procedure::$name => CallerRole::$role),+ }
            }

            /// What it reads, or, when it changes something, writes.
            pub fn topics(self) -> &'static [Topic] {
                match self { $(Procedure::$name => &[$(Topic::$topic),*]),+ }
            }

            pub(crate) fn shapes(self, types: &mut Types) -> Shapes {
                match self {
                    $(Procedure::$name => Shapes {
                        input: <$input as Type>::definition(types),
                        output: <$output as Type>::definition(types),
                    }),+
                }
            }

            /// Whether its input has no fields.
            pub fn takes_nothing(self) -> bool {
                match self { $(Procedure::$name => std::any::TypeId::of::<$input>() == std::any::TypeId::of::<Nothing>()),+ }
            }

            /// Whether it answers with nothing but success.
            pub fn gives_nothing(self) -> bool {
                match self { $(Procedure::$name => std::any::TypeId::of::<$output>() == std::any::TypeId::of::<Nothing>()),+ }
            }
        }

        /// Reads the input, calls the handler and writes its answer. Blocks.
        pub(crate) fn dispatch(api: &Api, procedure: Procedure, input: Value) -> Result<Answer, ApiError> {
            match procedure { $(Procedure::$name => serve::<$input, $output>(api, input, handle::$name)),+ }
        }
    };
}

with_procedures!(derive_from_list);

fn serve<I: DeserializeOwned, O: Serialize>(
    api: &Api,
    input: Value,
    handler: fn(&Api, I) -> Result<O, ApiError>,
) -> Result<Answer, ApiError> {
    let input = if input.is_null() { Value::Object(serde_json::Map::new()) } else { input };
    let input = serde_path_to_error::deserialize(input).map_err(|error| {
        let place = error.path().to_string();
        let place = if place == "." { "the input".into() } else { place };
        ApiError::bad_input(format!("{place}: {}", error.inner()))
    })?;
    let output = handler(api, input).map_err(|error| ApiError { is_understood: true, ..error })?;
    serde_json::value::to_raw_value(&output)
        .map_err(|error| ApiError::new(crate::ErrorCode::Internal, format!("the answer cannot be written: {error}")))
}

impl Procedure {
    /// The procedure of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|procedure| procedure.name() == name)
    }
}

impl Kind {
    /// As TypeScript has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Query => "query",
            Kind::Mutation => "mutation",
        }
    }
}

impl Method {
    /// As HTTP has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_procedure_has_a_place_of_its_own_in_http_and_a_sentence() {
        let mut places = HashSet::new();
        for procedure in Procedure::ALL {
            let place = (procedure.method(), procedure.path());
            assert!(places.insert(place), "{} shares its place with another one", procedure.name());
            assert!(procedure.path().starts_with("/api/"), "{}", procedure.name());
            assert!(procedure.words().ends_with('.'), "{} is described in a sentence", procedure.name());
            assert_eq!(Procedure::parse(procedure.name()), Some(*procedure));
        }
    }

    #[test]
    fn looking_is_for_everybody_and_changing_is_not() {
        for procedure in Procedure::ALL {
            let may_look = procedure.role() == CallerRole::Viewer;
            // A note of what was looked at, and everybody's own devices.
            let only_notes = ["project_touch", "device_revoke"].contains(&procedure.name());
            assert!(
                procedure.kind() == Kind::Query || !may_look || only_notes,
                "{} changes something",
                procedure.name()
            );
        }
    }
}
