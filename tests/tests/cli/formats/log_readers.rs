//! Models of terminals and CI runners, which interpret the output of a job.

use std::collections::BTreeMap;

/// Commands of GitHub and Azure in a log. GitHub reads them at the beginning of a line, and formerly anywhere in it.
pub fn commands(log: &str) -> Vec<&str> {
    log.lines()
        .filter(|line| {
            let begins = line.trim_start().starts_with("::");
            begins
                || ["##[", "##vso[", "##teamcity["]
                    .iter()
                    .any(|mark| line.contains(mark))
        })
        .collect()
}

/// Characters that a terminal, an editor or a reader does not show as text.
pub fn interpreted(text: &str) -> Option<char> {
    text.chars().find(|c| {
        let invisible = matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
        *c != '\n' && (c.is_control() || invisible)
    })
}

/// Parses an annotation as GitHub's runner does.
pub struct Annotation {
    pub name: String,
    pub properties: BTreeMap<String, String>,
    pub message: String,
}

pub fn annotation(line: &str) -> Option<Annotation> {
    let (head, message) = line.strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties
        .split(',')
        .filter_map(|property| property.split_once('='));
    Some(Annotation {
        name: name.to_owned(),
        properties: properties
            .map(|(key, value)| {
                let value = value.replace("%3A", ":").replace("%2C", ",");
                (key.to_owned(), data(&value))
            })
            .collect(),
        message: data(message),
    })
}

fn data(text: &str) -> String {
    let text = text.replace("%0D", "\r").replace("%0A", "\n");
    text.replace("%25", "%")
}
