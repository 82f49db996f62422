// The plugin that this entry belongs to.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `<userData>/plugins/<id>`, where the shell has installed the plugin (V3). */
export const PLUGIN_FOLDER = fileURLToPath(new URL("..", import.meta.url));
/** Folder with a folder of programs for each platform. */
export const PROGRAMS_FOLDER = fileURLToPath(new URL("bin", import.meta.url));
export const { id: PLUGIN_ID, version: PLUGIN_VERSION } = readJson(join(PLUGIN_FOLDER, "plugin.json"));
/** Folder of the plugin's own files: `plugins-data` is beside `plugins` (V3), and may be written to (assumed). */
export const DATA_FOLDER = join(PLUGIN_FOLDER, "..", "..", "plugins-data", PLUGIN_ID);
/** The author's settings of this entry. */
export const SETTINGS = readJson(fileURLToPath(new URL("package.json", import.meta.url))).stratos ?? {};

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const message = `a plugin cannot be loaded: ${error.message}; at ${path}; help: install the plugin again`;
    throw new Error(message, { cause: error });
  }
}
