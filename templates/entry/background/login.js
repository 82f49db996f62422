// The pilot's login, which the plugin is told of.

import { TIMEOUTS } from "./timeouts.js";

/** Interval of the checks for changes in milliseconds; the shell has no event for them. */
const POLL = 1000;

/** The current login. A shell without the service has none. */
export function currentLogin(ctx) {
  return {
    authenticated: Boolean(ctx.auth?.isAuthenticated?.()),
    token: ctx.auth?.getToken?.() ?? null,
  };
}

/** Tells a plugin of each change of the login. */
export class LoginWatch {
  #ctx;
  #connection;
  #onError;
  #known;
  /** Whether the plugin has not taken the last change. The first failure in a row is reported. */
  #hasFailed = false;
  #told = Promise.resolve();
  #timer;

  constructor(ctx, connection, onError) {
    this.#ctx = ctx;
    this.#connection = connection;
    this.#onError = onError;
    this.#known = currentLogin(ctx);
    this.#timer = setInterval(() => this.sync().catch(() => {}), POLL).unref();
  }

  /** The login that the plugin knows at its start. */
  get known() {
    return this.#known;
  }

  /**
   * Resolves when the plugin knows the current login.
   *
   * A plugin handles requests concurrently, so each change waits for the response to the previous one.
   */
  async sync() {
    // A plugin that reads nothing would be sent the same change again and again.
    if (this.#hasFailed && this.#connection.queuedBytes > 0) return;
    const auth = currentLogin(this.#ctx);
    if (auth.authenticated !== this.#known?.authenticated || auth.token !== this.#known.token) {
      this.#known = auth;
      const tell = () => this.#connection.call("auth/changed", { auth }, TIMEOUTS.auth);
      const told = () => (this.#hasFailed = false);
      this.#told = this.#told.then(tell).then(told, (error) => {
        this.#known = undefined; // Try again.
        if (!this.#hasFailed) this.#onError(error);
        this.#hasFailed = true;
      });
    }
    return this.#told;
  }

  stop() {
    clearInterval(this.#timer);
  }
}
