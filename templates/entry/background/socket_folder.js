// The private folder with the sockets of one process. Windows has no such folder: its pipes are not files.

import { randomBytes } from "node:crypto";
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const PREFIX = "stratos-entry-";
const CONTROL = "control.sock";
/** Maximum length of a socket's path on macOS; Linux allows 107 bytes. */
const PATH_BYTES = 103;
/** Age of a folder without a socket after which no start can be about to make one, in milliseconds. */
const ABANDONED = 60_000;
/** Pause before a socket that refused is tried again: one that is about to listen refuses, too, for an instant. */
const RETRY_PAUSE = 500;

/** Addresses of the sockets, and the folder to remove at the end. */
export async function createSockets() {
  if (process.platform === "win32") {
    const pipe = (kind) => `\\\\.\\pipe\\stratos-${randomBytes(16).toString("hex")}-${kind}`;
    return { control: pipe("control"), http: pipe("http"), remove: async () => {} };
  }
  const parent = temporaryFolder();
  await removeLeftovers(parent);
  const folder = await mkdtemp(join(parent, PREFIX)); // With mode 0700.
  return {
    control: join(folder, CONTROL),
    http: join(folder, "http.sock"),
    // Files that cannot be removed are left to the system's cleanup.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => {}),
  };
}

function temporaryFolder() {
  const longest = join(tmpdir(), `${PREFIX}XXXXXX`, CONTROL);
  return Buffer.byteLength(longest) > PATH_BYTES ? "/tmp" : tmpdir();
}

/** Removes the folders of shells that were killed: a shell that lives accepts connections there. */
async function removeLeftovers(parent) {
  const names = await readdir(parent).catch(() => []);
  const leftovers = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(parent, name));
  await Promise.all(leftovers.map((folder) => removeIfAbandoned(folder).catch(() => {})));
}

async function removeIfAbandoned(folder) {
  const stats = await lstat(folder);
  if (!stats.isDirectory() || stats.uid !== process.getuid()) return;
  const control = join(folder, CONTROL);
  let code = await connectionError(control);
  if (code === "ECONNREFUSED") {
    await delay(RETRY_PAUSE);
    code = await connectionError(control);
  }
  const isOld = Date.now() - stats.mtimeMs > ABANDONED;
  if (code === "ECONNREFUSED" || (code === "ENOENT" && isOld)) await rm(folder, { recursive: true, force: true });
}

/** The error code of a connection to a socket, or `undefined` if something listens there. */
function connectionError(path) {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    const finish = (error) => {
      socket.destroy();
      resolve(error?.code);
    };
    socket.once("connect", () => finish()).once("error", finish);
  });
}
