//! The report about the answers of the app, for people and as JSON.

use serde::Serialize;
use serde_json::Value;

use crate::commands::doctor::answers::Answers;
use crate::commands::doctor::questions::{QUESTIONS, Question};
use crate::output::{BOLD, DIM, GREEN, RED, YELLOW, escape};

/// Version of the report's format.
const VERSION: u32 = 1;

/// Report that an author can send.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    version: u32,
    /// Version of `cargo-stratos`.
    tool: &'static str,
    /// Number of times that the app has started the probe.
    starts: u64,
    answers: Vec<Finding<'a>>,
}

/// A question with its answer.
#[derive(Debug, Serialize)]
struct Finding<'a> {
    id: &'static str,
    question: &'static str,
    assumption: &'static str,
    verdict: Verdict,
    answer: Option<&'a Value>,
}

/// Relation of an answer to what is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    AsAssumed,
    Different,
    /// Nothing depends on the answer.
    Noted,
    Unanswered,
}

impl<'a> Report<'a> {
    pub(super) fn new(answers: &'a Answers) -> Self {
        let findings = QUESTIONS.iter().map(|question| {
            let answer = answers.get(question.id);
            Finding {
                id: question.id,
                question: question.text,
                assumption: question.assumption,
                verdict: verdict(question, answer),
                answer,
            }
        });
        Self {
            version: VERSION,
            tool: env!("CARGO_PKG_VERSION"),
            starts: answers.starts(),
            answers: findings.collect(),
        }
    }

    /// Whether every answer on which something depends is there and agrees with what is assumed.
    pub(super) fn is_as_assumed(&self) -> bool {
        self.count(Verdict::Different) == 0 && self.count(Verdict::Unanswered) == 0
    }

    fn count(&self, verdict: Verdict) -> usize {
        let found = self
            .answers
            .iter()
            .filter(|finding| finding.verdict == verdict);
        found.count()
    }

    /// The report for a terminal.
    pub(super) fn text(&self) -> String {
        let mut rows: Vec<String> = self.answers.iter().map(Finding::rows).collect();
        rows.push(format!(
            "\n{} questions: {} as assumed, {} different, {} noted, {} without an answer",
            self.answers.len(),
            self.count(Verdict::AsAssumed),
            self.count(Verdict::Different),
            self.count(Verdict::Noted),
            self.count(Verdict::Unanswered),
        ));
        if self.starts < 2 {
            rows.push("Some answers need a second start of the app.".to_owned());
        }
        rows.join("\n")
    }
}

impl Finding<'_> {
    fn rows(&self) -> String {
        let (style, word) = match self.verdict {
            Verdict::AsAssumed => (GREEN, "as assumed"),
            Verdict::Different => (RED, "different"),
            Verdict::Noted => (DIM, "noted"),
            Verdict::Unanswered => (YELLOW, "no answer"),
        };
        let answer = self.answer.map_or_else(String::new, |answer| {
            format!("\n  answer:  {}", escape(&answer.to_string()))
        });
        format!(
            "{style}{word}{style:#}  {BOLD}{}{BOLD:#}: {}{answer}\n  assumed: {}",
            self.id, self.question, self.assumption
        )
    }
}

fn verdict(question: &Question, answer: Option<&Value>) -> Verdict {
    match (question.agrees, answer) {
        (None, _) => Verdict::Noted,
        (Some(_), None) => Verdict::Unanswered,
        (Some(agrees), Some(answer)) if agrees(answer) => Verdict::AsAssumed,
        (Some(_), Some(_)) => Verdict::Different,
    }
}
