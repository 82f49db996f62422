// The real shell of the conformance suite, as far as it is documented. It obeys commands, one JSON object a line on
// standard input, and answers each with a line on standard output: `{ "ok": .. }` or `{ "error": text }`.
//
//   node conformance-host.mjs express5 parse

import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { FakeServices } from "./fake-services.mjs";
import { readStore, startShell } from "./fake-shell.mjs";

const [expressPackage, parse] = process.argv.slice(2);
const { default: express } = await import(expressPackage);
const TIMEOUT = 10_000;

/** The Express app of all plugins. */
const app = express();
if (parse) app.use(express.json());
/** Emits `change` after anything that a command may wait for. */
const events = new EventEmitter().setMaxListeners(0);
const plugins = new Map();
/** What later shells have beyond the first one; `undefined` for the first one. */
let services;
let auth = { authenticated: false, token: null };
let restartsOnUpdate = false;
let loads = 0;

const commands = {
  /** `airline` is the bound airline, `null` for none; `api` has its answers by method and path. */
  async start({ plugins: folders, signedOut, shell, config, airline, api = {} }) {
    restartsOnUpdate = shell === "v3";
    if (shell === "v3") services = newServices(folders[0][1], airline, api);
    if (!signedOut) signIn();
    for (const [id, folder] of folders) {
      plugins.set(id, await Plugin.load(id, folder));
    }
    const [first] = plugins.values();
    for (const [key, value] of Object.entries(config)) await first.shell.newContext().config.set(key, value);
    await Promise.all([...plugins.values()].map((plugin) => plugin.start().catch(() => {})));
    return Number(new URL(first.shell.url).port);
  },
  async stop({ plugin }) {
    const all = plugin ? [plugins.get(plugin)] : [...plugins.values()];
    await Promise.all(all.filter(({ state }) => state.is === "running").map((running) => running.stop()));
  },
  startPlugin: ({ plugin }) => plugins.get(plugin).start(),
  update: ({ plugin }) => plugins.get(plugin).update(),
  signIn,
  signOut,
  expireToken: signOut,
  setConfig: ({ plugin, key, value }) => plugins.get(plugin).shell.newContext().config.set(key, value),
  config({ plugin, key }) {
    const values = readStore(plugins.get(plugin).shell.store);
    return Object.hasOwn(values, key) ? [values[key]] : [];
  },
  invoke: ({ plugin, channel, payload }) => plugins.get(plugin).shell.invoke(channel, payload),
  push: ({ plugin, channel }) =>
    next(`push ${plugin} ${channel}`, plugins.get(plugin).shell.pushes, ([name]) => name === `plugin:${plugin}:${channel}`)
      .then(([, payload]) => payload),
  log: ({ plugin, text }) => next(`log ${plugin} ${text}`, plugins.get(plugin).lines, ({ message }) => message.includes(text)),
  logged: ({ plugin, text }) => plugins.get(plugin).lines.filter(({ message }) => message.includes(text)).length,
  /** Changes what `ctx.flight` returns and sends its events; `topic` is update, phaseChange, simData or landing. */
  fly: ({ topic, value }) => services.fly(topic, value),
  /** Asks the start guards. */
  startFlight: () => services.startFlight(),
  flightLog: () => services.log,
  /** Waits for a dialog or a prompt, and closes it; without an answer, as if it were dismissed. */
  async answer({ answer }) {
    await waitFor("a dialog", () => services.modals[0]);
    return services.answer(answer);
  },
  /** Waits until a dialog or a prompt is shown. */
  awaitDialog: () => waitFor("a dialog", () => services.modals[0]).then(() => null),
  /** The badge of a plugin now. */
  badge: ({ plugin }) => services.indicators.findLast((change) => change.plugin === plugin)?.indicator,
  toast: ({ plugin }) => next(`toast ${plugin}`, services.toasts, (toast) => toast.plugin === plugin),
  sound: ({ plugin }) => next(`sound ${plugin}`, services.sounds, (sound) => sound.plugin === plugin),
  indicator: ({ plugin }) => next(`indicator ${plugin}`, services.indicators, (change) => change.plugin === plugin),
  async state({ plugin, is }) {
    const { state } = plugins.get(plugin);
    if (state.is !== is) throw new Error(`the plugin is ${state.is}: ${state.reason}`);
    return state.reason ?? "";
  },
};

function newServices(folder, airline, api) {
  const created = new FakeServices(join(folder, "..", "..", "plugins-data"));
  if (airline !== undefined) created.airline = airline;
  created.api = async (method, path) => api[`${method} ${path}`] ?? { status: 404, data: "" };
  created.changes.on("change", () => events.emit("change"));
  return created;
}

function signIn() {
  setAuth({ authenticated: true, token: `token ${Date.now()}` });
}

function signOut() {
  setAuth({ authenticated: false, token: null });
}

function setAuth(changed) {
  auth = changed;
  for (const { shell } of plugins.values()) shell.auth = auth;
}

/** A plugin's module and what the shell knows of it. */
class Plugin {
  lines = [];
  state = { is: "stopped" };

  static async load(id, folder) {
    const plugin = new Plugin();
    plugin.folder = folder;
    plugin.shell = await startShell({ express: () => app, id, store: join(folder, "config.json"), services });
    plugin.shell.auth = auth;
    await plugin.reload();
    return plugin;
  }

  /** Loads the module anew, as after an update: the first shell takes its named exports, later ones the default. */
  async reload() {
    const url = pathToFileURL(join(this.folder, "background", "index.js"));
    const module = await import(`${url}?${++loads}`);
    this.module = restartsOnUpdate ? module.default : module;
  }

  async start() {
    try {
      await this.module.onStart(this.#context());
      this.state = { is: "running" };
    } catch (error) {
      this.state = { is: "errored", reason: error.message };
      throw error;
    }
  }

  async stop() {
    await this.module.onStop(this.#context());
    this.state = { is: "stopped" };
  }

  async update() {
    if (restartsOnUpdate) {
      await this.stop();
      await this.reload();
      return this.start();
    }
    const old = this.module;
    try {
      await this.reload();
      await this.module.onResume(this.#context());
    } catch (error) {
      this.module = old; // Assumed: the documentation does not say what follows a failed update.
      throw error;
    }
  }

  #context() {
    const ctx = this.shell.newContext();
    for (const level of Object.keys(ctx.logger)) {
      ctx.logger[level] = (tag, message, data = null) => {
        this.lines.push({ level, tag, message, data });
        events.emit("change");
      };
    }
    const { send } = ctx.ipc;
    ctx.ipc.send = (channel, payload) => {
      send(channel, payload);
      events.emit("change");
    };
    return ctx;
  }
}

const consumed = new Map();

/** Waits for the next entry of a list that matches. Waits of the same name return each entry once. */
function next(name, entries, matches) {
  const find = () => {
    const from = consumed.get(name) ?? 0;
    const at = entries.findIndex((entry, index) => index >= from && matches(entry));
    if (at !== -1) consumed.set(name, at + 1);
    return entries[at];
  };
  return waitFor(name, find, entries);
}

/** Waits until `find` returns something. `entries` are shown if it does not. */
async function waitFor(name, find, entries = []) {
  const timeout = AbortSignal.timeout(TIMEOUT);
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    await once(events, "change", { signal: timeout }).catch(() => {
      throw new Error(`waited in vain for: ${name}; there are ${JSON.stringify(entries)}`);
    });
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: (await commands[command](parameters)) ?? null };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

// The end of standard input is the end of the shell. A process or a connection of a plugin that an entry leaves behind
// keeps this process alive, which the test notices. Timers and servers of the entry that are not referenced do not.
for (const plugin of plugins.values()) {
  if (plugin.state.is === "running") await plugin.stop().catch(() => {});
  await plugin.shell.close();
}
