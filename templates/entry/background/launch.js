// Starts the program, from the first folder that the system runs programs in.

import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";

import { DATA_FOLDER } from "./plugin.js";
import { readProgram } from "./program.js";
import { copyToDataFolder, copyToTemporaryFolder } from "./program_copy.js";
import { repeatWhileBusy } from "./repeat.js";
import { PluginError } from "./report.js";

/** A temporary folder may be mounted without the permission to run programs, or a policy may forbid it. */
const PLACES = [
  { name: "in the data folder", prepare: copyToDataFolder },
  { name: "in the temporary folder", prepare: copyToTemporaryFolder },
  { name: "where it is installed", prepare: ({ path }) => path },
];

/** Starts the program. Returns the child process, and the path of its copy unless it runs where it is installed. */
export async function launch(options) {
  const program = await readProgram();
  const cwd = await workingFolder();
  const failures = [];
  for (const place of PLACES) {
    try {
      const { child, path } = await repeatIfRemoved(() => launchFrom(place, program, { ...options, cwd }));
      return { child, copy: path === program.path ? undefined : path };
    } catch (error) {
      failures.push(`${place.name}: ${error.message}`);
    }
  }
  throw new PluginError(
    "its program cannot be started: it is blocked by an antivirus program or a policy, or damaged, " +
      `or no folder may run programs (${failures.join("; ")})`,
    {
      where: program.path,
      help: "allow this file and its folder in the antivirus program, or install the plugin again",
    },
  );
}

async function launchFrom(place, program, options) {
  const path = await place.prepare(program);
  return { path, child: await repeatWhileBusy(() => spawned(path, options)) };
}

/** Another instance of the shell may have removed the copy between its check and its start. */
async function repeatIfRemoved(operation) {
  try {
    return await operation();
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return operation();
  }
}

/** Some failures of `spawn` are events, others are thrown. */
function spawned(path, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(path, [], options);
    child.once("spawn", () => resolve(child)).once("error", reject);
  });
}

/** Not the plugin's folder: Windows could not remove it while the program runs. */
async function workingFolder() {
  try {
    await mkdir(DATA_FOLDER, { recursive: true });
    return DATA_FOLDER;
  } catch {
    return tmpdir();
  }
}
