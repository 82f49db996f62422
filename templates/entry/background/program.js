// The plugin's program for this platform.

import { constants } from "node:fs";
import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";

import { PLUGIN_ID, PROGRAMS_FOLDER } from "./plugin.js";

/**
 * Copies the program, because an update may overwrite the installed one while it runs.
 * Also sets the permission to execute, which not every unpacker keeps.
 */
export async function copyProgram(folder) {
  const name = process.platform === "win32" ? `${PLUGIN_ID}.exe` : PLUGIN_ID;
  const installed = join(PROGRAMS_FOLDER, `${process.platform}-${process.arch}`, name);
  const copy = join(folder, name);
  try {
    await copyFile(installed, copy, constants.COPYFILE_FICLONE);
    await chmod(copy, 0o700);
  } catch (error) {
    throw new Error(`the plugin's program ${installed} cannot be used: ${error.message}`, { cause: error });
  }
  return copy;
}
