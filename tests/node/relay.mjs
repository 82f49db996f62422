// A plugin that relays requests between the tests and a shell with the services of later versions (V3).

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach } from "node:test";
import { pathToFileURL } from "node:url";

import express from "express5";

import { FakeServices } from "./fake-services.mjs";
import { startShell } from "./fake-shell.mjs";
import { RAW_PLUGIN, TEMPORARY, install, installModules, load, until, untilLogged } from "./plugins.mjs";

/** Features that the shell grants. */
export const FEATURES = [
  "resume", "airline", "database", "dialog", "flight", "flight-log", "indicator", "notify", "prompt", "start-guards",
];
/** Codes of errors. */
export const CODES = {
  invalidParams: -32602, internal: -32603, cancelled: -32003, busy: -32004, retired: -32007, tooLarge: -32009,
  notSupported: -32010, upstreamFailed: -32011,
};
export const ID = "raw-relay";
/** Start of its reports. */
export const NAME = `plugin \`${ID}\` 1.0.0: `;

after(() => assert.deepEqual(readdirSync(TEMPORARY), [], "nothing stays behind"));

/** Steps after a test, the last one first. */
export const cleanUp = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/**
 * Starts the plugin in a later shell. `change` changes its `ctx`, and `electron` is the source of a module so named.
 * Of the result, `relay` sends the plugin a command.
 */
export async function start({ services, change = (ctx) => ctx, electron, supervise } = {}) {
  const folder = install(ID, { program: RAW_PLUGIN, supervise });
  if (electron) installElectron(folder, electron);
  const fake = services ?? new FakeServices(join(folder, "..", "..", "plugins-data"));
  const shell = await startShell({ express, id: ID, store: join(folder, "config.json"), services: fake });
  const entry = await load(folder);
  cleanUp.push(() => shell.close(), () => entry.onStop().catch(() => {}));
  await entry.onStart(change(shell.newContext()));
  const relay = (command) => shell.invoke("relay", command);
  /** Sends a request of the plugin to the shell. */
  const ask = async (method, params = {}) => {
    const { result, error } = await relay({ call: [method, params] });
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return result;
  };
  /** Waits until the plugin has received a number of requests about the flight. */
  const received = async (count) => {
    let requests;
    await until(`${count} requests`, async () => (requests = await relay({})).length >= count);
    return requests;
  };
  return { shell, entry, fake, ask, relay, received, folder };
}

/** A package `electron`, as the one that a module in Electron's process imports. */
function installElectron(folder, source) {
  const electron = join(folder, "node_modules", "electron");
  mkdirSync(electron, { recursive: true });
  writeFileSync(join(electron, "package.json"), '{ "type": "module", "exports": "./index.js" }');
  writeFileSync(join(electron, "index.js"), source);
}

/** The `ctx` of the first shell. */
export const withoutServices = ({ logger, config, ipc, auth, server }) => ({ logger, config, ipc, auth, server });
export const phase = (currentPhase) => ({ currentPhase, previousPhase: null, isTracking: true });

/** The shell's answer in the handshake. */
export async function welcome(shell) {
  await untilLogged(shell, "info raw welcome");
  const line = shell.logs.find((logged) => logged.startsWith("info raw welcome"));
  return JSON.parse(line.slice("info raw welcome".length));
}

/** What modules of the entry export. */
export async function modules(...names) {
  const folder = installModules("unit");
  const imported = names.map((name) => import(pathToFileURL(join(folder, "background", name))));
  return Object.assign({}, ...(await Promise.all(imported)));
}
