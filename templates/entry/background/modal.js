// Dialogs and prompts, which wait for the pilot without a limit.
//
// One that is dismissed is answered with nothing, `false` or `null`, never with an error (V3).

import { report } from "./report.js";
import { CODES, RpcError } from "./rpc_error.js";

/** Dialogs and prompts of a session that the shell may have open: it shows one at a time, and cannot close any. */
const MAX_OPEN = 64;

export const DIALOG_SERVICE = {
  feature: "dialog",
  member: "ctx.dialog",
  needs: ["dialog.alert", "dialog.confirm"],
  requests: {
    async "dialog/alert"(session, { title, message, timeout_ms: timeoutMs }) {
      await show(session, ({ dialog }) => dialog.alert(given({ title, message, timeoutMs })));
    },
    async "dialog/confirm"(session, { title, message, timeout_ms: timeoutMs }) {
      const options = given({ title, message, timeoutMs });
      return (await show(session, ({ dialog }) => dialog.confirm(options))) === true;
    },
  },
};

export const PROMPT_SERVICE = {
  feature: "prompt",
  member: "ctx.prompt",
  needs: ["prompt.text", "prompt.number", "prompt.select"],
  requests: {
    async "prompt/text"(session, { title, label, placeholder, required, timeout_ms: timeoutMs }) {
      const options = given({ title, label, placeholder, required, timeoutMs });
      return answer("string", await show(session, ({ prompt }) => prompt.text(options)));
    },
    async "prompt/number"(session, { title, label, min, max, timeout_ms: timeoutMs }) {
      const options = given({ title, label, min, max, timeoutMs });
      return answer("number", await show(session, ({ prompt }) => prompt.number(options)));
    },
    async "prompt/select"(session, { title, label, options: choices, timeout_ms: timeoutMs }) {
      const options = given({ title, label, options: choices, timeoutMs });
      return answer("string", await show(session, ({ prompt }) => prompt.select(options)));
    },
  },
};

/** Options without those that the plugin left out. */
const given = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value != null));

const answer = (type, value) => (typeof value === type ? value : null);

/** Waits for the pilot. If the plugin cancels, the dialog stays open and counts, and its answer is dropped. */
function show(session, open) {
  if (session.openModals >= MAX_OPEN) {
    throw new RpcError(CODES.busy, report(`${MAX_OPEN} of its dialogs and prompts wait for the pilot`));
  }
  session.openModals += 1;
  return (async () => open(session.ctx))().finally(() => (session.openModals -= 1));
}
