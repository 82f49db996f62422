//! Questions that only the real app can answer, with what this project assumes until then.

use serde_json::Value;

/// A question about the real app. The probe answers it under the same id.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) id: &'static str,
    pub(super) text: &'static str,
    /// Answer that the code, the tests and the book assume.
    pub(super) assumption: &'static str,
    /// Whether an answer agrees with the assumption. `None` if nothing depends on the answer.
    pub(super) agrees: Option<fn(&Value) -> bool>,
}

/// All questions, in the order of the report.
#[rustfmt::skip]
pub(super) const QUESTIONS: &[Question] = &[
    Question { id: "exports", text: "Which export does the app call, and with how many arguments?",
        assumption: "the default export, with ctx (V2, V3)",
        agrees: Some(|a| a["taken"] == "default" && a["arguments"] == 1) },
    Question { id: "process-type", text: "In which process and thread do background modules run?",
        assumption: "any: the entry works in the main process, a utility process and a worker thread", agrees: None },
    Question { id: "versions", text: "Which versions of Node and Electron are there?",
        assumption: "Node 18.17 or newer", agrees: Some(is_supported_node) },
    Question { id: "resources-path", text: "Where are the resources of Electron?",
        assumption: "any: the entry uses none of them", agrees: None },
    Question { id: "module", text: "Is `background/index.js` an ES module from a file, with a `package.json` beside it?",
        assumption: "yes, in the plugin's folder and in no asar archive",
        agrees: Some(|a| starts_with(&a["url"], "file:") && a["ofArchive"] == false) },
    Question { id: "working-folder", text: "What is the working folder?",
        assumption: "not the plugin's folder", agrees: Some(|a| a["isOfPlugin"] == false) },
    Question { id: "user-data", text: "Where is the app's folder, and which version of the app is it?",
        assumption: "a folder `Stratos` where Electron's app data are", agrees: None },
    Question { id: "data-folder", text: "May a plugin write to `plugins-data/<id>` beside `plugins`?",
        assumption: "yes; the folder may have to be created", agrees: Some(|a| a["isWritable"] == true) },
    Question { id: "environment", text: "Which variables of Electron, Node and AppImage does a plugin inherit?",
        assumption: "any: the entry removes them for the program", agrees: None },
    Question { id: "context-members", text: "What members does ctx have?",
        assumption: "at least logger, config, ipc, auth and server (V1)", agrees: Some(has_services) },
    Question { id: "config-missing", text: "What does config.get give for a missing key?",
        assumption: "undefined or null, and the default if there is one",
        agrees: Some(|a| (a["without"] == "undefined" || a["without"] == "null") && a["withDefault"] == "default") },
    Question { id: "config-types", text: "Does config keep all JSON values and their types?",
        assumption: "yes", agrees: Some(|a| a["changed"] == serde_json::json!([])) },
    Question { id: "config-survives", text: "Does a config value survive a restart of the app?",
        assumption: "yes", agrees: Some(|a| a["kept"] == true) },
    Question { id: "second-handler", text: "Is a second ipc.handle of a channel refused?",
        assumption: "yes, with an exception", agrees: Some(|a| a["refused"] == true) },
    Question { id: "auth", text: "What do the functions of auth return?",
        assumption: "a boolean, and a string or null; no promises", agrees: Some(is_login) },
    Question { id: "router-function", text: "Does server.registerRouter take a function (req, res, next), and what is req.url?",
        assumption: "yes; the path relative to the prefix, as in Express",
        agrees: Some(|a| a["status"] == 200 && a["seen"]["url"] == "/see/a%20b?x=1") },
    Question { id: "body-json", text: "Does the app parse JSON bodies before the plugin's routes?",
        assumption: "either: the entry forwards both",
        agrees: Some(|a| a["seen"]["unread"] == 7 || a["seen"]["parsed"] == "object") },
    Question { id: "body-text", text: "Does the app parse bodies of text?",
        assumption: "no: they are streamed", agrees: Some(|a| a["seen"]["unread"] == 5) },
    Question { id: "body-bytes", text: "Does the app parse bodies of bytes?",
        assumption: "no: they are streamed", agrees: Some(|a| a["seen"]["unread"] == 5) },
    Question { id: "second-router", text: "Which router serves a prefix that is registered twice?",
        assumption: "the first one, as in Express",
        agrees: Some(|a| a["refused"] == true || a["seen"]["router"] == "first") },
    Question { id: "other-prefix", text: "May a prefix be outside of `/api/<id>`?",
        assumption: "yes (V1)", agrees: Some(|a| a["refused"] == false && a["status"] == 200) },
    Question { id: "child-process", text: "May a background module start a program?",
        assumption: "yes", agrees: Some(|a| a["runs"] == true) },
    Question { id: "temporary-folder", text: "May a program run in the temporary folder?",
        assumption: "yes; the entry runs programs there if it has no data folder", agrees: Some(|a| a["runs"] == true) },
    Question { id: "data-folder-programs", text: "May a program run in the plugin's data folder?",
        assumption: "yes; the entry runs its program there", agrees: Some(|a| a["runs"] == true) },
    Question { id: "stop", text: "Is onStop called when the app quits, with what, and how long may it take?",
        assumption: "yes; without arguments (V1) or with ctx (V2, V3)", agrees: Some(|a| a["called"] == true) },
    Question { id: "exit-event", text: "Does process have its event `exit` when the app quits?",
        assumption: "yes; the entry then kills its program", agrees: Some(|a| a["seen"] == true) },
    Question { id: "lifeline", text: "Does a child process notice at its standard input that the app has quit?",
        assumption: "yes; a plugin's program then exits", agrees: Some(|a| a["noticed"] == true) },
    Question { id: "resume", text: "Is onResume called?",
        assumption: "after an update only (V1), which this probe does not cause", agrees: None },
];

fn is_supported_node(answer: &Value) -> bool {
    let version = answer["node"].as_str().unwrap_or_default();
    let mut numbers = version
        .split('.')
        .map(|number| number.parse().unwrap_or(0_u32));
    let found = (numbers.next(), numbers.next());
    found >= (Some(18), Some(17))
}

fn starts_with(value: &Value, prefix: &str) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(prefix))
}

fn has_services(answer: &Value) -> bool {
    let services = ["logger", "config", "ipc", "auth", "server"];
    services.iter().all(|name| answer[name].is_object())
}

fn is_login(answer: &Value) -> bool {
    let is_token = answer["getToken"] == "string" || answer["getToken"] == "null";
    answer["isAuthenticated"] == "boolean" && is_token && answer["isPromise"] == false
}
