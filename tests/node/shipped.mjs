// Loads a packed plugin as the real shell does, from the zip to its stop:
// `node shipped.mjs ZIP FOLDER`, once with each of three libraries that unpack it into the empty folder.
//
// The plugin `demo` counts its starts, answers and pushes: see `tests/cli/ship_chain.rs`.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import AdmZip from "adm-zip";
import express from "express5";
import extractZip from "extract-zip";
import unzipper from "unzipper";

import { startShell } from "./fake-shell.mjs";

const [zip, root] = process.argv.slice(2);
const libraries = {
  "extract-zip": (folder) => extractZip(zip, { dir: folder }),
  "adm-zip": (folder) => new AdmZip(zip).extractAllTo(folder),
  unzipper: async (folder) => (await unzipper.Open.file(zip)).extract({ path: folder }),
};

for (const [library, unpack] of Object.entries(libraries)) {
  const userData = join(root, library);
  const temporary = join(userData, "tmp");
  const folder = join(userData, "plugins", "demo");
  mkdirSync(temporary, { recursive: true });
  mkdirSync(folder, { recursive: true });
  process.env.TMPDIR = process.env.TEMP = process.env.TMP = temporary;
  await unpack(folder);

  const shell = await startShell({ express, id: "demo", store: join(userData, "config.json") });
  const { default: plugin } = await import(pathToFileURL(join(folder, "background", "index.js")));
  for (const starts of [1, 2]) {
    await plugin.onStart(shell.newContext());
    const status = await (await fetch(`${shell.url}/api/demo/status`)).json();
    assert.equal(status.starts, starts, "the value of the first start survives");
    assert.deepEqual(await shell.invoke("get-status"), status);
    assert.deepEqual(shell.pushes.at(-1), ["plugin:demo:asked", starts]);
    assert.ok(isAlive(status.pid));
    await plugin.onStop();
    assert.ok(!isAlive(status.pid), "no process is left");
  }
  await shell.close();
  assert.deepEqual(readdirSync(temporary), [], "no temporary file is left");
  assert.deepEqual(shell.logs.filter((line) => /^(error|warn)/.test(line)), []);
  console.log(`${library}: ok`);
}
process.exit();

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
