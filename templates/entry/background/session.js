// One process of the plugin, from its handshake to its exit.

import http from "node:http";

import { Bindings } from "./bindings.js";
import { ControlSocket } from "./control_socket.js";
import { Backlog } from "./event_queue.js";
import { LoginWatch } from "./login.js";
import { DATA_FOLDER, PLUGIN_FOLDER } from "./plugin.js";
import { PluginProcess } from "./plugin_process.js";
import { PluginError, RESTART, report, writeLog } from "./report.js";
import { handleNotification, handleRequest } from "./requests.js";
import { CLOSED, CODES, LATE, RpcError } from "./rpc_error.js";
import { shared } from "./serving.js";
import { identifyShell } from "./shell.js";
import { createSockets } from "./socket_folder.js";
import { TIMEOUTS, within } from "./timeouts.js";

const HOOKS = { start: "on_start", resume: "on_resume", stop: "on_stop", retire: "the retirement" };
/**
 * Limits of the calls that wait for the plugin: their number, and the bytes that the plugin does not read. The SDK
 * handles 256 requests at a time, so that a hook and a changed login always fit.
 */
const [MAX_INVOCATIONS, MAX_QUEUED_BYTES] = [240, 15 * 1024 * 1024];

export class Session {
  /** Whether a hook has succeeded, and the session has not ended. */
  running = false;
  /** Whether a newer session serves; late writes of this one are refused. */
  retired = false;
  /** Whether the plugin has an `on_resume`. */
  resumes = false;
  /** Address of the plugin's HTTP server, and the pool of connections to it. */
  http;
  agent = new http.Agent({ keepAlive: true });
  /** Name and version of the shell, if they are known. */
  shell;
  /** Subscriptions and guards that the shell calls. */
  bindings = new Bindings();
  /** Flight events that wait for the plugin. */
  backlog = new Backlog((events) => this.#abort(`it does not read: ${events} flight events wait for it`));
  /** Dialogs and prompts that wait for the pilot. */
  openModals = 0;
  /** Promises of clients of airlines, by the `ctx.airline` that creates them. */
  airlineClients = new WeakMap();
  #onCrash;
  #sockets;
  #control = new ControlSocket();
  #process;
  #connection;
  #login;
  #invocations = 0;
  #ended;

  /**
   * `registered` has the channels and prefixes that earlier processes registered with `ctx`. `onCrash` is called
   * when the process exits by itself.
   */
  constructor(ctx, registered, onCrash) {
    this.ctx = ctx;
    this.registered = registered;
    this.#onCrash = onCrash;
  }

  /** Starts the process and waits for its handshake. The process has exited when this or `begin` fails. */
  async open() {
    try {
      this.#sockets = await createSockets();
      this.shell = await identifyShell();
      this.http = this.#sockets.http;
      await this.#control.listen(this.#sockets.control);
      this.#requireNotEnded();
      const greeted = this.#control.accept(this);
      greeted.catch(() => {}); // Reported below, unless the program exits first.
      this.#process = await PluginProcess.start(this.#variables(), (...line) => this.log(...line));
      this.#requireNotEnded();
      this.#process.exited.then((how) => this.#lost(how));
      await this.#handshake(greeted);
    } catch (error) {
      await this.end();
      await this.#release(); // What has been opened since an `end` during the start.
      throw error instanceof PluginError ? error : this.#failure(error.message);
    } finally {
      this.#control.refuse();
    }
  }

  /** Runs the hook. The session serves from then on, at a fresh start already during its hook. */
  async begin(hook) {
    try {
      this.#requireNotEnded();
      this.#login = new LoginWatch(this.ctx, this.#connection, (error) => {
        if (this.running) this.log("warn", "stratos", report(`it did not take the changed login: ${error.message}`));
      });
      if (hook === "start") shared.session = this;
      await this.#hook(hook, { auth: this.#login.known }, TIMEOUTS.start);
      this.#requireNotEnded();
    } catch (error) {
      await this.end();
      throw error;
    }
    this.running = true;
    shared.session = this;
  }

  /** Removes copies of older programs. */
  removeOtherCopies() {
    return this.#process.removeOtherCopies();
  }

  /** Stops the process, and kills it if it does not exit. Returns the error of its hook. */
  end(hook) {
    return (this.#ended ??= this.#end(hook));
  }

  async #end(hook) {
    this.#login?.stop();
    this.bindings.close((name, error) => {
      this.log("warn", "stratos", report(`the shell did not remove ${name}: ${error?.message ?? error}`));
    });
    let failure;
    if (hook && this.running) {
      await this.#hook(hook, {}, TIMEOUTS.stop - TIMEOUTS.exit).catch((error) => (failure = error));
    }
    this.running = false;
    if (shared.session === this) shared.session = undefined;
    this.#connection?.close(); // This tells the plugin to end its process.
    await this.#release();
    return failure;
  }

  async #release() {
    await this.#process?.end();
    this.agent.destroy();
    this.#control.close();
    await this.#sockets?.remove();
  }

  /** Forwards a request of the UI to the plugin. */
  async invoke(channel, payload = null) {
    if (this.#invocations >= MAX_INVOCATIONS || this.#connection.queuedBytes > MAX_QUEUED_BYTES) {
      throw new RpcError(CODES.busy, report("it is busy: too many calls wait for it"));
    }
    this.#invocations += 1;
    try {
      await this.syncLogin();
      return await this.#connection.call("ipc/invoke", { channel, payload }, TIMEOUTS.response);
    } finally {
      this.#invocations -= 1;
    }
  }

  /** Sends the plugin a request. */
  call(method, params, deadline) {
    return this.#connection.call(method, params, deadline);
  }

  /** Resolves when the plugin knows the current login. */
  async syncLogin() {
    await this.#login?.sync();
  }

  log(level, tag, message, data) {
    writeLog(this.ctx, level, tag, message, data);
  }

  /** Handles a request of the plugin. */
  request(method, params, signal) {
    return handleRequest(this, method, params, signal);
  }

  /** Handles a notification of the plugin. */
  notification(method, params) {
    handleNotification(this, method, params);
  }

  /** Called when the connection is closed. The process usually exits at once, and its exit code says more. */
  async closed(error) {
    if (error) this.log("error", "stratos", report(`the connection to its program failed: ${error.message}`));
    this.#lost((await within(this.#process.exited, TIMEOUTS.exit)) ?? "closed its connection to the shell");
  }

  async #lost(how) {
    if (this.running) await this.#abort(`its program ${how} by itself${this.#process.lastLines}`);
  }

  /** Ends a session that cannot go on, as a crash of its program does. */
  async #abort(reason) {
    if (this.#ended) return;
    const wasRunning = this.running; // Otherwise its start fails.
    this.log("error", "stratos", report(reason, { help: RESTART }));
    await this.end();
    if (wasRunning) this.#onCrash();
  }

  async #handshake(greeted) {
    const died = this.#process.exited.then((how) => {
      throw this.#failure(`its program ${how} before the handshake with the shell`);
    });
    const handshake = await within(Promise.race([greeted, died]), TIMEOUTS.hello);
    if (!handshake) {
      const seconds = TIMEOUTS.hello / 1000;
      throw this.#failure(`its program did not complete the handshake with the shell within ${seconds} s`);
    }
    this.#connection = handshake.connection;
    this.resumes = handshake.hello.features.includes("resume");
  }

  #requireNotEnded() {
    if (this.#ended) throw new PluginError("it was stopped while it started");
  }

  #variables() {
    return {
      STRATOS_SOCKET: this.#sockets.control,
      STRATOS_HTTP_SOCKET: this.#sockets.http,
      STRATOS_NONCE: this.#control.nonce,
      STRATOS_PLUGIN_FOLDER: PLUGIN_FOLDER,
      STRATOS_DATA_FOLDER: DATA_FOLDER,
    };
  }

  async #hook(hook, params, timeout) {
    try {
      await this.#connection.call(hook, params, timeout);
    } catch (error) {
      const name = HOOKS[hook];
      if (error.code === CODES.panicked) throw this.#failure(`${name} ${error.message}`);
      if (error.code === LATE) throw this.#failure(`${name} did not finish within ${timeout / 1000} s`);
      if (error.code !== CLOSED) throw this.#failure(`${name} failed: ${error.message}`);
      const how = (await within(this.#process.exited, TIMEOUTS.exit)) ?? "closed its connection";
      throw this.#failure(`its program ${how} during ${name}`);
    }
  }

  #failure(what) {
    return new PluginError(`${what}${this.#process?.lastLines ?? ""}`, { help: RESTART });
  }
}
