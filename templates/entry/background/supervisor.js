// The plugin from its start to its stop, with the restarts of a program that crashes.

import { SETTINGS } from "./plugin.js";
import { PluginError, RESTART, report } from "./report.js";
import { MAX_CRASHES, RestartBackoff } from "./restart_backoff.js";
import { Session } from "./session.js";

export class Supervisor {
  #ctx;
  #session;
  /** Channels and prefixes that a program of this supervisor has registered, which lead to its successors, too. */
  #registered = new Set();
  #backoff = new RestartBackoff();
  #restart;
  #ended = false;

  constructor(ctx) {
    this.#ctx = ctx;
  }

  /** Starts a program, to which the plugin's channels and routes lead from then on. */
  async start() {
    await this.open();
    await this.begin("start");
    await this.removeOtherCopies();
  }

  /** Starts a program that does not serve yet. Returns its session. */
  async open() {
    if (this.#ended) throw new PluginError("it was stopped while it started");
    this.#session = new Session(this.#ctx, this.#registered, () => this.#crashed());
    await this.#session.open();
    return this.#session;
  }

  /** Runs the hook `start` or `resume` of the opened program, which serves then. */
  async begin(hook) {
    await this.#session.begin(hook);
    this.#backoff.recordStart(Date.now());
  }

  /** Removes the copies of the programs that this one has replaced. */
  removeOtherCopies() {
    return this.#session.removeOtherCopies();
  }

  /** Ends the program and all restarts. Returns the error of the hook. */
  async end(hook) {
    this.#ended = true;
    clearTimeout(this.#restart);
    return this.#session?.end(hook);
  }

  /** Ends the program that a newer one has replaced. Its late writes are refused. */
  retire() {
    if (this.#session) this.#session.retired = true;
    return this.end("retire");
  }

  /** As the platform has it, a plugin that crashed stays errored (V2), unless its author wants it restarted. */
  #crashed() {
    if (!SETTINGS.supervise || this.#ended) return;
    const delay = this.#backoff.recordCrash(Date.now(), Math.random());
    if (delay === undefined) {
      const reason = `it has crashed ${MAX_CRASHES} times within a minute, and is not restarted`;
      this.#session.log("error", "stratos", report(reason, { help: RESTART }));
      return;
    }
    this.#session.log("warn", "stratos", report(`it restarts in ${delay} ms`));
    this.#restart = setTimeout(() => this.#restartNow(), delay);
  }

  async #restartNow() {
    try {
      await this.start();
      this.#session.log("info", "stratos", report("it runs again"));
    } catch (error) {
      if (this.#ended) return;
      this.#session.log("error", "stratos", error.message);
      this.#crashed();
    }
  }
}
