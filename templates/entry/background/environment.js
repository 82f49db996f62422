// The environment of the program: that of the shell, without what is meant for Electron and Node.

import { delimiter } from "node:path";

/**
 * Variables that change how Node, Electron and Chromium start: a plugin may start such a program itself.
 * `NODE_CHANNEL_*` name a channel of the shell that the program does not have.
 */
const DROPPED = /^(ELECTRON_|CHROME_CRASHPAD_|NODE_CHANNEL_|NODE_OPTIONS$|NODE_UNIQUE_ID$)/i;
/** Lists of paths to which an AppImage adds folders of its own, whose libraries are the shell's. */
const PATH_LISTS = { PATH: delimiter, LD_LIBRARY_PATH: delimiter, LD_PRELOAD: /[: ]/ };

export function programEnvironment(shell, additions) {
  const kept = Object.fromEntries(Object.entries(shell).filter(([name]) => !DROPPED.test(name)));
  const image = kept.APPDIR?.replace(/\/+$/, "");
  for (const [name, separator] of Object.entries(image ? PATH_LISTS : {})) {
    if (kept[name] === undefined) continue;
    const paths = kept[name].split(separator).filter((path) => path !== image && !path.startsWith(`${image}/`));
    kept[name] = paths.join(delimiter);
    if (kept[name] === "") delete kept[name];
  }
  return { ...kept, ...additions };
}
