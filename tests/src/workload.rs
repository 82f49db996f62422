//! What the program `store-writer` writes, so that tests know what must be there after it was killed.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::str::FromStr;

use serde_json::{Value, json};

/// A kind of writing. Every write has a number, and the number says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// Always the same key.
    OneKey,
    /// Fifty keys in turn.
    ManyKeys,
    /// Ten keys that come and go.
    Deletes,
    /// Four keys with 200 KB each.
    BigValues,
}

impl Workload {
    /// All of them, as the arguments of `store-writer` have them.
    pub const ALL: [(&str, Self); 4] = [
        ("one-key", Self::OneKey),
        ("many-keys", Self::ManyKeys),
        ("deletes", Self::Deletes),
        ("big-values", Self::BigValues),
    ];

    /// The key of a write, and its value unless it removes one.
    #[must_use]
    pub fn write(self, number: usize) -> (String, Option<Value>) {
        match self {
            Self::OneKey => ("k".to_owned(), Some(json!(number))),
            Self::ManyKeys => (format!("k{}", number % 50), Some(json!(number))),
            Self::Deletes => {
                let key = format!("k{}", number % 10);
                (key, (!number.is_multiple_of(3)).then(|| json!(number)))
            }
            Self::BigValues => {
                let text = number.to_string().repeat(200_000 / 8);
                (format!("k{}", number % 4), Some(json!(text)))
            }
        }
    }

    /// What is stored after so many writes.
    #[must_use]
    pub fn after(self, writes: usize) -> BTreeMap<String, Value> {
        let mut values = BTreeMap::new();
        // No key is older than that.
        for number in writes.saturating_sub(50)..writes {
            let (key, value) = self.write(number);
            match value {
                Some(value) => drop(values.insert(key, value)),
                None => drop(values.remove(&key)),
            }
        }
        values
    }

    /// How many writes are stored, of which so many were acknowledged; what is wrong otherwise.
    ///
    /// One more may be there: it was on its way.
    ///
    /// # Errors
    ///
    /// When an acknowledged write is missing, or something else is there.
    pub fn count(
        self,
        acknowledged: usize,
        stored: &BTreeMap<String, Value>,
    ) -> Result<usize, String> {
        for writes in [acknowledged, acknowledged + 1] {
            if self.after(writes) == *stored {
                return Ok(writes);
            }
        }
        let keys: Vec<_> = stored.keys().collect();
        Err(format!(
            "not what {acknowledged} writes leave behind: {keys:?}"
        ))
    }
}

impl FromStr for Workload {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|(name, _)| *name == text);
        found
            .map(|(_, workload)| workload)
            .ok_or_else(|| text.to_owned())
    }
}

/// A running `store-writer`, which is killed when the test ends.
#[derive(Debug)]
pub struct Writer {
    child: Child,
    output: BufReader<ChildStdout>,
    acknowledged: usize,
}

impl Writer {
    /// Starts the program, which writes until it is killed. It goes on after so many writes.
    #[must_use]
    pub fn start(program: &str, path: &Path, workload: &str, writes: usize) -> Self {
        Self::start_as(program, ["store", "runs"], path, workload, writes)
    }

    /// Starts the program as a kind of it, at a pace; see there.
    #[must_use]
    pub fn start_as(
        program: &str,
        [kind, pace]: [&str; 2],
        path: &Path,
        workload: &str,
        writes: usize,
    ) -> Self {
        let mut child = Command::new(program)
            .args([kind, pace, workload, &writes.to_string()])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the writer runs");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut writer = Self {
            child,
            output,
            acknowledged: writes,
        };
        assert_eq!(writer.line().as_deref(), Some("ready"), "it opens");
        writer
    }

    /// Waits for the next acknowledgement, and returns how many writes there were.
    pub fn acknowledgement(&mut self) -> Option<usize> {
        // A line that the kill has cut acknowledges nothing.
        let line = self.line()?;
        self.acknowledged = line.parse().expect("a number");
        Some(self.acknowledged)
    }

    /// Lets it do one write, where that is its pace, and returns how many writes were acknowledged then.
    pub fn step(&mut self) -> usize {
        let input = self.child.stdin.as_mut().expect("it is piped");
        input.write_all(b"\n").expect("it reads");
        self.acknowledgement().expect("it writes")
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, and returns how many writes were acknowledged.
    pub fn kill(mut self) -> usize {
        self.child.kill().expect("it runs");
        while self.acknowledgement().is_some() {}
        self.child.wait().expect("it ends");
        self.acknowledged
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("its output");
        line.strip_suffix('\n').map(str::to_owned)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
