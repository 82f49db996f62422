// The background module of a plugin whose code is a separate program.
//
// It starts the program for this platform, implements the host's side of the protocol, and maps it to the
// `ctx` of the shell. Node 18.17 or newer, no dependencies. `cargo stratos build` generates this file.

import { report, writeLog } from "./report.js";
import { shared } from "./serving.js";
import { Supervisor } from "./supervisor.js";

/** Supervisor that this instance of the module started, which its `onStop` stops. */
let own;
/** Supervisor of an update that is not complete. */
let resuming;

export function onStart(ctx = {}) {
  return logged(ctx, async () => {
    const old = shared.current;
    const started = (own = shared.current = new Supervisor(ctx));
    // Starting a plugin twice would leak the first process.
    await old?.end("stop");
    await started.start();
  });
}

/** The context of later shells (V2, V3) is that of the start. */
export async function onStop() {
  // A new instance whose `onResume` has failed started nothing, and the old plugin still runs.
  const running = new Set([own ?? shared.current, resuming]);
  const failures = await Promise.all([...running].map((supervisor) => supervisor?.end("stop")));
  const failure = failures.find(Boolean);
  if (failure) throw failure;
}

/** Resumes the new program while the old one serves, and switches to it. Without either, starts the new program. */
export function onResume(ctx = {}) {
  return logged(ctx, async () => {
    const old = shared.current;
    const resumed = (resuming = new Supervisor(ctx));
    const { resumes } = await resumed.open();
    if (resumes && shared.session) {
      await resumed.begin("resume");
      own = shared.current = resumed;
      // In the same turn of the event loop as the switch: nothing of the old program is handled in between.
      const failure = await old?.retire();
      if (failure) writeLog(ctx, "warn", "stratos", report(`the old version: ${failure.message}`));
    } else {
      await old?.end("stop");
      own = shared.current = resumed;
      await resumed.begin("start");
    }
    await resumed.removeOtherCopies();
  });
}

export default { onStart, onStop, onResume };

/** Logs the failure of a start. Whether the shell does is not stated; it marks the plugin as errored (V1). */
async function logged(ctx, start) {
  try {
    await start();
  } catch (error) {
    writeLog(ctx, "error", "stratos", error.message);
    throw error;
  }
}
