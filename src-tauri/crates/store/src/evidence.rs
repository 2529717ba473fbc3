//! Evidence: what the host saw when it ran a card's checks.

use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, execute, first, json, new_id, parse_word, to_json, word, word_of},
    run,
};
use harness_domain::{
    evidence::{Check, CheckResult, Evidence, SandboxLevel},
    id::{EvidenceId, FeatureId, RunId},
};
use rusqlite::{Connection, Row, named_params};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Evidence as gathered: all but its number and its commit.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvidence {
    /// What it speaks for.
    pub feature: FeatureId,
    /// The run it was gathered in, if any.
    pub run: Option<RunId>,
    /// Whether every command succeeded.
    pub is_passing: bool,
    /// The commands, in the order they were run.
    pub results: Vec<CheckResult>,
    /// Checks that exist but were left out.
    pub skipped: Vec<Check>,
    /// Whether the quick mode left out the heavy checks.
    pub is_quick: bool,
    /// Things a person should look at.
    pub warnings: Vec<String>,
    /// The walls around the commands.
    pub sandbox: SandboxLevel,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// Evidence without the commands' output, for lists.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceSummary {
    /// Its number within the project.
    pub id: EvidenceId,
    /// What it speaks for.
    pub feature: FeatureId,
    /// The run it was gathered in, if any.
    pub run: Option<RunId>,
    /// Whether every command succeeded.
    pub is_passing: bool,
    /// Whether the quick mode left out the heavy checks.
    pub is_quick: bool,
    /// The commit that holds the checked tree.
    pub commit: Option<String>,
    /// Commands run, in order.
    pub checks: Vec<CheckLine>,
    /// Checks left out.
    pub skipped: Vec<Check>,
    /// Tests reported by all test commands together.
    pub tests_run: Option<u32>,
    /// Things a person should look at.
    pub warnings: Vec<String>,
    /// The walls around the commands.
    pub sandbox: SandboxLevel,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// How one command ended, without its output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    /// As a person would type it.
    pub command: String,
    /// None when a signal or the time limit ended it.
    pub exit_code: Option<i32>,
    /// Wall time in milliseconds.
    pub duration_ms: u32,
}

impl ProjectStore {
    /// Stores evidence. Fails with `NoSuchFeature` or `NoSuchRun`.
    pub fn evidence_add(&self, evidence: NewEvidence) -> Result<Evidence> {
        self.db.write(move |tx| {
            if first(tx, "SELECT 1 FROM feature WHERE id = ?1", [evidence.feature.0], |_| Ok(()))?.is_none() {
                return Err(StoreError::NoSuchFeature(evidence.feature).into());
            }
            if let Some(run) = evidence.run {
                run::require(tx, run)?;
            }
            let mut stored = evidence.stored();
            insert(tx, &stored)?;
            stored.id = EvidenceId(new_id(tx));
            Ok(stored)
        })
    }

    /// Names the commit that holds the checked tree, and adds warnings found while committing.
    /// Fails with `NoSuchEvidence`.
    pub fn evidence_set_commit(&self, id: EvidenceId, oid: &str, extra_warnings: &[String]) -> Result<()> {
        let (oid, extra_warnings) = (oid.to_owned(), extra_warnings.to_vec());
        self.db.write(move |tx| {
            let found = first(tx, "SELECT warnings FROM evidence WHERE id = ?1", [id.0], |row| {
                json::<Vec<String>>(row, "warnings", "a list of warnings")
            })?;
            let mut warnings = found.ok_or(StoreError::NoSuchEvidence(id))?;
            warnings.extend(extra_warnings);
            let sql = "UPDATE evidence SET commit_oid = ?2, warnings = ?3 WHERE id = ?1";
            execute(tx, sql, (id.0, &oid, to_json(&warnings, "warnings")?))?;
            Ok(())
        })
    }

    /// All evidence of a card, newest first.
    pub fn evidence_of(&self, feature: FeatureId) -> Result<Vec<Evidence>> {
        const SQL: &str = "SELECT * FROM evidence WHERE feature_id = ?1 ORDER BY id DESC";
        self.db.read(|connection| all(connection, SQL, [feature.0], from_row))
    }

    /// The newest evidence of every card that has any, without reading the output of its commands.
    pub fn evidence_latest(&self) -> Result<HashMap<FeatureId, EvidenceSummary>> {
        const SQL: &str = "SELECT id, feature_id, run_id, is_passing, is_quick, commit_oid, tests_run, sandbox, at_ms, \
                           checks, skipped, warnings FROM evidence \
                           WHERE id IN (SELECT max(id) FROM evidence GROUP BY feature_id)";
        self.db.read(|connection| {
            let summaries = all(connection, SQL, (), summary_from_row)?;
            Ok(summaries.into_iter().map(|summary| (summary.feature, summary)).collect())
        })
    }

    /// The newest evidence of one card, without reading the output of its commands.
    pub fn evidence_latest_of(&self, feature: FeatureId) -> Result<Option<EvidenceSummary>> {
        const SQL: &str = "SELECT id, feature_id, run_id, is_passing, is_quick, commit_oid, tests_run, sandbox, at_ms, \
                           checks, skipped, warnings FROM evidence WHERE feature_id = ?1 ORDER BY id DESC LIMIT 1";
        self.db.read(|connection| first(connection, SQL, [feature.0], summary_from_row))
    }

    /// Tests run by the newest passing evidence that reported a number: what later evidence is compared with.
    ///
    /// Not the highest number ever: once a person has seen the warning about fewer tests, the lower number counts.
    pub fn tests_high_water(&self) -> Result<Option<u32>> {
        const SQL: &str =
            "SELECT tests_run FROM evidence WHERE is_passing AND tests_run IS NOT NULL ORDER BY id DESC LIMIT 1";
        self.db.read(|connection| first(connection, SQL, (), |row| Ok(row.get(0)?)))
    }
}

impl NewEvidence {
    /// As it will be read again, but for the number, which the insertion gives out.
    fn stored(self) -> Evidence {
        Evidence {
            id: EvidenceId(0),
            feature: self.feature,
            run: self.run,
            is_passing: self.is_passing,
            results: self.results,
            skipped: self.skipped,
            is_quick: self.is_quick,
            commit: None,
            warnings: self.warnings,
            sandbox: self.sandbox,
            at_ms: self.at_ms,
        }
    }
}

fn insert(tx: &Connection, evidence: &Evidence) -> Step<()> {
    const SQL: &str = "INSERT INTO evidence (feature_id, run_id, is_passing, is_quick, tests_run, sandbox, at_ms, \
                       checks, warnings, skipped, results) VALUES (:feature, :run, :is_passing, :is_quick, \
                       :tests_run, :sandbox, :at_ms, :checks, :warnings, :skipped, :results)";
    let parameters = named_params! {
        ":feature": evidence.feature.0,
        ":run": evidence.run.map(|run| run.0),
        ":is_passing": evidence.is_passing,
        ":is_quick": evidence.is_quick,
        ":tests_run": evidence.tests_run(),
        ":sandbox": word_of(&evidence.sandbox, "the sandbox level")?,
        ":at_ms": evidence.at_ms,
        ":checks": to_json(&lines(&evidence.results), "checks")?,
        ":warnings": to_json(&evidence.warnings, "warnings")?,
        ":skipped": to_json(&evidence.skipped, "skipped checks")?,
        ":results": to_json(&evidence.results, "results")?,
    };
    execute(tx, SQL, parameters)?;
    Ok(())
}

/// What lists show of results: a list of 10,000 cards must not read 10,000 outputs.
fn lines(results: &[CheckResult]) -> Vec<CheckLine> {
    let line = |result: &CheckResult| CheckLine {
        command: result.check.command.clone(),
        exit_code: result.exit_code,
        duration_ms: result.duration_ms,
    };
    results.iter().map(line).collect()
}

fn from_row(row: &Row<'_>) -> Step<Evidence> {
    Ok(Evidence {
        id: EvidenceId(row.get("id")?),
        feature: FeatureId(row.get("feature_id")?),
        run: row.get::<_, Option<u32>>("run_id")?.map(RunId),
        is_passing: row.get("is_passing")?,
        results: json(row, "results", "a list of check results")?,
        skipped: json(row, "skipped", "a list of checks")?,
        is_quick: row.get("is_quick")?,
        commit: row.get("commit_oid")?,
        warnings: json(row, "warnings", "a list of warnings")?,
        sandbox: word(row, "sandbox", "a sandbox level", parse_word)?,
        at_ms: row.get("at_ms")?,
    })
}

fn summary_from_row(row: &Row<'_>) -> Step<EvidenceSummary> {
    Ok(EvidenceSummary {
        id: EvidenceId(row.get("id")?),
        feature: FeatureId(row.get("feature_id")?),
        run: row.get::<_, Option<u32>>("run_id")?.map(RunId),
        is_passing: row.get("is_passing")?,
        is_quick: row.get("is_quick")?,
        commit: row.get("commit_oid")?,
        checks: json(row, "checks", "a list of checks")?,
        skipped: json(row, "skipped", "a list of checks")?,
        tests_run: row.get("tests_run")?,
        warnings: json(row, "warnings", "a list of warnings")?,
        sandbox: word(row, "sandbox", "a sandbox level", parse_word)?,
        at_ms: row.get("at_ms")?,
    })
}
