// The shell that this entry runs in, for messages to people.

import { PLUGIN_ID } from "./plugin.js";
import { CODES, RpcError } from "./rpc_error.js";

/** Name and version of the shell; `undefined` outside of Electron. */
export async function identifyShell() {
  try {
    const electron = await import("electron");
    const version = (electron.app ?? electron.default?.app)?.getVersion();
    return typeof version === "string" ? { name: "Stratos", version } : undefined;
  } catch {
    return undefined;
  }
}

/** The error of a request for something that the shell does not have. */
export function notSupported(what, shell) {
  const name = shell ? `${shell.name} ${shell.version}` : "this version of Stratos";
  const message = `${name} has no ${what}, which the plugin \`${PLUGIN_ID}\` uses; update Stratos`;
  return new RpcError(CODES.notSupported, message);
}
