#!/usr/bin/env node
// A misbehaving plugin without the SDK. Its file name is its id, whose last word selects the
// behaviour.

const http = require("node:http");
const net = require("node:net");
const path = require("node:path");

const id = path.basename(__filename);
const behaviour = id.split("-").at(-1);
const { STRATOS_SOCKET: control, STRATOS_NONCE: nonce } = process.env;
const sdk = { name: "raw", version: "1.0.0" };
const SERVICES = [
  "airline", "database", "dialog", "flight", "flight-log", "indicator", "notify", "prompt", "start-guards",
];
const hello = (nonce) => ({
  protocol: { major: 1, minor: 7 },
  nonce,
  sdk,
  plugin: { id, version: "1.0.0" },
  features: ["resume", "telepathy", ...(behaviour === "relay" ? SERVICES : [])],
});

/** Connects and answers requests with `serve(method, params)`; `call` and `notify` send messages. */
function connect(serve = () => ({})) {
  const socket = net.connect(control);
  const waiting = new Map();
  let [lastId, text] = [0, ""];
  const send = (message) => socket.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const respond = async ({ id, method, params }) => {
    try {
      send({ id, result: await serve(method, params) });
    } catch ({ message }) {
      send({ id, error: { code: -32000, message } });
    }
  };
  /** Fails, which ends this program, if a request is answered twice. */
  const answered = (message) => {
    const resolve = waiting.get(message.id);
    waiting.delete(message.id);
    resolve(message);
  };
  socket.setEncoding("utf8").on("error", () => {});
  socket.on("data", (more) => {
    const lines = (text + more).split("\n");
    text = lines.pop();
    for (const message of lines.map((line) => JSON.parse(line))) {
      if (message.method === undefined) answered(message);
      else if (message.id !== undefined) respond(message);
    }
  });
  const ended = new Promise((resolve) => socket.once("close", () => resolve("ended")));
  const call = (method, params) => {
    send({ id: ++lastId, method, params });
    const answered = new Promise((resolve) => waiting.set(lastId, resolve));
    return Promise.race([answered, ended]);
  };
  return { socket, ended, call, lastId: () => lastId, notify: (method, params) => send({ method, params }) };
}

const log = (connection, message, data) => connection.notify("log", { level: "info", tag: "raw", message, data });

async function main() {
  process.stdin.resume();
  const early = connect();
  const stranger = connect();
  const refusal = await stranger.call("hello", hello("a guess"));
  const hangUp = await stranger.ended;
  const connection = connect((method, params) => serve(connection, method, params));
  const welcome = await connection.call("hello", behaviour === "malformed" ? { nonce } : hello(nonce));
  process.stdin.once("end", () => process.exit(1));
  connection.ended.then(() => behaviour !== "stubborn" && process.exit(0));
  log(connection, "stranger", [refusal.error?.code, hangUp]);
  log(connection, "welcome", welcome.result);
  connection.notify("log/dropped", { lines: 7 });
  log(connection, "early connection", await early.ended);
  const late = connect();
  log(connection, "second connection", await late.call("hello", hello(nonce)));
}

async function serve(connection, method, params) {
  if (behaviour === "relay") return relay(connection, method, params);
  if (method === "auth/changed") log(connection, "login", params.auth);
  if (method === "stop" && behaviour === "stubborn") {
    process.on("SIGTERM", () => log(connection, "terminate"));
    return new Promise(() => {});
  }
  if (method === "start" && behaviour === "overlong") {
    setTimeout(() => connection.socket.write("x".repeat(1024 * 1024 + 1)), 50);
  }
  if (method === "start" && behaviour === "prints") {
    for (let written = 0; written < 100; written += 1) {
      await new Promise((done) => process.stdout.write("x".repeat(1024 * 1024), done));
    }
  }
  if (method === "ipc/invoke" && behaviour === "waits") return new Promise(() => {});
  if (method === "start" && behaviour === "waits") {
    await connection.call("ipc/handle", { channel: "wait" });
    const { error } = await connection.call("config/get", { key: "refused" });
    log(connection, "refused", error.message.length);
  }
  if (method === "start" && behaviour === "looks") {
    log(connection, "looks", { pid: process.pid, folder: process.cwd(), program: __filename, env: process.env });
  }
  if (method === "start" && behaviour === "asks") await ask(connection);
  if (method === "start" && behaviour === "serves") await serveRoutes(connection);
  return {};
}

/** Sends various requests to the shell and logs the responses. */
async function ask(connection) {
  const asks = [
    ["no/such", {}],
    ["hello", hello(nonce)],
    ["config/set", { key: "null", value: null }],
    ["config/get", { key: "null" }],
    ["config/get", { key: "absent" }],
    ["config/set", { key: "__proto__", value: 1 }],
    ["config/get", { key: "__proto__" }],
    ["config/delete", { key: "__proto__" }],
    ["config/set", { key: "k".repeat(1025), value: 1 }],
    ["config/set", { key: "big", value: "x".repeat(256 * 1024) }],
    ["ipc/remove_handler", { channel: "none" }],
  ];
  for (const [method, params] of asks) {
    const { result, error } = await connection.call(method, params);
    log(connection, `${method} ${params.key?.slice(0, 10) ?? ""}`.trim(), error?.code ?? result);
  }
  const pages = [];
  for (let after = null; after !== undefined; after = pages.at(-1).next ?? undefined) {
    pages.push((await connection.call("config/get_all", { after })).result);
  }
  const keys = pages.flatMap((page) => Object.keys(page.entries));
  log(connection, "pages", { pages: pages.length, keys: keys.length, distinct: new Set(keys).size });
  // One write, so that both requests are in flight at once.
  connection.socket.cork();
  const flood = Array.from({ length: 300 }, () => connection.call("ipc/remove_handler", { channel: "none" }));
  connection.socket.uncork();
  const codes = (await Promise.all(flood)).map(({ error }) => error?.code ?? "answered");
  log(connection, "flood", [...new Set(codes)].sort());
}

/** Requests of the shell about a flight, and what they are answered with: "at once", "never", an error, or "held". */
const relayed = { requests: [], answers: "at once", verdict: { allow: true }, release: () => {} };

/** Has the UI see and command what passes between plugin and shell, through the channel `relay`. */
async function relay(connection, method, params) {
  const isFlight = method.startsWith("flight/") || method === "start_guard/ask";
  if (isFlight) {
    relayed.requests.push({ method, params });
    if (relayed.answers === "an error") throw new Error("no, thanks");
    if (relayed.answers === "never") return new Promise(() => {});
    if (relayed.answers === "held") await new Promise((release) => (relayed.release = release));
    return method === "start_guard/ask" ? relayed.verdict : {};
  }
  if (method === "start") await connection.call("ipc/handle", { channel: "relay" });
  if (method !== "ipc/invoke") return {};
  const { call, begin, cancel, twice, set, release, exit } = params.payload;
  if (exit) process.exit(9);
  if (call) {
    const { result, error } = await connection.call(...call);
    return { result, error };
  }
  if (begin) {
    connection.call(...begin).then(({ result, error }) => log(connection, "answered", { result, error }));
    return connection.lastId();
  }
  if (cancel) connection.notify("cancel", { id: cancel });
  if (twice) {
    const [method, params] = twice;
    connection.socket.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1_000_000, method, params })}\n`.repeat(2));
  }
  if (set) Object.assign(relayed, set);
  if (release) relayed.release();
  return relayed.requests;
}

async function serveRoutes(connection) {
  const routes = {
    async mirror(request, response) {
      const body = (await request.toArray()).join("");
      const { method, url, headersDistinct: headers } = request;
      response.writeHead(299, "Fine", { "set-cookie": ["a=1", "b=2"], connection: "x-hop", "x-hop": 1 });
      response.end(JSON.stringify({ method, url, headers, body }));
    },
    control(_, response) {
      response.socket.end("HTTP/1.1 200 a\x01b\r\ncontent-length: 2\r\n\r\nok");
    },
    async late(_, response) {
      log(connection, "late");
      setTimeout(() => response.end("late"), 100);
    },
    hang(_, response) {
      log(connection, "hangs");
      response.once("close", () => log(connection, "hung up"));
    },
    reset: (request) => request.socket.destroy(),
    cut(_, response) {
      response.writeHead(200, { "content-length": 10 }).write("half");
      setTimeout(() => response.socket.destroy(), 50);
    },
  };
  const route = ({ url }) => routes[/(\w+)(\?|$)/.exec(url)[1]];
  const server = http.createServer((request, response) => route(request)(request, response));
  await new Promise((listening) => server.listen(process.env.STRATOS_HTTP_SOCKET, listening));
  await connection.call("server/register", { prefix: "/api/raw" });
}

main();
