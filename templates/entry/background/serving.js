// The session that answers for the plugin.

import { PLUGIN_ID } from "./plugin.js";

// An update may load this file again beside the old instance, whose registrations must
// reach the new program. So this state is global to the process, not to the module.
export const shared = (globalThis[Symbol.for(`stratos-rust-plugin:${PLUGIN_ID}`)] ??= {
  serving: undefined,
  registered: new Set(),
});

/** The current session. */
export function serving() {
  if (!shared.serving) throw new Error(`plugin \`${PLUGIN_ID}\` is not running`);
  return shared.serving;
}
