//! The program `store-writer`: what it writes, and a handle of its process.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::str::FromStr;

use serde_json::{Value, json};

/// A sequence of writes, numbered from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// Sets one key.
    OneKey,
    /// Sets 50 keys in turn.
    ManyKeys,
    /// Sets and deletes 10 keys in turn.
    Deletes,
    /// Sets 4 keys in turn, with 200 KB each.
    BigValues,
}

impl Workload {
    /// All workloads with their names in the arguments of `store-writer`.
    pub const ALL: [(&str, Self); 4] = [
        ("one-key", Self::OneKey),
        ("many-keys", Self::ManyKeys),
        ("deletes", Self::Deletes),
        ("big-values", Self::BigValues),
    ];

    /// The key of a write, and its value, or `None` if it deletes the key.
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

    /// The stored values after this many writes.
    #[must_use]
    pub fn after(self, writes: usize) -> BTreeMap<String, Value> {
        let mut values = BTreeMap::new();
        // The last 50 writes determine all keys.
        for number in writes.saturating_sub(50)..writes {
            let (key, value) = self.write(number);
            match value {
                Some(value) => drop(values.insert(key, value)),
                None => drop(values.remove(&key)),
            }
        }
        values
    }

    /// The number of writes that are stored when this many were acknowledged.
    ///
    /// One write more may be stored: the write in flight when the program was killed.
    ///
    /// # Errors
    ///
    /// When the stored values are not those of `acknowledged` or `acknowledged + 1` writes.
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

/// A running `store-writer`, killed on drop.
#[derive(Debug)]
pub struct StoreWriter {
    child: Child,
    output: BufReader<ChildStdout>,
    acknowledged: usize,
}

impl StoreWriter {
    /// Starts the program, which continues after this many writes and writes until it is killed.
    #[must_use]
    pub fn start(program: &str, path: &Path, workload: &str, writes: usize) -> Self {
        Self::start_as(program, ["store", "runs"], path, workload, writes)
    }

    /// Starts the program with a kind of store and a pace, see `store-writer.rs`.
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

    /// Waits for the next acknowledgement, and returns the number of acknowledged writes.
    pub fn acknowledgement(&mut self) -> Option<usize> {
        // An incomplete line of a killed program acknowledges nothing.
        let line = self.line()?;
        self.acknowledged = line.parse().expect("a number");
        Some(self.acknowledged)
    }

    /// Triggers one write at the pace `steps`, and returns the number of acknowledged writes.
    pub fn step(&mut self) -> usize {
        let input = self.child.stdin.as_mut().expect("it is piped");
        input.write_all(b"\n").expect("it reads");
        self.acknowledgement().expect("it writes")
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the program, and returns the number of acknowledged writes.
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

impl Drop for StoreWriter {
    fn drop(&mut self) {
        // The program may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
