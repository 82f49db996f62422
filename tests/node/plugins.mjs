// Installed plugins for tests: folders as the shell has them, with the entry and a program.
//
// `PLUGIN` is the path of the sample plugin's program. The name of a copy selects its behaviour.

import assert from "node:assert/strict";
import {
  chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

export const PLUGIN = process.env.PLUGIN ?? assert.fail("PLUGIN must be the path of the sample program");
/** A plugin without the SDK, for systems that start scripts like programs. */
export const RAW_PLUGIN = new URL("raw-plugin.cjs", import.meta.url);
export const WINDOWS = process.platform === "win32";
export const PLATFORM = `${process.platform}-${process.arch}`;

/** Folder of this test program's files. `TEMPORARY` is the system's temporary folder for the entry. */
export const ROOT = mkdtempSync(join(tmpdir(), "stratos nöde "));
export const TEMPORARY = join(ROOT, "tmp");
mkdirSync(TEMPORARY);
process.env.TMPDIR = process.env.TEMP = TEMPORARY;
process.on("exit", () => rmSync(ROOT, { recursive: true, maxRetries: 5 }));

let folders = 0;
let instances = 0;

/** Creates a plugin's folder as the shell installs it: `plugins/<id>`, beside `plugins-data`. */
export function install(id, { program = PLUGIN, platform = PLATFORM, supervise = false, under = "" } = {}) {
  const folder = join(ROOT, String(++folders), under, "plugins", id);
  cpSync(new URL("entry", import.meta.url), folder, { recursive: true });
  writeFileSync(join(folder, "plugin.json"), JSON.stringify({ id, version: "1.0.0" }));
  if (supervise) {
    writeFileSync(join(folder, "background", "package.json"), '{ "type": "module", "stratos": { "supervise": true } }');
  }
  const installed = programPath(folder, platform);
  mkdirSync(join(installed, ".."), { recursive: true });
  if (program instanceof Buffer) writeFileSync(installed, program);
  else if (program) copyFileSync(program, installed);
  if (program) chmodSync(installed, 0o644); // Archives lose the permission to execute.
  return folder;
}

/** Creates a plugin's folder with the modules of the entry as they are in the sources, for tests of one module. */
export function installModules(id) {
  const folder = install(id, { program: null });
  cpSync(new URL("modules", import.meta.url), join(folder, "background"), { recursive: true });
  return folder;
}

export function programPath(folder, platform = PLATFORM) {
  const id = folder.split(/[\\/]/).at(-1);
  return join(folder, "background", "bin", platform, platform.startsWith("win32") ? `${id}.exe` : id);
}

/** The plugin's own data folder. */
export const dataFolder = (folder) => join(folder, "..", "..", "plugins-data", folder.split(/[\\/]/).at(-1));

/** Loads the entry as a shell does; each call is a new instance of the module. */
export const load = (folder) => import(`${pathToFileURL(join(folder, "background", "index.js"))}?${++instances}`);

export async function until(what, condition) {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(10)) {
    if (await condition()) return;
  }
  assert.fail(`waited in vain: ${what}`);
}

export const untilLogged = (shell, line) =>
  until(`${line}\n${shell.logs.join("\n")}`, () => shell.logs.some((logged) => logged.includes(line)));

/** Whether a process runs. One that has ended stays a zombie if the thread that started it has ended. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return !existsSync("/proc/self/status");
  }
}
