// The parts of this entry that outlive its module.

import { PLUGIN_ID } from "./plugin.js";
import { report } from "./report.js";

/**
 * An update may load this file again beside the old instance, whose registrations must reach the new
 * program. So this state is global to the process, not to the module. The other instance may be of another
 * version: its supervisor has `end` and `retire`, its session `syncLogin`, `invoke`, `http` and `agent`.
 */
export const shared = (globalThis[Symbol.for(`stratos-rust-plugin:${PLUGIN_ID}`)] ??= {
  /** The supervisor of the plugin that was started last. */
  current: undefined,
  /** The session that answers for the plugin. */
  session: undefined,
  /** Channels and prefixes that a program has registered. */
  registered: new Set(),
});

/** The session that answers for the plugin. */
export function servingSession() {
  if (!shared.session) throw new Error(report("it is not running"));
  return shared.session;
}
