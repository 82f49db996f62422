// The background module of a plugin whose code is a separate program.
//
// It starts the program `<plugin id>` in the same folder, implements the host's side of the protocol,
// and maps it to the `ctx` of the shell. Node 20 or newer, no dependencies; one file, because a shell
// that reloads it after an update may not reload its imports.

import { spawn } from "node:child_process";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { constants, readFileSync } from "node:fs";
import { chmod, copyFile, mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROTOCOL = { major: 1, minor: 1 };
const HOST = { name: "stratos-node-entry", version: "0.1.0" };
const LIMITS = { frame_bytes: 1024 * 1024, config_value_bytes: 256 * 1024 };
const CONFIG_KEY_BYTES = 1024;
const REQUESTS_IN_FLIGHT = 256;
/** Timeouts in milliseconds. `exit` is the part of `stop` in which the process may exit by itself. */
const DEADLINE = { hello: 5000, start: 30_000, stop: 5000, exit: 500, terminate: 2000, auth: 2000, answer: 30_000 };
const AUTH_POLL = 1000;
const HOOKS = { start: "on_start", resume: "on_resume", stop: "on_stop", retire: "the retirement" };
const WINDOWS = process.platform === "win32";

/** `<userData>/plugins/<id>`; the folder `plugins-data` beside `plugins` holds the files of the plugins (V3). */
const PLUGIN_FOLDER = fileURLToPath(new URL("..", import.meta.url));
const { id } = JSON.parse(readFileSync(join(PLUGIN_FOLDER, "plugin.json"), "utf8"));

// An update may load this file again beside the old instance, whose registrations must
// reach the new program. So this state is global to the process, not to the module.
const shared = (globalThis[Symbol.for(`stratos-rust-plugin:${id}`)] ??= { serving: undefined, registered: new Set() });
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

/** A running process of the plugin. */
class Session {
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
        STRATOS_DATA_FOLDER: join(PLUGIN_FOLDER, "..", "..", "plugins-data", id),
      });
      const died = this.#exited.then((how) => {
        throw new Error(`the plugin ${how} before the handshake with the shell`);
      });
      if (!(await within(Promise.race([greeted, died]), DEADLINE.hello))) {
        throw new Error(`the plugin did not complete the handshake with the shell within ${DEADLINE.hello / 1000} s`);
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
      await this.#hook(hook, { auth: this.#auth }, DEADLINE.start);
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
      await this.#hook(hook, {}, DEADLINE.stop - DEADLINE.exit).catch((error) => (failure = error));
    }
    this.running = false;
    if (shared.serving === this) shared.serving = undefined;
    this.#connection?.close(); // This tells the plugin to end its process.
    if (this.#child && !(await within(this.#exited, DEADLINE.exit))) {
      this.#signal("SIGTERM");
      if (!(await within(this.#exited, DEADLINE.terminate))) this.#signal("SIGKILL");
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
    return this.#connection.call("ipc/invoke", { channel, payload }, DEADLINE.answer);
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
      const tell = () => this.#connection.call("auth/changed", { auth }, DEADLINE.auth);
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
  async request(method, params) {
    if (!Object.hasOwn(REQUESTS, method)) {
      throw new RpcError(CODES.methodNotFound, `this shell does not know the method \`${method}\``);
    }
    if (this.retired && FENCED.has(method)) {
      throw new RpcError(CODES.retired, "a newer generation of this plugin has taken over");
    }
    try {
      return (await REQUESTS[method](this.ctx, params ?? {})) ?? {};
    } catch (error) {
      if (error instanceof RpcError) throw error;
      const code = method.startsWith("config/") ? CODES.storeFailed : CODES.internal;
      throw new RpcError(code, String(error?.message ?? error));
    }
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
    this.#lost((await within(this.#exited, DEADLINE.exit)) ?? "closed its connection to the shell");
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
      const how = (await within(this.#exited, DEADLINE.exit)) ?? "closed its connection";
      throw new Error(`the plugin ${how} during ${name}`);
    }
  }
}

/** The requests of a plugin. */
const REQUESTS = {
  async "config/get"(ctx, { key }) {
    const value = await ctx.config.get(key, undefined);
    // A shell may return `null` for missing values, while a stored `null` is a value.
    const found = value === null ? Object.hasOwn(await ctx.config.getAll(), key) : value !== undefined;
    return { found, value: value ?? null };
  },
  async "config/set"(ctx, { key, value }) {
    checkSize("key", key, CONFIG_KEY_BYTES);
    checkSize("value", JSON.stringify(value), LIMITS.config_value_bytes);
    await ctx.config.set(key, value);
  },
  async "config/delete"(ctx, { key }) {
    await ctx.config.delete(key);
  },
  async "config/get_all"(ctx, { after }) {
    return page(Object.entries(await ctx.config.getAll()), after);
  },
  async "ipc/handle"(ctx, { channel }) {
    const answer = async (payload) => serving().invoke(channel, payload);
    await register(`channel ${channel}`, () => ctx.ipc.handle(channel, answer));
  },
  async "ipc/remove_handler"(ctx, { channel }) {
    // A shell without this method keeps the handler, and the plugin responds that it has none.
    await ctx.ipc.removeHandler?.(channel);
  },
  async "server/register"(ctx, { prefix }) {
    await register(`prefix ${prefix}`, () => ctx.server.registerRouter(prefix, route));
  },
};
const FENCED = new Set(["config/set", "config/delete", "server/register"]);

/** Returns the current session. After an update, a shell may still call what the old version registered. */
async function register(what, how) {
  try {
    await how();
  } catch (error) {
    if (!shared.registered.has(what)) throw error;
  }
  shared.registered.add(what);
}

function serving() {
  if (!shared.serving) throw new Error(`plugin \`${id}\` is not running`);
  return shared.serving;
}

/** A part of the store that fits into one frame: at most half of it, unless one value is larger. */
function page(all, after) {
  const rest = all.filter(([key]) => after == null || key > after).sort(([a], [b]) => (a < b ? -1 : 1));
  let room = LIMITS.frame_bytes / 2;
  const end = rest.findIndex((entry, at) => (room -= Buffer.byteLength(JSON.stringify(entry))) < 0 && at > 0);
  const entries = end === -1 ? rest : rest.slice(0, end);
  return { entries: Object.fromEntries(entries), next: end === -1 ? null : entries.at(-1)[0] };
}

/** The Express router of a prefix, which forwards each request to the plugin. */
async function route(req, res) {
  if (!shared.serving) return fail(req, res, 503, `plugin \`${id}\` is not running`);
  try {
    await shared.serving.syncAuth();
    forward(serving(), req, res);
  } catch (error) {
    fail(req, res, 500, error.message);
  }
}

/** Streams both ways, with the full path, because the plugin's routers know their prefixes. */
function forward({ http: socketPath, agent }, req, res) {
  const headers = endToEnd(req.headersDistinct);
  const body = parsedBody(req);
  if (body !== undefined) {
    headers["content-length"] = String(Buffer.byteLength(body));
    delete headers["content-encoding"];
  } else if (req.headers["transfer-encoding"] !== undefined) {
    headers["transfer-encoding"] = "chunked"; // Node itself would not say so for a DELETE.
  }
  const target = { socketPath, agent, method: req.method, path: req.originalUrl, headers };
  const upstream = http.request(target, (answer) => {
    res.writeHead(answer.statusCode, answer.statusMessage, endToEnd(answer.headersDistinct));
    answer.on("error", () => res.destroy()).pipe(res);
  });
  upstream.on("error", (error) => fail(req, res, 502, `plugin \`${id}\` did not answer: ${error.message}`));
  // The client may close the connection before the response is complete; the plugin's handler is dropped then.
  res.on("close", () => res.writableFinished || upstream.destroy());
  if (body === undefined) req.pipe(upstream);
  else upstream.end(body);
}

/** Hop-by-hop headers, and `expect`, which the shell's server has answered. */
const HOP_BY_HOP = [
  "connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
  "expect",
];

function endToEnd(headers) {
  const named = String(headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  const kept = Object.entries(headers).filter(([name]) => !dropped.has(name));
  return Object.fromEntries(kept.map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

/**
 * The body, if a parser of the shell has read it already; otherwise `undefined`.
 *
 * JSON is serialized again: the same value, not the same bytes. Numbers are JavaScript's, and of equal
 * names in an object the last one is kept. A parsed form cannot be restored.
 */
function parsedBody(req) {
  const type = req.headers["content-type"] ?? "";
  if (!req.readableEnded) return undefined;
  if (req.body === undefined || req.headers["content-length"] === "0") return "";
  if (Buffer.isBuffer(req.body)) return req.body;
  if (/^[^;]*[/+]json *(;|$)/i.test(type)) return JSON.stringify(req.body);
  if (typeof req.body === "string") return req.body;
  throw new Error(`the shell has read the body of this request, and ${type} cannot be written anew`);
}

function fail(req, res, status, error) {
  req.unpipe().resume(); // The rest of the body would stand in the way of the next request.
  if (res.headersSent) return res.destroy();
  res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error }));
}

/** A JSON-RPC 2.0 peer, one message a line. `handler` receives requests and notifications. */
class Connection {
  #socket;
  #waiting = new Map();
  #lastId = 0;
  #inFlight = 0;

  constructor(socket) {
    this.#socket = socket;
    let failure;
    const broken = (error) => socket.destroy((failure ??= error));
    const tooLong = () => broken(new Error(`a line is longer than ${LIMITS.frame_bytes} bytes`));
    const receive = (line) => {
      try {
        if (!socket.destroyed) this.#receive(line);
      } catch (error) {
        broken(error);
      }
    };
    readLines(socket, LIMITS.frame_bytes, receive, tooLong);
    // A connection broken by the plugin's exit is not reported separately.
    socket.on("error", () => {});
    socket.once("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new RpcError(CLOSED, "the connection is closed"));
      this.handler.closed(failure);
    });
  }

  /** Closes the connection after all queued messages are written. */
  close() {
    this.#socket.end();
  }

  async call(method, params, deadline) {
    if (!this.#socket.writable) throw new RpcError(CLOSED, "the connection is closed");
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const late = setTimeout(() => {
      this.#waiting.get(id)?.reject(new RpcError(LATE, `no answer within ${deadline / 1000} s`));
      this.#send({ method: "cancel", params: { id } });
    }, deadline);
    try {
      this.#send({ id, method, params });
      return await answer;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
    }
  }

  #receive(line) {
    const { jsonrpc, id, method, params, result, error } = JSON.parse(line);
    if (jsonrpc !== "2.0" || (method ?? id) === undefined) throw new Error("a line is no message");
    if (method !== undefined && id !== undefined) this.#serve(id, method, params);
    else if (method !== undefined) this.handler.notification(method, params ?? {});
    else if (error) this.#waiting.get(id)?.reject(new RpcError(error.code, error.message));
    else this.#waiting.get(id)?.resolve(result);
  }

  async #serve(id, method, params) {
    this.#inFlight += 1;
    try {
      if (this.#inFlight > REQUESTS_IN_FLIGHT) throw new RpcError(CODES.busy, "too many requests are in flight");
      this.#send({ id, result: await this.handler.request(method, params) });
    } catch ({ code = CODES.internal, message }) {
      this.#send({ id, error: { code, message } });
      if (code === CODES.refused) this.close();
    }
    this.#inFlight -= 1;
  }

  #send(message) {
    const line = JSON.stringify({ jsonrpc: "2.0", ...message });
    checkSize("message", line, LIMITS.frame_bytes);
    if (this.#socket.writable) this.#socket.write(`${line}\n`);
  }
}

/** Calls `take(line, cut)` for each line; lines are cut to `limit` bytes, with `cut` bytes missing. */
function readLines(stream, limit, take, tooLong = () => {}) {
  let [parts, length, cut] = [[], 0, 0];
  const push = (bytes) => {
    const kept = bytes.subarray(0, limit - length);
    parts.push(kept);
    length += kept.length;
    cut += bytes.length - kept.length;
    if (cut > 0) tooLong();
  };
  const flush = () => {
    const line = [Buffer.concat(parts).toString(), cut];
    [parts, length, cut] = [[], 0, 0];
    take(...line);
  };
  stream.on("data", (chunk) => {
    let from = 0;
    for (let at; (at = chunk.indexOf("\n", from)) !== -1; from = at + 1) {
      push(chunk.subarray(from, at));
      flush();
    }
    push(chunk.subarray(from));
  });
  stream.on("end", () => length > 0 && flush());
}

/** An error with a code of the protocol or of this side of the connection. */
class RpcError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
const [LATE, CLOSED] = ["late", "closed"];
const CODES = {
  methodNotFound: -32601, internal: -32603, panicked: -32001, busy: -32004, refused: -32005,
  storeFailed: -32006, retired: -32007, tooLarge: -32009,
};

function checkSize(part, text, limit) {
  const length = Buffer.byteLength(text);
  if (length <= limit) return;
  throw new RpcError(CODES.tooLarge, `the ${part} is ${length} bytes long, at most ${limit} are allowed`);
}

/** The reason to refuse a plugin with a valid nonce, if there is one. */
function objection(method, hello) {
  if (method !== "hello") return `its first message is a \`${method}\` request, not \`hello\``;
  if (hello.protocol.major !== PROTOCOL.major) {
    return `it speaks protocol ${hello.protocol.major}, this shell speaks ${PROTOCOL.major}`;
  }
  if (hello.plugin.id !== id) return `it says that it is the plugin \`${hello.plugin.id}\`, not \`${id}\``;
}

function welcome({ protocol, features }) {
  return {
    protocol: { major: PROTOCOL.major, minor: Math.min(PROTOCOL.minor, protocol.minor) },
    host: HOST,
    features: features.filter((feature) => ["http", "resume"].includes(feature)),
    limits: LIMITS,
  };
}

function sameSecret(given, secret) {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Copies the program, because an update may overwrite the installed one while it runs.
 * Also sets the permission to execute, which not every unpacker keeps.
 */
async function copyProgram(folder) {
  const name = WINDOWS ? `${id}.exe` : id;
  const installed = fileURLToPath(new URL(name, import.meta.url));
  const copy = join(folder, name);
  try {
    await copyFile(installed, copy, constants.COPYFILE_FICLONE);
    await chmod(copy, 0o700);
  } catch (error) {
    throw new Error(`the plugin's program ${installed} cannot be used: ${error.message}`, { cause: error });
  }
  return copy;
}

/** The path of a socket in the private folder, or the name of a pipe that cannot be guessed. */
function socketAddress(folder, kind) {
  return WINDOWS ? `\\\\.\\pipe\\stratos-${randomBytes(16).toString("hex")}-${kind}` : join(folder, `${kind}.sock`);
}

function authOf(ctx) {
  return { authenticated: Boolean(ctx.auth.isAuthenticated()), token: ctx.auth.getToken() ?? null };
}

/** The promise's value, or `undefined` after the timeout. */
function within(promise, milliseconds) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
