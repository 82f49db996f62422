// Events of one kind on their way to the plugin: each is sent when the plugin has answered the one before.

import { report } from "./report.js";
import { CLOSED } from "./rpc_error.js";
import { TIMEOUTS } from "./timeouts.js";

/** Limits of the events that wait for one plugin: one that does not answer would fill the memory of the shell. */
const MAX_WAITING = { events: 10_000, characters: 16 * 1024 * 1024 };

/** Counts the events of a session that wait. `overflow` is called when there are too many. */
export class Backlog {
  #events = 0;
  #characters = 0;
  #overflow;

  constructor(overflow) {
    this.#overflow = overflow;
  }

  add({ text }) {
    this.#events += 1;
    this.#characters += text.length;
    if (this.#events > MAX_WAITING.events || this.#characters > MAX_WAITING.characters) this.#overflow(this.#events);
  }

  remove({ text }) {
    this.#events -= 1;
    this.#characters -= text.length;
  }
}

/**
 * Sends events as requests `method`, in their order. With `newestOnly`, an event replaces the one that waits; otherwise
 * none is left out.
 */
export class EventQueue {
  #session;
  #member;
  #method;
  #params;
  #newestOnly;
  #waiting = [];
  #count = 0;
  #isSending = false;
  #isClosed = false;
  /** Events in a row that the plugin did not take. The first one is reported at once, and their number at the end. */
  #failures = 0;

  /** `member` is the service's place in `ctx`. `params` makes the request's parameters from an event and its number. */
  constructor(session, { member, method, params, newestOnly = false }) {
    this.#session = session;
    this.#member = member;
    this.#method = method;
    this.#params = params;
    this.#newestOnly = newestOnly;
  }

  /** Takes an event as it is now: the shell may change the object later. Never fails, since the shell calls this. */
  push(event) {
    if (this.#isClosed) return;
    try {
      const taken = { text: JSON.stringify(event ?? null), number: ++this.#count };
      if (this.#newestOnly) this.#clear();
      this.#waiting.push(taken);
      this.#session.backlog.add(taken);
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#isSending) this.#send();
  }

  /** Forgets the events that wait, and takes no more. */
  close() {
    this.#isClosed = true;
    this.#clear();
    this.#reportFailures();
  }

  #clear() {
    this.#waiting.splice(0).forEach((event) => this.#session.backlog.remove(event));
  }

  async #send() {
    this.#isSending = true;
    while (this.#waiting.length > 0) {
      const event = this.#waiting.shift();
      this.#session.backlog.remove(event);
      // The answer has no deadline, since a request that is given up is an event that is lost. The queue has a limit.
      const slow = setTimeout(() => this.#warnSlow(), TIMEOUTS.response).unref();
      try {
        await this.#session.call(this.#method, this.#params(JSON.parse(event.text), event.number));
        this.#reportFailures();
      } catch (error) {
        if (error.code === CLOSED) this.close();
        else this.#fail(error);
      } finally {
        clearTimeout(slow);
      }
    }
    this.#isSending = false;
    if (this.#isClosed) this.#reportFailures();
  }

  #warnSlow() {
    const seconds = TIMEOUTS.response / 1000;
    this.#log(`it has not answered \`${this.#method}\` for ${seconds} s, and further events wait`);
  }

  #fail(error) {
    this.#failures += 1;
    if (this.#failures === 1) this.#log(`it did not take an event, \`${this.#method}\`: ${error.message}`);
  }

  #reportFailures() {
    if (this.#failures === 0) return;
    const events = this.#failures === 1 ? "1 event was" : `${this.#failures} events were`;
    this.#log(`\`${this.#member}\`: ${events} not taken, \`${this.#method}\``);
    this.#failures = 0;
  }

  #log(what) {
    this.#session.log("warn", "stratos", report(what));
  }
}
