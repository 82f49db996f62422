// Starts a shell with the installed probe of `cargo stratos doctor --app`, lets it ask its questions, and quits.
//
// Arguments: the folder of the probe, the version of Express, and whether a parser comes before the plugins' routes.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { startShell } from "./fake-shell.mjs";

const [probe, version, parse] = process.argv.slice(2);
const background = join(probe, "background");
const { default: express } = await import(`express${version}`);
const shell = await startShell({ express, id: "stratos-doctor", store: join(probe, "..", "config.json"), parse: parse === "parse" });
shell.auth = { authenticated: true, token: "secret-of-the-pilot" };

// The port of the real shell may be in use on the machine of the test.
const file = join(background, "settings.json");
const settings = JSON.parse(readFileSync(file, "utf8"));
writeFileSync(file, JSON.stringify({ ...settings, port: new URL(shell.url).port }));

async function until(what, condition) {
  const read = () => {
    try {
      return JSON.parse(readFileSync(settings.answers, "utf8"));
    } catch {
      return {}; // There are none yet.
    }
  };
  for (const end = Date.now() + 60_000; !condition(read()); await sleep(10)) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}: ${JSON.stringify(read())}`);
  }
}

const plugin = (await import(pathToFileURL(join(background, "index.js")))).default;
await plugin.onStart(shell.newContext());
await until("all answers", (answers) => answers.complete);
// A shell that does not wait for the end of the hook.
plugin.onStop(shell.newContext());
await until("a part of onStop", (answers) => answers.stop?.milliseconds > 0);
process.exit();
