// The plugin that this entry belongs to.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `<userData>/plugins/<id>`, where the shell has installed the plugin (V3). */
export const PLUGIN_FOLDER = fileURLToPath(new URL("..", import.meta.url));
export const PROGRAMS_FOLDER = fileURLToPath(new URL("bin", import.meta.url));
export const { id: PLUGIN_ID } = JSON.parse(readFileSync(join(PLUGIN_FOLDER, "plugin.json"), "utf8"));
/** The folder for the plugin's files: `plugins-data` is beside `plugins` (V3). */
export const DATA_FOLDER = join(PLUGIN_FOLDER, "..", "..", "plugins-data", PLUGIN_ID);
