// Messages for the shell's log, of one form: the plugin, what happened, where, and what to do.

import { PLUGIN_ID, PLUGIN_VERSION } from "./plugin.js";

export const REINSTALL = "install the plugin again; if that does not help, report this line to its author";
export const RESTART = "restart Stratos to start the plugin again; if this is repeated, report this line to its author";

export function report(what, { where, help } = {}) {
  const place = where === undefined ? "" : `; at ${where}`;
  const advice = help === undefined ? "" : `; help: ${help}`;
  return `plugin \`${PLUGIN_ID}\` ${PLUGIN_VERSION}: ${what}${place}${advice}`;
}

/** An error of the entry, whose message is a report. */
export class PluginError extends Error {
  constructor(what, { where, help } = {}) {
    super(report(what, { where, help }));
    this.name = "PluginError";
  }
}

/** Writes to the shell's log. A failure of the log, such as that of a closed window, is ignored. */
export function writeLog(ctx, level, tag, message, data) {
  write(ctx, level, tag, message, data).catch(() => {});
}

/** A shell without this logger has a console. */
async function write(ctx, level, tag, message, data) {
  const logger = ctx.logger ?? console;
  const method = typeof logger[level] === "function" ? level : "info";
  await logger[method]?.(tag, message, ...(data === undefined ? [] : [data]));
}
