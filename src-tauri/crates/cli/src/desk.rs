//! Answers from the very terminal that a run is shown on.

use crate::{
    approvals::told,
    print::{complain, say},
};
use harness_domain::{
    id::RequestId,
    request::{Decision, Request, RequestKind, Scope, Word},
};
use harness_engine::{OpenProject, requests};
use std::{
    io::{self, BufRead},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// An answer that comes sooner was typed before anybody can have read what it would be about.
const READING: Duration = Duration::from_secs(1);

/// The requests that are on the screen. Cheap to clone.
#[derive(Clone, Default)]
pub struct Desk {
    shown: Arc<Mutex<Vec<(RequestId, Instant)>>>,
}

/// What a line that was typed means.
#[derive(Debug, PartialEq, Eq)]
enum Typed<'a> {
    Nothing,
    Word(Option<RequestId>, Word),
    Words(&'a str),
}

impl Desk {
    /// Reads lines from standard input for as long as the process lives.
    pub fn listen(&self, project: &OpenProject) -> io::Result<()> {
        let (desk, project) = (self.clone(), project.clone());
        // Never joined: a read of standard input cannot be called off, and ends with the process.
        std::thread::Builder::new().name("answers".into()).spawn(move || {
            for line in io::stdin().lock().lines().map_while(Result::ok) {
                match desk.take(&project, &line) {
                    Ok(Some(answer)) => say(&answer),
                    Ok(None) => {}
                    Err(refusal) => complain(&refusal),
                }
            }
        })?;
        Ok(())
    }

    /// A request was shown just now.
    pub fn show(&self, id: RequestId) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.retain(|(known, _)| *known != id);
        shown.push((id, Instant::now()));
    }

    /// A request wants no answer any more.
    pub fn clear(&self, id: RequestId) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _)| *known != id);
    }

    /// How to answer here, in a line.
    pub fn hint(kind: RequestKind) -> &'static str {
        match kind {
            RequestKind::Approval => {
                "   or here: y (once), r (for the run), a (always), n or never [what the agent is to know]"
            }
            RequestKind::Question => "   or here: your answer in one line, or the number of an option",
        }
    }

    /// Carries out a line; says what was done, or why nothing was.
    fn take(&self, project: &OpenProject, line: &str) -> Result<Option<String>, String> {
        let typed = read(line);
        let named = match &typed {
            Typed::Nothing => return Ok(None),
            Typed::Word(named, _) => *named,
            Typed::Words(_) => None,
        };
        let Some(id) = self.meant(named, Instant::now())? else { return Ok(None) };
        let request = project.store.request(id).map_err(|error| error.to_string())?;
        match (request.kind, typed) {
            (RequestKind::Approval, Typed::Word(_, word)) => {
                let decided = requests::decide(project, id, &word).map_err(|error| error.to_string())?;
                Ok(Some(told(project, &decided, &word)))
            }
            (RequestKind::Approval, _) => Err(format!("request {id} is answered with y, r, a, n or never")),
            (RequestKind::Question, _) => answer(project, &request, line.trim()),
        }
    }

    /// The request that an answer is about. Fails when that is not clear, or nobody can have read it yet.
    fn meant(&self, named: Option<RequestId>, now: Instant) -> Result<Option<RequestId>, String> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match (named, shown.as_slice()) {
            (_, []) => return Ok(None),
            (None, [only]) => Some(only),
            (None, _) => {
                let ids = shown.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(", ");
                return Err(format!("say which request you mean ({ids}), as in `y {}`", shown[0].0));
            }
            (Some(id), _) => shown.iter().find(|(known, _)| *known == id),
        };
        match found {
            None => Err("that request does not wait here".into()),
            Some((_, at)) if now.duration_since(*at) < READING => {
                Err("that was typed before the request could be read; read it, then answer again".into())
            }
            Some((id, _)) => Ok(Some(*id)),
        }
    }
}

fn answer(project: &OpenProject, request: &Request, line: &str) -> Result<Option<String>, String> {
    if requests::parts(request).len() > 1 {
        let how = requests::how_to_answer(project, request).join("\n");
        return Err(format!("this question has several parts; answer it from another terminal:\n{how}"));
    }
    requests::answer(project, request.id, &[line.to_owned()], false).map_err(|error| error.to_string())?;
    Ok(Some("Answered; the agent goes on.".into()))
}

fn read(line: &str) -> Typed<'_> {
    let line = line.trim();
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (decision, scope) = match first.to_lowercase().as_str() {
        "" => return Typed::Nothing,
        "y" | "yes" | "once" => (Decision::Approved, Scope::Once),
        "r" | "run" => (Decision::Approved, Scope::Run),
        "a" | "always" => (Decision::Approved, Scope::Always),
        "n" | "no" => (Decision::Denied, Scope::Once),
        "never" => (Decision::Denied, Scope::Always),
        _ => return Typed::Words(line),
    };
    let rest = rest.trim();
    let (number, more) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (id, remark) = match number.parse() {
        Ok(id) => (Some(RequestId(id)), more.trim()),
        Err(_) => (None, rest),
    };
    // A yes with words behind it is a sentence, and no yes to a command.
    if decision == Decision::Approved && !remark.is_empty() {
        return Typed::Words(line);
    }
    let remark = Some(remark.to_owned()).filter(|remark| !remark.is_empty());
    Typed::Word(id, Word { decision, scope, remark })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(decision: Decision, scope: Scope, remark: Option<&str>) -> Word {
        Word { decision, scope, remark: remark.map(str::to_owned) }
    }

    #[test]
    fn a_line_is_a_word_on_a_call_only_when_it_is_nothing_else() {
        let (yes, no) = (Decision::Approved, Decision::Denied);
        let cases = [
            ("", Typed::Nothing),
            (" Y ", Typed::Word(None, word(yes, Scope::Once, None))),
            ("r 3", Typed::Word(Some(RequestId(3)), word(yes, Scope::Run, None))),
            ("always", Typed::Word(None, word(yes, Scope::Always, None))),
            ("n", Typed::Word(None, word(no, Scope::Once, None))),
            ("never 3 it costs", Typed::Word(Some(RequestId(3)), word(no, Scope::Always, Some("it costs")))),
            ("n 3 use staging", Typed::Word(Some(RequestId(3)), word(no, Scope::Once, Some("use staging")))),
            ("no use staging", Typed::Word(None, word(no, Scope::Once, Some("use staging")))),
            ("yes but only on staging", Typed::Words("yes but only on staging")),
            ("y3", Typed::Words("y3")),
            ("terraform plan", Typed::Words("terraform plan")),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line), expected, "{line:?}");
        }
    }

    #[test]
    fn nobody_answers_what_they_cannot_have_read_or_what_is_not_clear() {
        let desk = Desk::default();
        let now = Instant::now();
        assert_eq!(desk.meant(None, now), Ok(None), "nothing waits, so a line means nothing");
        desk.show(RequestId(3));
        assert!(desk.meant(None, Instant::now()).expect_err("typed ahead").contains("before"));
        let later = Instant::now() + READING;
        assert_eq!(desk.meant(None, later), Ok(Some(RequestId(3))));
        desk.show(RequestId(4));
        let later = Instant::now() + READING;
        assert!(desk.meant(None, later).expect_err("two of them").contains("3, 4"));
        assert_eq!(desk.meant(Some(RequestId(4)), later), Ok(Some(RequestId(4))));
        desk.clear(RequestId(4));
        assert!(desk.meant(Some(RequestId(4)), later).is_err(), "it is settled");
    }
}
