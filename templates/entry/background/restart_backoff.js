// Restart policy of a program that crashes: exponential backoff, and a limit of crashes. The same as that of
// `cargo stratos run --supervise`.

/** Delays in milliseconds. */
const FIRST_DELAY = 250;
const MAX_DELAY = 30_000;
/** Number of crashes within `WINDOW` milliseconds after which the program is not restarted. */
export const MAX_CRASHES = 5;
const WINDOW = 60_000;
/** Uptime after which earlier crashes no longer count. */
const HEALTHY_UPTIME = 60_000;
/** Random spread of a delay, so that plugins that crashed together do not restart together. */
const JITTER = 0.2;

export class RestartBackoff {
  #crashes = [];
  #delays = 0;
  #upSince;

  /** Records that the plugin runs from now on. */
  recordStart(now) {
    this.#upSince = now;
  }

  /** Records a crash. Returns the delay before the restart, or `undefined` after too many crashes. */
  recordCrash(now, random) {
    if (now - this.#upSince >= HEALTHY_UPTIME) {
      this.#crashes = [];
      this.#delays = 0;
    }
    this.#upSince = undefined;
    this.#crashes = [...this.#crashes.filter((crash) => now - crash < WINDOW), now];
    if (this.#crashes.length >= MAX_CRASHES) return undefined;
    const delay = Math.min(FIRST_DELAY * 2 ** this.#delays, MAX_DELAY);
    this.#delays += 1;
    return Math.round(delay * (1 + JITTER * (2 * random - 1)));
  }
}
