//! Attacks of web pages on the shell, in a real browser: from foreign pages, from pages whose name was rebound to the
//! shell's address, and from pages on other ports of this machine, with all requests of `vectors.js`.
//!
//! Each request must succeed on the shell's own page, so that a refusal elsewhere is significant.
//!
//! `cargo test -p stratos-tests --test server browser -- --nocapture` prints the outcome of each attempt.

mod attacker;

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use serde_json::Value;
use stratos_tests::{Browser, Plugins, ShellProcess, exclusive};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// Path of the secret plugin's program.
const PLUGIN: &str = env!("CARGO_BIN_EXE_secret-plugin");
const SECRET: &str = "1371";
const PATIENCE: Duration = Duration::from_secs(60);
/// The last of the vectors that work only in the foreground tab.
const LAST_IN_FRONT: &str = "video with CORS";

const HOSTILE: [&str; 4] = ["foreign", "rebound", "neighbour", "other port"];

/// Vectors that browsers mark as cross-site even on the shell's own pages: without an origin, or redirected by another
/// site.
const FOREIGN_EVERYWHERE: [&str; 14] = [
    "fetch in a sandbox",
    "fetch in data:",
    "iframe in a sandbox",
    "service worker",
    "redirected fetch",
    "redirected script",
    "redirected image",
    "redirected iframe",
    "redirected EventSource",
    "redirected POST",
    "redirected form POST",
    "refreshed iframe",
    "font",
    "prefetch",
];

/// Vectors that must succeed on a page of an allowed origin, because browsers send its `Origin` with them.
const OF_A_DEV_SERVER: [&str; 19] = [
    "fetch",
    "fetch with a header",
    "fetch with a token",
    "fetch without a referrer",
    "fetch past the cache",
    "XMLHttpRequest",
    "script with CORS",
    "module",
    "stylesheet with CORS",
    "image with CORS",
    "video with CORS",
    "EventSource",
    "WebSocket of the plugin",
    "WebSocket of the UI",
    "POST",
    "POST of JSON",
    "PUT",
    "DELETE",
    "question to the UI's WebSocket",
];

/// Outcomes of the attempts, by page and vector.
#[derive(Default)]
struct Outcomes {
    /// Number of pages that have completed all vectors.
    done: usize,
    kinds: BTreeMap<String, String>,
    outcomes: BTreeMap<(String, String), String>,
    marks: Value,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hostile_page_reads_or_changes_anything() {
    let _lock = exclusive();
    let Some(chromium) = Browser::find() else {
        return;
    };
    let (reporter, mut reports) = unbounded_channel();
    let attacker = attacker::serve(reporter.clone()).await;
    let dev_server = attacker::serve(reporter).await;
    let plugins = Plugins::new(PLUGIN, &["secret"]);
    let folder = plugins.root().join("secret");
    let settings = format!(
        "[dev]\norigins = [\"http://localhost:{}\"]\n",
        dev_server.port()
    );
    fs::write(folder.join("stratos.toml"), settings).unwrap();
    let shell = ShellProcess::start(&folder);
    let names = [
        (
            format!("a.evil.test:{}", shell.address.port()),
            attacker::rebind(shell.address).await,
        ),
        ("*.evil.test".to_owned(), attacker),
    ];
    let pages = pages(shell.address.port(), attacker.port(), dev_server.port());
    let begin = std::time::Instant::now();
    let browser = Browser::start(&chromium, &names);
    let mut outcomes = Outcomes::default();
    for (name, url) in &pages {
        browser.open(url);
        // An allowed page opens windows, which would move the next page to the background.
        let is_last = |report: &Value| match HOSTILE.contains(name) {
            true => report["vector"] == LAST_IN_FRONT,
            false => report["page"] == *name && report["done"] == true,
        };
        outcomes.collect_until(&mut reports, is_last).await;
    }
    while outcomes.done < pages.len() {
        let done = |report: &Value| report["done"] == true;
        outcomes.collect_until(&mut reports, done).await;
    }
    outcomes.marks = shell.get("/api/secret/marks").json();
    drop(browser);
    let (breaches, hostile) = (outcomes.breaches(), HOSTILE.len() * outcomes.kinds.len());
    println!("{}", outcomes.table());
    println!(
        "{} of {hostile} attempts of hostile pages came through; {:.0} s",
        breaches.len(),
        begin.elapsed().as_secs_f64(),
    );

    assert!(hostile > 200, "all vectors were tried");
    assert!(
        breaches.is_empty(),
        "{} attempts came through, such as {:?}",
        breaches.len(),
        breaches.first()
    );
    assert_eq!(outcomes.missing(), Vec::<String>::new());
}

/// Names and URLs of the pages. Their script and its reports belong to the attacker's server or the dev server.
fn pages(port: u16, strange: u16, dev: u16) -> [(&'static str, String); 6] {
    let (own, near) = (
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
    );
    let rebound = format!("http://a.evil.test:{port}");
    let evil = format!("http://www.evil.test:{strange}");
    let neighbour = format!("http://localhost:{strange}");
    let other = format!("http://127.0.0.1:{strange}");
    let dev = format!("http://localhost:{dev}");
    let pages = [
        ("own", &own, &own, &evil),
        ("dev server", &dev, &own, &dev),
        ("foreign", &evil, &own, &evil),
        ("rebound", &rebound, &rebound, &evil),
        ("neighbour", &neighbour, &near, &neighbour),
        ("other port", &other, &own, &other),
    ];
    pages.map(|(page, origin, target, server)| {
        let named = page.replace(' ', "+");
        let script =
            format!("{server}/vectors.js?page={named}&target={target}&reports={server}/report");
        let url = match page {
            "own" => format!("{origin}/api/secret/own?script={}", encode(&script)),
            _ => format!("{origin}/attack?{script}"),
        };
        (page, url)
    })
}

impl Outcomes {
    /// Collects reports up to one that matches.
    async fn collect_until(
        &mut self,
        reports: &mut UnboundedReceiver<Value>,
        is_last: impl Fn(&Value) -> bool,
    ) {
        loop {
            let report = timeout(PATIENCE, reports.recv()).await;
            let Ok(Some(report)) = report else {
                panic!("no page reports any more: {}", self.table());
            };
            let text = |name: &str| report[name].as_str().unwrap_or_default().to_owned();
            if report["done"] == true {
                self.done += 1;
            } else {
                self.kinds.insert(text("vector"), text("kind"));
                let attempt = (text("page"), text("vector"));
                self.outcomes.insert(attempt, text("seen"));
            }
            if is_last(&report) {
                return;
            }
        }
    }

    fn mark(&self, page: &str, vector: &str, what: &str) -> bool {
        self.marks[format!("{page}: {vector}")][what]
            .as_u64()
            .is_some_and(|count| count > 0)
    }

    /// The outcome of an attempt.
    fn of(&self, page: &str, vector: &str) -> &'static str {
        let Some(seen) = self.outcomes.get(&(page.to_owned(), vector.to_owned())) else {
            return "missing";
        };
        let (changed, reached) = (
            self.mark(page, vector, "changed"),
            self.mark(page, vector, "reached"),
        );
        match self.kinds[vector].as_str() {
            "changes" if changed => "CHANGED",
            _ if seen == SECRET || seen.starts_with("answered") => "READ",
            _ if changed => "CHANGED",
            _ if reached => "reached",
            _ => "refused",
        }
    }

    /// Successful attempts of hostile pages.
    fn breaches(&self) -> Vec<String> {
        let attempts = HOSTILE
            .iter()
            .flat_map(|page| self.kinds.keys().map(move |vector| (page, vector)));
        attempts
            .filter_map(|(page, vector)| match self.of(page, vector) {
                "refused" => None,
                how => Some(format!("{page}: {vector}: {how}")),
            })
            .collect()
    }

    /// Failed attempts of the shell's own page and of the allowed origin; a vector that works nowhere proves nothing.
    fn missing(&self) -> Vec<String> {
        let own = self
            .kinds
            .keys()
            .map(String::as_str)
            .filter(|vector| !FOREIGN_EVERYWHERE.contains(vector))
            .map(|vector| ("own", vector));
        let dev = OF_A_DEV_SERVER.map(|vector| ("dev server", vector));
        own.chain(dev)
            .filter_map(|(page, vector)| {
                let how = self.of(page, vector);
                let is_good = match self.kinds.get(vector).map(String::as_str) {
                    Some("reads") => how == "READ",
                    Some("changes") => how == "CHANGED",
                    _ => how != "refused" && how != "missing",
                };
                (!is_good).then(|| format!("{page}: {vector}: {how}"))
            })
            .collect()
    }

    fn table(&self) -> String {
        let pages = HOSTILE.iter().chain(&["dev server", "own"]);
        let mut table = format!("{:34}", "");
        for page in pages.clone() {
            table += &format!("{page:12}");
        }
        for vector in self.kinds.keys() {
            table += &format!("\n{vector:34}");
            for page in pages.clone() {
                table += &format!("{:12}", self.of(page, vector));
            }
        }
        table
    }
}

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
