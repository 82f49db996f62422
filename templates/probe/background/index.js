// A plugin that asks the app what background modules may expect of it, for `cargo stratos doctor --app`.
//
// It writes each answer to a file as soon as it has it, because the app may end at any time. The answers contain no
// token, no value of a variable, and no path of the home folder.

import { spawn } from "node:child_process";
import { chmod, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, release, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread } from "node:worker_threads";

const ID = "stratos-doctor";
const WINDOWS = process.platform === "win32";
const ROOT = `/api/${ID}`;
/** Longest time that one question may take, in milliseconds. */
const TIMEOUT = 5000;
/** Longest time that `onStop` takes, and the pause between two notes of how long it has taken, in milliseconds. */
const STOP = 6000;
const STOP_STEP = 50;

const background = dirname(fileURLToPath(import.meta.url));
/** `answers` is the path of the file for the answers, `port` that of the app's server. */
const settings = JSON.parse(readFileSync(join(background, "settings.json"), "utf8"));
const home = homedir();

const hadDataFolder = existsSync(dirname(settings.answers));
/** The file with the answers: in the plugin's data folder or, if that cannot be written, beside this module. */
const file = [settings.answers, join(background, "answers.json")].find(isWritable);
const answers = readAnswers();

/** Paths of the home folder contain the user's name, which is not part of an answer. */
const withoutHome = (text) => [home, pathToFileURL(home).href].reduce((text, path) => text.replaceAll(path, "~"), text);

function isWritable(place) {
  try {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, existsSync(place) ? readFileSync(place) : "{}");
    return true;
  } catch {
    return false;
  }
}

function readAnswers() {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

function answer(id, value) {
  answers[id] = value;
  const anonymous = (_, value) => (typeof value === "string" ? withoutHome(value) : value ?? null);
  try {
    if (file) writeFileSync(file, JSON.stringify(answers, anonymous, 2));
  } catch {
    // The next answer is written with all others. An error here would be one of the user's app.
  }
}

/** Like `typeof`, with `null` and the names of classes. */
function kind(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value;
  const name = value.constructor?.name ?? "Object";
  return name === "Object" ? "object" : name;
}

/** The error's message, or `undefined` if `act` succeeds. */
async function refusal(act) {
  try {
    await act();
    return undefined;
  } catch (error) {
    return String(error?.message ?? error);
  }
}

function members(object, depth) {
  const names = new Set();
  for (let at = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor") names.add(name);
  }
  const entries = [...names].sort().map((name) => {
    const value = object[name];
    const nested = depth > 0 && typeof value === "object" && value !== null;
    return [name, nested ? members(value, depth - 1) : kind(value)];
  });
  return Object.fromEntries(entries);
}

/** Starts a program and waits for it. */
function run(program, args) {
  return new Promise((resolve) => {
    try {
      const child = spawn(program, args, { stdio: "ignore", windowsHide: true });
      child.once("error", (error) => resolve({ runs: false, error: error.code ?? error.message }));
      child.once("exit", (code) => resolve({ runs: code === 0, code }));
    } catch (error) {
      resolve({ runs: false, error: error.code ?? error.message });
    }
  });
}

/** Whether a program may run in this folder. */
async function runsPrograms(parent) {
  const folder = await mkdtemp(join(parent, `${ID}-`));
  try {
    const program = join(folder, WINDOWS ? "hostname.exe" : "program");
    if (WINDOWS) await copyFile(join(process.env.SystemRoot ?? "C:\\Windows", "System32", "hostname.exe"), program);
    else await writeFile(program, "#!/bin/sh\nexit 0\n").then(() => chmod(program, 0o755));
    return await run(program, []);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Sends a request to this plugin's own route, and returns what the route saw of it. */
async function request(path, options) {
  const response = await fetch(`http://127.0.0.1:${settings.port}${path}`, options);
  const text = await response.text();
  try {
    return { status: response.status, seen: JSON.parse(text) };
  } catch {
    return { status: response.status, text: text.slice(0, 200) };
  }
}

/** A router as the entry has it: a plain function, for `registerRouter`. */
const router = (name) => (req, res, next) => {
  if (!req.url.startsWith("/see")) return next();
  const parsed = kind(req.body);
  let unread = 0;
  const respond = () => {
    const { url, originalUrl, baseUrl } = req;
    res.setHeader("content-type", "application/json");
    res.end(JSON.stringify({ router: name, url, originalUrl, baseUrl, parsed, unread }));
  };
  // If a parser before the router has read the body, there is no event of its end any more.
  if (req.readableEnded) return respond();
  req.on("data", (chunk) => (unread += chunk.length));
  req.on("end", respond);
};

const post = (type, body) => request(`${ROOT}/see`, { method: "POST", headers: { "content-type": type }, body });

/** The questions by id. The table in `cargo stratos doctor` says what is assumed of each. */
const QUESTIONS = {
  "process-type": () => ({
    type: process.type ?? null,
    mainThread: isMainThread,
    parentPort: kind(process.parentPort),
  }),
  versions: () => {
    const { node, electron, chrome } = process.versions;
    return { node, electron, chrome, platform: process.platform, arch: process.arch, system: release() };
  },
  "resources-path": () => ({ path: process.resourcesPath ?? null, program: process.execPath }),
  module: () => ({ url: import.meta.url, ofArchive: import.meta.url.includes(".asar") }),
  "working-folder": () => ({ path: process.cwd(), isOfPlugin: process.cwd().startsWith(dirname(background)) }),
  "user-data": async () => {
    const electron = await import("electron");
    const app = electron.app ?? electron.default?.app;
    if (!app) return { electron: kind(electron.default ?? electron), app: kind(app) };
    return { path: app.getPath("userData"), version: app.getVersion(), isPackaged: app.isPackaged };
  },
  // The probe itself has made the folder before a second start.
  "data-folder": () => answers["data-folder"] ?? { existed: hadDataFolder, isWritable: file === settings.answers },
  environment: () => {
    const isTold = (name) => /^(ELECTRON_|CHROME_CRASHPAD|NODE_OPTIONS$|APPDIR$|APPIMAGE$|LD_(LIBRARY_PATH|PRELOAD)$)/.test(name);
    return { names: Object.keys(process.env).filter(isTold).sort() };
  },
  "context-members": (ctx) => members(ctx, 1),
  "config-missing": async ({ config }) => {
    const key = `${ID}-missing`;
    return { without: kind(await config.get(key)), withDefault: await config.get(key, "default") };
  },
  "config-types": async ({ config }) => {
    const values = { text: "ä \u{1f6eb}", whole: 2 ** 53, float: 1.5, flag: false, nothing: null, list: [1, "2"], map: { a: 1 } };
    const changed = [];
    for (const [name, value] of Object.entries(values)) {
      const key = `${ID}-${name}`;
      await config.set(key, value);
      const got = await config.get(key);
      if (JSON.stringify(got) !== JSON.stringify(value)) changed.push(`${name}: ${kind(value)} became ${kind(got)}`);
      await config.delete(key);
    }
    return { changed, deleted: kind(await config.get(`${ID}-text`)), all: kind(await config.getAll()) };
  },
  "config-survives": async ({ config }) => {
    const key = `${ID}-kept`;
    const kept = await config.get(key);
    if (answers.starts === 1) {
      await config.set(key, "kept");
      return undefined; // The second start has the answer.
    }
    await config.delete(key);
    return { kept: kept === "kept" };
  },
  "second-handler": async ({ ipc }) => {
    const returned = ipc.handle("doctor", () => "first");
    const error = await refusal(() => ipc.handle("doctor", () => "second"));
    return { refused: error !== undefined, error, returned: kind(returned), removeHandler: kind(ipc.removeHandler) };
  },
  auth: async ({ auth }) => ({
    // The type only, never the token.
    isAuthenticated: kind(await auth.isAuthenticated()),
    getToken: kind(await auth.getToken()),
    isPromise: typeof auth.getToken()?.then === "function",
  }),
  "router-function": async ({ server }) => {
    const error = await refusal(() => server.registerRouter(ROOT, router("first")));
    return { accepted: error === undefined, error, ...(await request(`${ROOT}/see/a%20b?x=1`)) };
  },
  "body-json": () => post("application/json", '{"a":1}'),
  "body-text": () => post("text/plain", "words"),
  "body-bytes": () => post("application/octet-stream", "bytes"),
  "second-router": async ({ server }) => {
    const error = await refusal(() => server.registerRouter(ROOT, router("second")));
    return { refused: error !== undefined, error, ...(await request(`${ROOT}/see`)) };
  },
  "other-prefix": async ({ server }) => {
    const error = await refusal(() => server.registerRouter(`/${ID}`, router("other")));
    return { refused: error !== undefined, error, ...(await request(`/${ID}/see`)) };
  },
  "child-process": () => (WINDOWS ? run("cmd.exe", ["/d", "/c", "exit 0"]) : run("/bin/sh", ["-c", "exit 0"])),
  "temporary-folder": () => runsPrograms(tmpdir()),
  "data-folder-programs": () => runsPrograms(dirname(file)),
};

/** A process that writes a file when its standard input ends, which should be when the app has quit. */
async function startLifeline() {
  const environment = { ...process.env, STRATOS_DOCTOR_FILE: join(dirname(file), "lifeline-ended") };
  await rm(environment.STRATOS_DOCTOR_FILE, { force: true });
  const options = { stdio: ["pipe", "ignore", "ignore"], env: environment, cwd: tmpdir(), windowsHide: true };
  const child = WINDOWS
    ? spawn("cmd.exe", ["/d", "/c", 'sort > nul & type nul > "%STRATOS_DOCTOR_FILE%"'], { ...options, windowsVerbatimArguments: true })
    : spawn("/bin/sh", ["-c", 'cat > /dev/null; : > "$STRATOS_DOCTOR_FILE"'], { ...options, detached: true });
  child.once("error", () => {});
  child.unref();
  child.stdin.unref?.();
}

async function ask(ctx) {
  for (const [id, question] of Object.entries(QUESTIONS)) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT / 1000} s`)), TIMEOUT);
    });
    try {
      const value = await Promise.race([question(ctx), late]);
      if (value !== undefined) answer(id, value);
    } catch (error) {
      answer(id, { failed: String(error?.message ?? error) });
    }
    clearTimeout(timer);
  }
  await startLifeline().catch(() => {});
  answer("complete", true);
}

/** The hooks, which note how the app calls them. `exported` is the export that the app has taken them from. */
const hooks = (exported) => ({
  async onStart(ctx, ...more) {
    answer("starts", (answers.starts ?? 0) + 1);
    answer("complete", false);
    answer("exports", { taken: exported, arguments: 1 + more.length });
    process.once("exit", () => answer("exit-event", { seen: true }));
    // Some questions ask the app's server, which may wait for the end of this hook.
    ask(ctx).catch((error) => answer("complete", String(error)));
  },
  async onStop(...given) {
    const began = Date.now();
    do {
      answer("stop", { called: true, from: exported, arguments: given.map(kind), milliseconds: Date.now() - began });
      await new Promise((resolve) => setTimeout(resolve, STOP_STEP));
    } while (Date.now() - began < STOP);
  },
  async onResume(ctx) {
    answer("resume", { called: true, context: kind(ctx) });
  },
});

export const { onStart, onStop, onResume } = hooks("named");
export default hooks("default");
