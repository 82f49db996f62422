// The plugin's program for this platform, as it is installed.

import { createHash } from "node:crypto";
import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { inspectProgram } from "./executable.js";
import { PLUGIN_FOLDER, PLUGIN_ID, PROGRAMS_FOLDER } from "./plugin.js";
import { PluginError, REINSTALL } from "./report.js";

const HOST_PLATFORM = `${process.platform}-${process.arch}`;

/** Reads the program, and refuses what cannot run on this platform. */
export async function readProgram() {
  if (/\.asar[\\/]/.test(PLUGIN_FOLDER)) {
    // The system can only start real files. `app.asar.unpacked` would be one, but an entry that guesses at
    // paths starts the wrong file some day.
    throw new PluginError("it is inside of an asar archive, where no program can be started", {
      where: PLUGIN_FOLDER,
      help: "install the plugin into a folder",
    });
  }
  for (const platform of runnablePlatforms()) {
    const path = programPath(platform);
    const bytes = await readIfThere(path);
    if (bytes === undefined) continue;
    const { what, platforms } = inspectProgram(bytes);
    if (!platforms.includes(platform)) {
      const bundle = await bundledPlatforms();
      throw new PluginError(
        `its program is ${what}, and this computer needs one for ${platform} (the plugin has: ${bundle})`,
        { where: path, help: REINSTALL },
      );
    }
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
    return { path, bytes, hash };
  }
  throw new PluginError(
    `it has no program for ${HOST_PLATFORM}, which this computer needs (the plugin has: ${await bundledPlatforms()})`,
    { where: programPath(HOST_PLATFORM), help: `ask the author for a version for ${HOST_PLATFORM}` },
  );
}

/** Platforms whose programs run here, the best one first. Windows and macOS emulate x64 on arm64. */
function runnablePlatforms() {
  const emulates = process.arch === "arm64" && ["win32", "darwin"].includes(process.platform);
  return emulates ? [HOST_PLATFORM, `${process.platform}-x64`] : [HOST_PLATFORM];
}

function programPath(platform) {
  const extension = platform.startsWith("win32-") ? ".exe" : "";
  return join(PROGRAMS_FOLDER, platform, `${PLUGIN_ID}${extension}`);
}

async function readIfThere(path) {
  try {
    return await readFile(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(error.code)) return undefined;
    throw new PluginError(`its program cannot be read: ${error.message}`, { where: path, help: REINSTALL });
  }
}

/** The platforms that the bundle has a program for, as text. */
async function bundledPlatforms() {
  const folders = await readdir(PROGRAMS_FOLDER).catch(() => []);
  const found = await Promise.all(folders.map((name) => stat(programPath(name)).then(() => name, () => undefined)));
  return found.filter(Boolean).sort().join(", ") || "no programs";
}
