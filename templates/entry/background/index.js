// The background module of a plugin whose code is a separate program.
//
// It starts the program for this platform, implements the host's side of the protocol, and maps it to the
// `ctx` of the shell. Node 18.17 or newer, no dependencies.

import { Session } from "./session.js";
import { shared } from "./serving.js";

/** The session that this instance of the module started, which its `onStop` stops. */
let own;

export async function onStart(ctx) {
  // Starting a plugin twice would leak the first process.
  await shared.serving?.end("stop");
  own = new Session(ctx);
  await own.open();
  shared.serving = own;
  await own.begin("start");
}

export async function onStop() {
  const failure = await own?.end("stop");
  if (failure) throw failure;
}

/** Resumes the new program while the old one serves, then switches to it in one step. */
export async function onResume(ctx) {
  const old = shared.serving;
  const session = new Session(ctx);
  await session.open();
  if (session.resumes) await session.begin("resume");
  else await old?.end("stop");
  own = shared.serving = session;
  if (!session.resumes) return session.begin("start");
  if (old) old.retired = true;
  const failure = await old?.end("retire");
  if (failure) session.log("warn", "stratos", `the old version: ${failure.message}`);
}

export default { onStart, onStop, onResume };
