// The check of the plugin that can refuse the start of a flight.

import { report } from "./report.js";
import { TIMEOUTS } from "./timeouts.js";

const START_GUARD = "the start guard";

export const START_GUARDS_SERVICE = {
  feature: "start-guards",
  member: "ctx.flight.start_guard",
  needs: ["flight.registerStartGuard"],
  requests: {
    "start_guard/register"(session) {
      session.bindings.add(START_GUARD, () => session.ctx.flight.registerStartGuard(() => askGuard(session)));
    },
    "start_guard/unregister"({ bindings }) {
      bindings.remove(START_GUARD);
    },
  },
};

/** The plugin's verdict. A guard that fails or does not answer lets the flight start (V3). */
async function askGuard(session) {
  // The shell may still ask the guard of a session that has ended, or that a newer one has replaced.
  if (!session.bindings.has(START_GUARD)) return { allow: true };
  try {
    const verdict = await session.call("start_guard/ask", {}, TIMEOUTS.startGuard);
    if (typeof verdict?.allow !== "boolean") throw new Error("its verdict has no `allow`");
    return verdict.allow ? { allow: true } : { allow: false, reason: verdict.reason ?? "the plugin gave no reason" };
  } catch (error) {
    const what = `the flight starts without its start guard, which gave no verdict: ${error.message}`;
    session.log("warn", "stratos", report(what));
    return { allow: true };
  }
}
