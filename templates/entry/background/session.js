// A running process of the plugin.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Connection } from "./connection.js";
import { objection, sameSecret, welcome } from "./handshake.js";
import { readLines } from "./lines.js";
import { DATA_FOLDER, PLUGIN_FOLDER } from "./plugin.js";
import { copyProgram } from "./program.js";
import { handleRequest } from "./requests.js";
import { CLOSED, CODES, LATE, RpcError } from "./rpc_error.js";
import { shared } from "./serving.js";
import { TIMEOUTS, within } from "./timeouts.js";

const AUTH_POLL = 1000;
const HOOKS = { start: "on_start", resume: "on_resume", stop: "on_stop", retire: "the retirement" };
const WINDOWS = process.platform === "win32";

/** A running process of the plugin. */
export class Session {
  running = false;
  /** Whether a newer session serves; late writes of this one are refused. */
  retired = false;
  resumes = false;
  agent = new http.Agent({ keepAlive: true });
  #told = Promise.resolve();
  #auth;
  #poll;
  #folder;
  #child;
  #exited;
  #connection;
  #ended;

  constructor(ctx) {
    this.ctx = ctx;
  }

  /** Starts the process and waits for its handshake. The process has exited when this or `begin` fails. */
  async open() {
    const server = net.createServer();
    const strangers = new Set();
    try {
      this.#folder = await mkdtemp(join(tmpdir(), "stratos-")); // With mode 0700.
      const program = await copyProgram(this.#folder);
      const [control, nonce] = [socketAddress(this.#folder, "control"), randomBytes(32).toString("hex")];
      this.http = socketAddress(this.#folder, "http");
      await new Promise((listening, failed) => server.once("error", failed).listen(control, listening));
      if (this.#ended) throw new Error("the plugin was stopped while it started");
      const greeted = this.#greeting(server, nonce, strangers);
      this.#spawn(program, {
        STRATOS_SOCKET: control,
        STRATOS_HTTP_SOCKET: this.http,
        STRATOS_NONCE: nonce,
        STRATOS_PLUGIN_FOLDER: PLUGIN_FOLDER,
        STRATOS_DATA_FOLDER: DATA_FOLDER,
      });
      const died = this.#exited.then((how) => {
        throw new Error(`the plugin ${how} before the handshake with the shell`);
      });
      if (!(await within(Promise.race([greeted, died]), TIMEOUTS.hello))) {
        throw new Error(`the plugin did not complete the handshake with the shell within ${TIMEOUTS.hello / 1000} s`);
      }
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      // The nonce is valid for one connection, which is the plugin's.
      server.close();
      for (const socket of strangers) socket.destroy();
    }
  }

  /** Runs the hook, after which the plugin serves. */
  async begin(hook) {
    try {
      this.#auth = authOf(this.ctx);
      // The shell has no event for login changes.
      this.#poll = setInterval(() => this.syncAuth().catch(() => {}), AUTH_POLL).unref();
      await this.#hook(hook, { auth: this.#auth }, TIMEOUTS.start);
    } catch (error) {
      clearInterval(this.#poll); // It may have been stopped just before.
      await this.end();
      throw error;
    }
    this.running = true;
  }

  /** Stops the process, and kills it if it does not exit. Returns the error of its hook. */
  end(hook) {
    return (this.#ended ??= this.#end(hook));
  }

  async #end(hook) {
    clearInterval(this.#poll);
    let failure;
    if (hook && this.running) {
      await this.#hook(hook, {}, TIMEOUTS.stop - TIMEOUTS.exit).catch((error) => (failure = error));
    }
    this.running = false;
    if (shared.serving === this) shared.serving = undefined;
    this.#connection?.close(); // This tells the plugin to end its process.
    if (this.#child && !(await within(this.#exited, TIMEOUTS.exit))) {
      this.#signal("SIGTERM");
      if (!(await within(this.#exited, TIMEOUTS.terminate))) this.#signal("SIGKILL");
      await this.#exited;
    }
    this.agent.destroy();
    // Files that cannot be removed are left to the system's cleanup.
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
    return failure;
  }

  /** Forwards a request of the UI to the plugin. */
  async invoke(channel, payload = null) {
    await this.syncAuth();
    return this.#connection.call("ipc/invoke", { channel, payload }, TIMEOUTS.response);
  }

  /**
   * Resolves when the plugin knows the current login.
   *
   * A plugin handles requests concurrently, so each change waits for the response to the previous one.
   */
  async syncAuth() {
    const auth = authOf(this.ctx);
    if (auth.authenticated !== this.#auth?.authenticated || auth.token !== this.#auth.token) {
      this.#auth = auth;
      const tell = () => this.#connection.call("auth/changed", { auth }, TIMEOUTS.auth);
      this.#told = this.#told.then(tell).catch((error) => {
        this.#auth = undefined; // Try again.
        if (this.running) this.log("warn", "stratos", `the plugin did not take the changed login: ${error.message}`);
      });
    }
    return this.#told;
  }

  log(level, tag, message, data) {
    const method = level in this.ctx.logger ? level : "info";
    this.ctx.logger[method](tag, message, ...(data === undefined ? [] : [data]));
  }

  /** Handles a request of the plugin. */
  request(method, params) {
    return handleRequest(this, method, params);
  }

  /** Handles a notification of the plugin. `cancel` is ignored, because no request can be cancelled here. */
  notification(method, params) {
    if (method === "log") this.log(params.level, params.tag, params.message, params.data);
    if (method === "log/dropped") this.log("warn", "stratos", `${params.lines} log lines of the plugin were dropped`);
    if (method !== "ipc/send" || this.retired) return;
    try {
      this.ctx.ipc.send(params.channel, params.payload);
    } catch (error) {
      this.log("warn", "stratos", `the shell did not take a push: ${error.message}`); // Its window may be gone.
    }
  }

  /** Called when the connection is closed. The process usually exits at once, and its exit code says more. */
  async closed(error) {
    if (error) this.log("error", "stratos", `the connection to the plugin failed: ${error.message}`);
    this.#lost((await within(this.#exited, TIMEOUTS.exit)) ?? "closed its connection to the shell");
  }

  #lost(how) {
    if (!this.running || this.#ended) return;
    this.log("error", "stratos", `the plugin ${how} by itself`);
    this.end();
  }

  /** Waits for the connection with the nonce; connections without it are refused. */
  #greeting(server, nonce, strangers) {
    return new Promise((resolve, reject) => {
      const fail = (reason) => reject(new Error(`the plugin cannot stay: ${reason}`));
      const greet = (connection, socket) => (method, hello) => {
        if (method === "hello" && !sameSecret(hello?.nonce, nonce)) {
          throw new RpcError(CODES.refused, "the nonce is wrong");
        }
        const reason = objection(method, hello);
        if (reason) {
          fail(reason);
          throw new RpcError(CODES.refused, reason);
        }
        strangers.delete(socket);
        server.close();
        connection.handler = this;
        this.#connection = connection;
        this.resumes = hello.features.includes("resume");
        setImmediate(resolve, true); // After the welcome has been written.
        return welcome(hello);
      };
      server.on("connection", (socket) => {
        strangers.add(socket);
        const connection = new Connection(socket);
        connection.handler = {
          request: greet(connection, socket),
          notification: () => fail("its first message is not a `hello` request"),
          closed: (error) => error && fail(`its first message is not a \`hello\` request: ${error.message}`),
        };
      });
    });
  }

  #spawn(program, environment) {
    // A separate process group can be killed with all child processes of the plugin. Standard input is
    // held open: its end tells the plugin that the shell has exited.
    const child = (this.#child = spawn(program, [], {
      detached: !WINDOWS,
      windowsHide: true,
      env: { ...process.env, ...environment, STRATOS_HOST_PID: String(process.pid) },
    }));
    child.stdin.on("error", () => {});
    for (const [output, level, tag] of [[child.stdout, "info", "stdout"], [child.stderr, "warn", "stderr"]]) {
      const more = (cut) => (cut ? `... (${cut} more bytes)` : "");
      readLines(output, 8 * 1024, (line, cut) => this.log(level, tag, line.replace(/\r$/, "") + more(cut)));
    }
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => resolve(`cannot be started: ${error.message}`));
      child.once("exit", (code, signal) => {
        this.#signal("SIGKILL"); // What it started and left behind ends now.
        const how = signal ? `was ended by ${signal}` : `exited with code ${code}`;
        // Output is logged before the exit; a child process may hold the pipes open.
        within(new Promise((closed) => child.once("close", closed)), 200).then(() => resolve(how));
      });
    });
    this.#exited.then((how) => this.#lost(how));
  }

  #signal(name) {
    try {
      if (WINDOWS) this.#child.kill(name);
      else if (this.#child.pid) process.kill(-this.#child.pid, name);
    } catch {
      // It has exited.
    }
  }

  async #hook(hook, params, deadline) {
    try {
      await this.#connection.call(hook, params, deadline);
    } catch (error) {
      const name = HOOKS[hook];
      if (error.code === CODES.panicked) throw new Error(`${name} ${error.message}`);
      if (error.code === LATE) throw new Error(`${name} did not finish within ${deadline / 1000} s`);
      if (error.code !== CLOSED) throw new Error(`${name} failed: ${error.message}`);
      const how = (await within(this.#exited, TIMEOUTS.exit)) ?? "closed its connection";
      throw new Error(`the plugin ${how} during ${name}`);
    }
  }
}

/** The path of a socket in the private folder, or the name of a pipe that cannot be guessed. */
function socketAddress(folder, kind) {
  return WINDOWS ? `\\\\.\\pipe\\stratos-${randomBytes(16).toString("hex")}-${kind}` : join(folder, `${kind}.sock`);
}

function authOf(ctx) {
  return { authenticated: Boolean(ctx.auth.isAuthenticated()), token: ctx.auth.getToken() ?? null };
}
