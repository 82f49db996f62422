//! Writes until it is killed, and prints the number of acknowledged writes:
//! `store-writer KIND PACE WORKLOAD WRITES FILE`.
//!
//! The kind `store` is the shell's config store. The kind `json` is for comparison: a JSON file that is replaced by a
//! rename without a sync. At the pace `steps`, each write waits for a line of input.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Write as _, stdin, stdout};
use std::path::PathBuf;

use serde_json::Value;
use stratos_host::store::ConfigStore;
use stratos_tests::Workload;

/// Sets a key, or deletes it for `None`.
type Write = Box<dyn FnMut(&str, Option<Value>)>;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("KIND PACE WORKLOAD WRITES FILE");
    let (kind, pace, workload, writes) = (next(), next(), next(), next());
    let path = PathBuf::from(next());
    let workload: Workload = workload.parse().expect("a workload");
    let writes: usize = writes.parse().expect("a number");
    let mut write: Write = match kind.as_str() {
        "store" => {
            let (store, notices) = ConfigStore::open(&path).expect("the store opens");
            assert!(notices.is_empty(), "{notices:?}");
            Box::new(move |key, value| match value {
                Some(value) => store.set("p", key, &value).expect("it is stored"),
                None => drop(store.delete("p", key).expect("it is removed")),
            })
        }
        _ => {
            let mut values: BTreeMap<String, Value> = workload.after(writes);
            Box::new(move |key, value| {
                match value {
                    Some(value) => drop(values.insert(key.to_owned(), value)),
                    None => drop(values.remove(key)),
                }
                let text = serde_json::to_string(&values).expect("JSON");
                let temporary = path.with_extension("tmp");
                fs::write(&temporary, text).expect("it is written");
                fs::rename(temporary, &path).expect("it is renamed");
            })
        }
    };
    say("ready");
    for number in writes.. {
        if pace == "steps" && stdin().read_line(&mut String::new()).expect("a line") == 0 {
            return;
        }
        let (key, value) = workload.write(number);
        write(&key, value);
        say(&(number + 1).to_string());
    }
}

/// Prints a line with one write, which a kill cannot split.
fn say(line: &str) {
    let line = format!("{line}\n");
    let mut out = stdout().lock();
    out.write_all(line.as_bytes())
        .and_then(|()| out.flush())
        .expect("the test reads");
}
