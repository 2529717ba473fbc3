//! What waits for a person's word: approvals of calls, and questions.

use crate::{
    database::Step,
    error::{Result, StoreError},
    feature::{Card, change, resting_status},
    project_store::{Cause, ProjectStore},
    row::{all, check_json, execute, first, limit as rows, new_id, word},
};
use harness_domain::{
    feature::Status,
    id::{FeatureId, RequestId, RunId, SessionId},
    request::{AskedCall, Decision, Request, RequestKind, RequestState, Scope, Word},
};
use rusqlite::{Connection, Row, named_params};

/// Who asks, and how long they wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// The session.
    pub session: SessionId,
    /// Its run.
    pub run: Option<RunId>,
    /// The card it works on.
    pub feature: Option<FeatureId>,
    /// Until when it waits; none when it does not. UTC, in milliseconds since 1970.
    pub deadline_ms: Option<i64>,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What came of asking for an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A person has spoken on this very call already; the word is used up if it was for once.
    Decided(Word),
    /// The request waits, and did before: the same call was asked about.
    Waits(Request),
    /// A new request waits.
    Opened(Request),
    /// This many of the session's requests wait already; nothing was stored.
    TooMany(u32),
}

/// Requests of one session that may wait at once: a person has to be able to read them.
const MOST_OPEN: u32 = 20;

impl ProjectStore {
    /// Looks for a person's word on exactly this call, and opens a request where there is none.
    ///
    /// A word for once covers the same call on the same card and is used up by this; one for the run or for always
    /// covers it on any card of the run it was given for. A denial goes before an approval. The same call is asked
    /// about once only: a request that is open already waits until the later deadline.
    pub fn approval_ask(&self, asker: &Asker, call: &AskedCall) -> Result<Asked> {
        let (asker, call) = (asker.clone(), call.clone());
        self.db.write(move |tx| {
            check_json(&call.input_json, "the input of the call")?;
            if let Some(word) = use_word(tx, &asker, &call)? {
                return Ok(Asked::Decided(word));
            }
            if let Some(id) = open_on(tx, &asker, &call)? {
                let sql =
                    "UPDATE request SET state = 'pending', session = ?2, run_id = ?3, deadline_ms = ?4 WHERE id = ?1";
                let run = asker.run.map(|run| run.0);
                execute(tx, sql, (id.0, &asker.session.0, run, asker.deadline_ms))?;
                return load(tx, id).map(Asked::Waits);
            }
            let sql = "SELECT count(*) FROM request WHERE state IN ('pending', 'expired') AND session = ?1";
            let open: u32 = first(tx, sql, [&asker.session.0], |row| Ok(row.get(0)?))?.unwrap_or_default();
            if open >= MOST_OPEN {
                return Ok(Asked::TooMany(open));
            }
            insert(tx, &asker, Some(&call), None).map(Asked::Opened)
        })
    }

    /// Stores a question; its card waits for a person and its claim ends. The card's note becomes `cause.reason`, so
    /// that is the place for the question in words.
    ///
    /// Fails with `NoSuchFeature`, `NotJson`, or `Unlawful` when the card cannot wait for a person now (it passes).
    pub fn question_ask(
        &self,
        feature: FeatureId,
        session: &SessionId,
        fields_json: &str,
        cause: &Cause,
    ) -> Result<Request> {
        let (fields_json, cause) = (fields_json.to_owned(), cause.clone());
        let asker = Asker {
            session: session.clone(),
            run: cause.run,
            feature: Some(feature),
            deadline_ms: None,
            at_ms: cause.at_ms,
        };
        self.db.write(move |tx| {
            check_json(&fields_json, "the question")?;
            let card = Card::load(tx, feature)?;
            if card.status != Status::NeedsInput {
                change(tx, &card, Status::NeedsInput, &cause)?;
            }
            execute(tx, "UPDATE feature SET note = ?2 WHERE id = ?1", (feature.0, &cause.reason))?;
            insert(tx, &asker, None, Some(&fields_json))
        })
    }

    /// Stores a question that is asked in the middle of a session; its card stays where it is. The same question is
    /// asked once only, as with [`approval_ask`](Self::approval_ask). None when too many requests of the session wait.
    pub fn question_put(&self, asker: &Asker, fields_json: &str) -> Result<Option<Request>> {
        const OPEN: &str = "SELECT id FROM request WHERE state IN ('pending', 'expired') AND kind = 'question' \
                            AND fields_json = ?1 AND feature_id IS ?2";
        const COUNT: &str = "SELECT count(*) FROM request WHERE state IN ('pending', 'expired') AND session = ?1";
        let (asker, fields_json) = (asker.clone(), fields_json.to_owned());
        self.db.write(move |tx| {
            check_json(&fields_json, "the question")?;
            let feature = asker.feature.map(|feature| feature.0);
            if let Some(id) = first(tx, OPEN, (&fields_json, feature), |row| Ok(row.get::<_, u32>(0)?))? {
                let sql =
                    "UPDATE request SET state = 'pending', session = ?2, run_id = ?3, deadline_ms = ?4 WHERE id = ?1";
                execute(tx, sql, (id, &asker.session.0, asker.run.map(|run| run.0), asker.deadline_ms))?;
                return load(tx, RequestId(id)).map(Some);
            }
            let open: u32 = first(tx, COUNT, [&asker.session.0], |row| Ok(row.get(0)?))?.unwrap_or_default();
            if open >= MOST_OPEN {
                return Ok(None);
            }
            insert(tx, &asker, None, Some(&fields_json)).map(Some)
        })
    }

    /// One request. Fails with `NoSuchRequest`.
    pub fn request(&self, id: RequestId) -> Result<Request> {
        self.db.read(|connection| load(connection, id))
    }

    /// Every request that wants an answer, oldest first.
    pub fn requests_open(&self) -> Result<Vec<Request>> {
        const SQL: &str = "SELECT * FROM request WHERE state IN ('pending', 'expired') ORDER BY id";
        self.db.read(|connection| all(connection, SQL, (), from_row))
    }

    /// The newest requests that want no answer any more, newest first.
    pub fn requests_settled(&self, limit: usize) -> Result<Vec<Request>> {
        const SQL: &str = "SELECT * FROM request WHERE state NOT IN ('pending', 'expired') ORDER BY id DESC LIMIT ?1";
        self.db.read(|connection| all(connection, SQL, [rows(limit)], from_row))
    }

    /// Every request about a card, oldest first, with the answers for its next prompt.
    pub fn requests_of(&self, feature: FeatureId) -> Result<Vec<Request>> {
        const SQL: &str = "SELECT * FROM request WHERE feature_id = ?1 ORDER BY id";
        self.db.read(|connection| all(connection, SQL, [feature.0], from_row))
    }

    /// Stores the answer to a question; the card waits for its turn again when it was the last open request about it.
    ///
    /// Fails with `NoSuchRequest`, `NotAsked` when it is no question, `AlreadyAnswered`, `RequestWithdrawn` or
    /// `NotJson`.
    pub fn question_answer(&self, id: RequestId, answer_json: &str, cause: &Cause) -> Result<Request> {
        const SQL: &str = "UPDATE request SET state = 'answered', answer_json = ?2, answered_by = ?3, answered_at_ms = ?4 \
                           WHERE id = ?1";
        let (answer_json, cause) = (answer_json.to_owned(), cause.clone());
        self.db.write(move |tx| {
            check_json(&answer_json, "the answer")?;
            let question = load_open(tx, id, RequestKind::Question)?;
            execute(tx, SQL, (id.0, &answer_json, cause.actor.as_str(), cause.at_ms))?;
            take_up_again(tx, &question, &cause)?;
            load(tx, id)
        })
    }

    /// Stores a person's word on a call; the card waits for its turn again when it was the last open request about it.
    /// `for_run` is the run that goes on, for a word that reaches further than once.
    ///
    /// Fails with `NoSuchRequest`, `NotAsked` when it is no approval, `AlreadyAnswered` or `RequestWithdrawn`.
    pub fn approval_answer(
        &self,
        id: RequestId,
        word: &Word,
        for_run: Option<RunId>,
        cause: &Cause,
    ) -> Result<Request> {
        const SQL: &str = "UPDATE request SET state = 'answered', decision = :decision, scope = :scope, remark = :remark, \
                           for_run = :for_run, answered_by = :by, answered_at_ms = :at_ms WHERE id = :id";
        let (word, cause) = (word.clone(), cause.clone());
        self.db.write(move |tx| {
            let approval = load_open(tx, id, RequestKind::Approval)?;
            let parameters = named_params! {
                ":id": id.0,
                ":decision": word.decision.as_str(),
                ":scope": word.scope.as_str(),
                ":remark": word.remark,
                ":for_run": for_run.filter(|_| word.scope != Scope::Once).map(|run| run.0),
                ":by": cause.actor.as_str(),
                ":at_ms": cause.at_ms,
            };
            execute(tx, SQL, parameters)?;
            take_up_again(tx, &approval, &cause)?;
            load(tx, id)
        })
    }

    /// What a request is about is over: it wants no answer any more. False when it did not (any more).
    pub fn request_withdraw(&self, id: RequestId) -> Result<bool> {
        let sql = "UPDATE request SET state = 'withdrawn' WHERE id = ?1 AND state IN ('pending', 'expired')";
        self.db.write(move |tx| Ok(execute(tx, sql, [id.0])? > 0))
    }

    /// Nobody answered in time. Returns the request as it stands now: an answer in the last moment counts, and a
    /// deadline that was moved too.
    pub fn request_expire(&self, id: RequestId, now_ms: i64) -> Result<Request> {
        let sql = "UPDATE request SET state = 'expired' WHERE id = ?1 AND state = 'pending' AND deadline_ms <= ?2";
        self.db.write(move |tx| {
            execute(tx, sql, (id.0, now_ms))?;
            load(tx, id)
        })
    }

    /// Notes that the agent got the answer to a question. False when it had got it before.
    pub fn question_used(&self, id: RequestId, at_ms: i64) -> Result<bool> {
        let sql = "UPDATE request SET used_at_ms = ?2 WHERE id = ?1 AND used_at_ms IS NULL AND state = 'answered'";
        self.db.write(move |tx| Ok(execute(tx, sql, (id.0, at_ms))? > 0))
    }

    /// Requests that no agent waits for any more, since the host of `run` died, wait on without a deadline.
    /// Returns them.
    pub fn requests_outlive(&self, run: RunId) -> Result<Vec<Request>> {
        self.db.write(move |tx| {
            let sql = "UPDATE request SET deadline_ms = NULL WHERE run_id = ?1 AND state = 'pending'";
            execute(tx, sql, [run.0])?;
            let sql = "SELECT * FROM request WHERE run_id = ?1 AND state IN ('pending', 'expired') ORDER BY id";
            all(tx, sql, [run.0], from_row)
        })
    }

    /// Whether a session was refused something because a person had not spoken yet: its card is not to blame then.
    pub fn was_kept_waiting(&self, session: &SessionId, feature: FeatureId) -> Result<bool> {
        self.db.read(|connection| kept_waiting(connection, session, feature))
    }

    /// Lets the card of a session that has ended wait for a person when requests of it are open, or for its turn when
    /// they were answered meanwhile. None, and nothing changes, when the session was not kept waiting: see
    /// [`was_kept_waiting`](Self::was_kept_waiting).
    pub fn park_for_requests(&self, session: &SessionId, feature: FeatureId, cause: &Cause) -> Result<Option<Status>> {
        const OPEN: &str = "SELECT count(*) FROM request WHERE feature_id = ?1 AND state IN ('pending', 'expired')";
        let (session, cause) = (session.clone(), cause.clone());
        self.db.write(move |tx| {
            if !kept_waiting(tx, &session, feature)? {
                return Ok(None);
            }
            let card = Card::load(tx, feature)?;
            let open: u32 = first(tx, OPEN, [feature.0], |row| Ok(row.get(0)?))?.unwrap_or_default();
            let to = match card.status {
                Status::Passing | Status::Resolved | Status::NeedsInput | Status::Blocked | Status::Fixing => {
                    return Ok(Some(card.status));
                }
                _ if open > 0 => Status::NeedsInput,
                Status::InProgress | Status::Analyzing => resting_status(&card),
                resting => resting,
            };
            if to == Status::NeedsInput {
                execute(tx, "UPDATE feature SET note = ?2 WHERE id = ?1", (feature.0, &cause.reason))?;
            }
            if to != card.status {
                change(tx, &card, to, &cause)?;
            }
            Ok(Some(to))
        })
    }
}

/// A person's word that covers the call, used for this.
fn use_word(tx: &Connection, asker: &Asker, call: &AskedCall) -> Step<Option<Word>> {
    // A denial first, then what reaches furthest, so that nothing for once is spent without need.
    const SQL: &str = "SELECT * FROM request WHERE kind = 'approval' AND state = 'answered' \
                       AND input_json = :input AND tool = :tool AND cwd = :cwd \
                       AND CASE scope WHEN 'once' THEN used_at_ms IS NULL AND feature_id IS :feature \
                                      ELSE for_run IS NOT NULL AND for_run IS :run END \
                       ORDER BY decision = 'denied' DESC, scope = 'once', id DESC LIMIT 1";
    let parameters = named_params! {
        ":input": call.input_json,
        ":tool": call.tool,
        ":cwd": call.cwd,
        ":feature": asker.feature.map(|feature| feature.0),
        ":run": asker.run.map(|run| run.0),
    };
    let Some(found) = first(tx, SQL, parameters, from_row)? else { return Ok(None) };
    let sql = "UPDATE request SET used_at_ms = coalesce(used_at_ms, ?2) WHERE id = ?1";
    execute(tx, sql, (found.id.0, asker.at_ms))?;
    Ok(found.word)
}

/// The open request about the same call on the same card.
fn open_on(tx: &Connection, asker: &Asker, call: &AskedCall) -> Step<Option<RequestId>> {
    const SQL: &str = "SELECT id FROM request WHERE state IN ('pending', 'expired') AND kind = 'approval' \
                       AND input_json = ?1 AND tool = ?2 AND cwd = ?3 AND feature_id IS ?4";
    let feature = asker.feature.map(|feature| feature.0);
    first(tx, SQL, (&call.input_json, &call.tool, &call.cwd, feature), |row| Ok(RequestId(row.get(0)?)))
}

fn kept_waiting(connection: &Connection, session: &SessionId, feature: FeatureId) -> Step<bool> {
    const SQL: &str = "SELECT 1 FROM request WHERE feature_id = ?1 AND session = ?2 \
                       AND (state IN ('pending', 'expired') OR (state = 'answered' AND used_at_ms IS NULL))";
    Ok(first(connection, SQL, (feature.0, &session.0), |_| Ok(()))?.is_some())
}

/// The card of a request that was answered waits for its turn, unless another request about it is open.
fn take_up_again(tx: &Connection, answered: &Request, cause: &Cause) -> Step<()> {
    let Some(feature) = answered.feature else { return Ok(()) };
    let sql = "SELECT 1 FROM request WHERE feature_id = ?1 AND state IN ('pending', 'expired')";
    let has_more = first(tx, sql, [feature.0], |_| Ok(()))?.is_some();
    let card = Card::load(tx, feature)?;
    if card.status == Status::NeedsInput && !has_more {
        change(tx, &card, resting_status(&card), cause)?;
    }
    Ok(())
}

/// Stores a pending row.
pub(crate) fn insert(
    tx: &Connection,
    asker: &Asker,
    call: Option<&AskedCall>,
    fields_json: Option<&str>,
) -> Step<Request> {
    const SQL: &str = "INSERT INTO request (kind, state, run_id, session, feature_id, asked_at_ms, deadline_ms, tool, \
                       input_json, cwd, subject, rule, reason, fields_json) VALUES (:kind, 'pending', :run, :session, \
                       :feature, :at_ms, :deadline_ms, :tool, :input, :cwd, :subject, :rule, :reason, :fields)";
    let kind = if call.is_some() { RequestKind::Approval } else { RequestKind::Question };
    let parameters = named_params! {
        ":kind": kind.as_str(),
        ":run": asker.run.map(|run| run.0),
        ":session": asker.session.0,
        ":feature": asker.feature.map(|feature| feature.0),
        ":at_ms": asker.at_ms,
        ":deadline_ms": asker.deadline_ms,
        ":tool": call.map(|call| &call.tool),
        ":input": call.map(|call| &call.input_json),
        ":cwd": call.map(|call| &call.cwd),
        ":subject": call.map(|call| &call.subject),
        ":rule": call.map(|call| &call.rule),
        ":reason": call.map(|call| &call.reason),
        ":fields": fields_json,
    };
    execute(tx, SQL, parameters)?;
    load(tx, RequestId(new_id(tx)))
}

fn load(connection: &Connection, id: RequestId) -> Step<Request> {
    let found = first(connection, "SELECT * FROM request WHERE id = ?1", [id.0], from_row)?;
    found.ok_or_else(|| StoreError::NoSuchRequest(id).into())
}

/// A request of that kind that wants an answer.
fn load_open(tx: &Connection, id: RequestId, kind: RequestKind) -> Step<Request> {
    let request = load(tx, id)?;
    if request.kind != kind {
        return Err(StoreError::NotAsked { request: id, kind: request.kind }.into());
    }
    match request.state {
        RequestState::Pending | RequestState::Expired => Ok(request),
        RequestState::Answered => Err(StoreError::AlreadyAnswered(id).into()),
        RequestState::Withdrawn => Err(StoreError::RequestWithdrawn(id).into()),
    }
}

fn from_row(row: &Row<'_>) -> Step<Request> {
    let kind = word(row, "kind", "a kind of request", RequestKind::parse)?;
    let call = match kind {
        RequestKind::Question => None,
        RequestKind::Approval => Some(AskedCall {
            tool: row.get("tool")?,
            subject: row.get("subject")?,
            input_json: row.get("input_json")?,
            cwd: row.get("cwd")?,
            rule: row.get("rule")?,
            reason: row.get("reason")?,
        }),
    };
    let spoken = match row.get::<_, Option<String>>("decision")? {
        None => None,
        Some(_) => Some(Word {
            decision: word(row, "decision", "a decision", Decision::parse)?,
            scope: word(row, "scope", "a scope", Scope::parse)?,
            remark: row.get("remark")?,
        }),
    };
    Ok(Request {
        id: RequestId(row.get("id")?),
        kind,
        state: word(row, "state", "a state of a request", RequestState::parse)?,
        run: row.get::<_, Option<u32>>("run_id")?.map(RunId),
        session: SessionId(row.get("session")?),
        feature: row.get::<_, Option<u32>>("feature_id")?.map(FeatureId),
        call,
        fields_json: row.get("fields_json")?,
        asked_at_ms: row.get("asked_at_ms")?,
        deadline_ms: row.get("deadline_ms")?,
        word: spoken,
        answer_json: row.get("answer_json")?,
        answered_by: row.get("answered_by")?,
        answered_at_ms: row.get("answered_at_ms")?,
        used_at_ms: row.get("used_at_ms")?,
    })
}
