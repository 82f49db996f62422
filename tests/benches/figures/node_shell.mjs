// A model of the real shell with one plugin: `node node_shell.mjs PROJECT MODULE`, the folder of the Node tests and the
// background module of a plugin with the id `sample`. Prints its port, then answers rounds of IPC calls.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { answerRounds } from "./calls.mjs";

const [project, module] = process.argv.slice(2);
const { startShell } = await import(pathToFileURL(join(project, "fake-shell.mjs")));
const express = createRequire(join(project, "package.json"))("express5");

const folder = mkdtempSync(join(tmpdir(), "stratos-bench-"));
const shell = await startShell({ express, id: "sample", store: join(folder, "config.json") });
const { default: plugin } = await import(pathToFileURL(module));
const ctx = shell.newContext();
// The plugin in JavaScript has no packages of its own.
ctx.express = express;
await plugin.onStart(ctx);
console.log(new URL(shell.url).port);
await answerRounds((payload) => shell.invoke("echo", payload));
await plugin.onStop(ctx);
await shell.close();
rmSync(folder, { recursive: true });
process.exit();
