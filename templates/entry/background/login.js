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
    const auth = currentLogin(this.#ctx);
    if (auth.authenticated !== this.#known?.authenticated || auth.token !== this.#known.token) {
      this.#known = auth;
      const tell = () => this.#connection.call("auth/changed", { auth }, TIMEOUTS.auth);
      this.#told = this.#told.then(tell).catch((error) => {
        this.#known = undefined; // Try again.
        this.#onError(error);
      });
    }
    return this.#told;
  }

  stop() {
    clearInterval(this.#timer);
  }
}
