// A model of the real shell after its documentation: a `ctx` on an Express server and a mock of
// Electron's IPC.

import { readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";

/**
 * A shell for one plugin. `store` is the file with the config values, which remains after the shell.
 * `services` are a `FakeServices` for a `ctx` of later shells (V3), and `removeHandler` says whether `ctx.ipc` has this
 * method of theirs.
 */
export async function startShell({
  express, id, store, parse = false, missing = undefined, services = undefined, removeHandler = services !== undefined,
}) {
  const shell = {
    logs: [],
    pushes: [],
    auth: { authenticated: false, token: null },
    express,
    id,
    store,
    missing,
    services,
    removeHandler,
    handlers: new Map(),
    app: express(),
  };
  // The documentation does not say whether the shell parses bodies before a plugin's routes.
  if (parse) shell.app.use(express.json());
  const server = shell.app.listen(0, "127.0.0.1");
  await once(server, "listening");
  shell.url = `http://127.0.0.1:${server.address().port}`;
  shell.newContext = () => newContext(shell);
  shell.invoke = (channel, payload) => invoke(shell, channel, payload);
  shell.close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return shell;
}

/** The context of `onStart` and `onResume`, created anew for each update. */
function newContext(shell) {
  const log = (level) => (tag, message, data) => {
    shell.logs.push([level, tag, message, ...(data === undefined ? [] : [JSON.stringify(data)])].join(" "));
  };
  const read = () => new Map(Object.entries(readStore(shell.store)));
  const write = (values) => writeFileSync(shell.store, JSON.stringify(Object.fromEntries(values)));
  const name = (channel) => `plugin:${shell.id}:${channel}`;
  return {
    logger: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
    config: {
      get: async (key, fallback = shell.missing) => (read().has(key) ? read().get(key) : fallback),
      set: async (key, value) => write(read().set(key, value)),
      delete: async (key) => {
        const values = read();
        values.delete(key);
        write(values);
      },
      getAll: async () => Object.fromEntries(read()),
    },
    ipc: {
      handle(channel, handler) {
        // The message of Electron.
        if (shell.handlers.has(name(channel))) {
          throw new Error(`Attempted to register a second handler for '${name(channel)}'`);
        }
        shell.handlers.set(name(channel), handler);
      },
      send: (channel, payload) => shell.pushes.push([name(channel), payload]),
      ...(shell.removeHandler && { removeHandler: (channel) => shell.handlers.delete(name(channel)) }),
    },
    auth: {
      isAuthenticated: () => shell.auth.authenticated,
      getToken: () => shell.auth.token,
    },
    server: {
      registerRouter: (prefix, router) => shell.app.use(prefix, router),
    },
    ...shell.services?.newContext(shell.id),
  };
}

/** Models `ipcRenderer.invoke`: values are cloned, errors keep only their message. */
async function invoke(shell, channel, payload) {
  const handler = shell.handlers.get(`plugin:${shell.id}:${channel}`);
  if (!handler) throw new Error(`No handler registered for '${channel}'`);
  try {
    return structuredClone(await handler(structuredClone(payload)));
  } catch (error) {
    throw new Error(`Error invoking remote method '${channel}': ${error}`);
  }
}

export function readStore(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}
