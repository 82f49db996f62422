// The copy of the program that is run. An update can replace the installed program meanwhile, which Windows
// would refuse for a running one; and the copy is executable, whatever the unpacker of the bundle made of that.

import { createHash, randomBytes } from "node:crypto";
import { chmod, lstat, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

import { DATA_FOLDER, PLUGIN_FOLDER, PLUGIN_ID } from "./plugin.js";
import { repeatWhileBusy } from "./repeat.js";

/** Copies the program into the plugin's own data folder. */
export function copyToDataFolder(program) {
  return copyInto(join(DATA_FOLDER, ".program"), program);
}

/** Copies the program into the temporary folder. */
export async function copyToTemporaryFolder(program) {
  const user = process.getuid?.();
  const folder = join(tmpdir(), `stratos-programs-${user ?? "user"}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(folder);
  // Other users can make folders there in advance, and could then exchange the program before its start.
  if (user !== undefined && (uid !== user || (mode & 0o170077) !== 0o040000)) {
    throw new Error(`${folder} is not a private folder`);
  }
  const installation = createHash("sha256").update(PLUGIN_FOLDER).digest("hex").slice(0, 8);
  return copyInto(join(folder, `${PLUGIN_ID}-${installation}`), program);
}

/**
 * Removes the copies beside `copy`: older versions, and what a start left that did not come to its end.
 *
 * Windows refuses to remove a running program. Elsewhere its process keeps the removed file; a start that
 * loses its copy to this makes another one.
 */
export async function removeOtherCopies(copy) {
  const kept = dirname(copy);
  const folder = dirname(kept);
  for (const name of await readdir(folder).catch(() => [])) {
    if (name !== basename(kept)) await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}

/** The copy is `<folder>/<hash>/<name>`, so that the system shows the program with its name. */
async function copyInto(folder, { path, bytes, hash }) {
  const copy = join(folder, hash, basename(path));
  await mkdir(dirname(copy), { recursive: true, mode: 0o700 });
  if (await isCopy(copy, bytes)) return copy;
  // A program is renamed and never overwritten: macOS kills one whose file has changed since it ran.
  const written = join(folder, `${hash}-${randomBytes(6).toString("hex")}`);
  try {
    await writeFile(written, bytes, { flag: "wx", mode: 0o700 });
    await repeatWhileBusy(() => rename(written, copy));
  } catch (error) {
    await rm(written, { force: true }).catch(() => {});
    throw error;
  }
  return copy;
}

/** Whether the copy is there, complete and executable. */
async function isCopy(copy, bytes) {
  try {
    await chmod(copy, 0o700);
    return bytes.equals(await readFile(copy));
  } catch {
    return false;
  }
}
