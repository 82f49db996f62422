// A model of the services of later shells (V3): what `ctx` has beyond the first shell, and the pilot who uses it.

import { EventEmitter } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** Time that a start guard has, in milliseconds. */
const GUARD_TIMEOUT = 5000;
const TOPICS = ["update", "phaseChange", "simData", "landing"];

/** The services of one shell, whose plugins share the flight, the pilot and the airline. */
export class FakeServices {
  /** What `ctx.flight` returns. */
  state = { flight: null, pendingRecovery: null, simDisconnected: false, reconnecting: false, timestamp: 0 };
  phase = { currentPhase: "unknown", previousPhase: null, pendingTransition: null, trends: null, isTracking: false };
  snapshot = null;
  landingReport = null;
  toasts = [];
  sounds = [];
  /** Changes of the plugins' badges; `indicator` is `null` for a cleared one. */
  indicators = [];
  /** Entries of the flight log. */
  log = [];
  /** Dialogs and prompts in their order; the first one is shown. */
  modals = [];
  /** Start guards, with the ids of their plugins. */
  guards = new Set();
  /** Subscribers by their topics. */
  subscribers = new Map(TOPICS.map((topic) => [topic, new Set()]));
  /** The bound airline, `null` if there is none, and a function that answers as its API: `(method, path, body)`. */
  airline = { id: 7, name: "Sky Virtual", base_url: "https://sky.example" };
  api = async () => ({ status: 404, data: "" });
  /** SQLite databases that are open. */
  databases = new Set();
  /** Emits `change` when a list has another entry. */
  changes = new EventEmitter().setMaxListeners(0);
  #data;
  #lastEvent = 0;

  /** `data` is the folder with the plugins' own folders. */
  constructor(data) {
    this.#data = data;
  }

  /** Changes what `ctx.flight` returns, and tells the subscribers: `fly("phaseChange", snapshot)`. */
  fly(topic, value) {
    if (topic === "update") this.state = value;
    if (topic === "phaseChange") this.phase = value;
    if (topic === "simData") this.snapshot = value;
    if (value?.report) this.landingReport = value.report;
    for (const subscriber of [...this.subscribers.get(topic)]) subscriber(value);
  }

  /** Asks the start guards. Returns the vetoes, and a warning for each guard without a verdict. */
  async startFlight() {
    const [vetoes, warnings] = [[], []];
    for (const { id, guard } of [...this.guards]) {
      let timer;
      const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error("it hangs")), GUARD_TIMEOUT)));
      try {
        const { allow, reason } = await Promise.race([guard(), late]);
        if (!allow) vetoes.push({ plugin: id, reason });
      } catch (error) {
        warnings.push(`${id}: ${error.message}`);
      } finally {
        clearTimeout(timer);
      }
    }
    return { vetoes, warnings };
  }

  /** Closes the modal that is shown with an answer of the pilot; without one, as if it were dismissed. */
  answer(answer) {
    const { resolve, nothing, ...shown } = this.modals.shift();
    resolve(answer ?? nothing);
    return shown;
  }

  /** What `ctx` of a plugin has beyond that of the first shell. */
  newContext(id) {
    const airline = this.airline && { ...this.airline, createClient: () => this.#newClient() };
    return {
      database: { open: (file) => this.#openDatabase(id, file) },
      airline,
      flight: this.#newFlight(id),
      notify: {
        toast: async (options) => this.#record(this.toasts, { plugin: id, ...options }),
        playSound: async (sound = null) => this.#record(this.sounds, { plugin: id, sound }),
        playCustomSound: async (path) => {
          if (path.includes("missing")) throw new Error(`no such file: ${path}`);
          this.#record(this.sounds, { plugin: id, path });
        },
      },
      dialog: {
        alert: (options) => this.#show(id, "alert", options, undefined),
        confirm: (options) => this.#show(id, "confirm", options, false),
      },
      prompt: {
        text: (options) => this.#show(id, "text", options, null),
        number: (options) => this.#show(id, "number", options, null),
        select: (options) => this.#show(id, "select", options, null),
      },
      plugin: {
        setIndicator: async (indicator) => this.#record(this.indicators, { plugin: id, indicator }),
        clearIndicator: async () => this.#record(this.indicators, { plugin: id, indicator: null }),
      },
    };
  }

  #newFlight(id) {
    const subscribe = (topic) => (callback) => {
      const subscriber = (value) => callback(value);
      this.subscribers.get(topic).add(subscriber);
      return () => this.subscribers.get(topic).delete(subscriber);
    };
    return {
      getState: () => this.state,
      getPhase: () => this.phase,
      getSnapshot: () => this.snapshot,
      getLandingReport: () => this.landingReport,
      onUpdate: subscribe("update"),
      onPhaseChange: subscribe("phaseChange"),
      onSimData: subscribe("simData"),
      onLanding: subscribe("landing"),
      registerStartGuard: (guard) => {
        const registered = { id, guard };
        this.guards.add(registered);
        return () => this.guards.delete(registered);
      },
      log: {
        add: ({ category, condition, message }) => {
          if (this.state.flight === null) return null;
          const event = {
            eventId: `e${++this.#lastEvent}`,
            eventTimestamp: new Date().toISOString(),
            eventElapsedTime: 0,
            eventCondition: condition,
            category,
            message,
          };
          this.#record(this.log, event);
          return event;
        },
        update: (eventId, changes) => {
          Object.assign(this.log.find((event) => event.eventId === eventId), changes);
        },
        remove: (eventId) => {
          this.log = this.log.filter((event) => event.eventId !== eventId);
        },
      },
    };
  }

  /** A client like axios: it rejects a status beyond 299, with the response in the error. */
  #newClient() {
    const request = async (method, path, body) => {
      const response = await this.api(method, path, body);
      if (response.status < 300) return response;
      throw Object.assign(new Error(`Request failed with status code ${response.status}`), { response });
    };
    return {
      get: (path) => request("GET", path),
      post: (path, body) => request("POST", path, body),
      patch: (path, body) => request("PATCH", path, body),
    };
  }

  #openDatabase(id, file) {
    if (/[/\\]/.test(file)) throw new Error(`${file} is no file name`);
    const folder = join(this.#data, id);
    mkdirSync(folder, { recursive: true });
    const database = { name: join(folder, file), memory: false, close: () => this.databases.delete(database) };
    this.databases.add(database);
    return database;
  }

  #show(id, kind, { timeoutMs, ...options }, nothing) {
    return new Promise((resolve) => {
      const modal = { plugin: id, kind, options, resolve, nothing };
      this.#record(this.modals, modal);
      if (timeoutMs === undefined) return;
      setTimeout(() => {
        this.modals = this.modals.filter((shown) => shown !== modal);
        resolve(nothing);
      }, timeoutMs);
    });
  }

  #record(list, entry) {
    list.push(entry);
    this.changes.emit("change");
  }
}
