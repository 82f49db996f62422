// Tests of the Node entry with real plugin processes, in a shell on Express 4 and on Express 5.
//
// `PLUGIN` is the path of the sample plugin's program. The name of a copy selects its behaviour.

import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import express4 from "express4";
import express5 from "express5";

import { readStore, startShell } from "./fake-shell.mjs";

const PLUGIN = process.env.PLUGIN ?? assert.fail("PLUGIN must be the path of the sample program");
const WINDOWS = process.platform === "win32";
const root = mkdtempSync(join(tmpdir(), "stratos node "));
const scratch = join(root, "tmp");
mkdirSync(scratch);
process.env.TMPDIR = process.env.TEMP = scratch; // Where the entry makes its private folders.
after(() => {
  const left = readdirSync(scratch);
  rmSync(root, { recursive: true, maxRetries: 5 });
  assert.deepEqual(left, [], "nothing stays behind");
});

let folders = 0;
let instances = 0;
let cleanUp = [];
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

/** Creates a plugin's folder as the shell installs it. */
function install(id, program = PLUGIN) {
  const folder = join(root, String(++folders), "plugins", id);
  const programs = join(folder, "background", "bin", `${process.platform}-${process.arch}`);
  cpSync(new URL("entry", import.meta.url), folder, { recursive: true });
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(folder, "plugin.json"), JSON.stringify({ id, version: "1.0.0" }));
  const installed = join(programs, WINDOWS ? `${id}.exe` : id);
  if (program) {
    copyFileSync(program, installed);
    chmodSync(installed, 0o644); // Archives lose the permission to execute.
  }
  return folder;
}

/** Loads the entry as a shell does; each call is a new instance of the module. */
const load = (folder) => import(`${pathToFileURL(join(folder, "background", "index.js"))}?${++instances}`);

/** Creates a shell with a plugin that is not started. */
async function prepare(id, { program, ...options } = {}) {
  const folder = install(id, program);
  const store = join(folder, "config.json");
  const shell = await startShell({ express: express5, id, store, ...options });
  const entry = await load(folder);
  cleanUp.push(() => shell.close(), () => entry.onStop().catch(() => {}));
  return { shell, entry, folder };
}

async function start(id, options) {
  const { values, ...rest } = options ?? {};
  const prepared = await prepare(id, rest);
  if (values) writeFileSync(prepared.shell.store, JSON.stringify(values));
  await prepared.entry.onStart(prepared.shell.newContext());
  return prepared;
}

async function until(what, condition) {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(10)) {
    if (await condition()) return;
  }
  assert.fail(`waited in vain: ${what}`);
}

const untilLogged = (shell, line) =>
  until(`${line}\n${shell.logs.join("\n")}`, () => shell.logs.some((logged) => logged.includes(line)));

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const get = (shell, path, options) => fetch(`${shell.url}${path}`, options);
const text = async (shell, path) => (await get(shell, path)).text();

for (const [version, express] of [[4, express4], [5, express5]]) {
  describe(`express ${version}`, () => {
    test("a plugin starts, logs, serves and stops", async () => {
      const { shell, entry } = await start("sample", { express });
      for (const line of [
        "info stdout printed by sample",
        "warn stderr complained by sample",
        'info stratos_tests::sample traced {"answer":42}',
        'info sample started {"starts":1}',
        "debug sample channel `plugin:sample:x` carries the prefix",
      ]) await untilLogged(shell, line);

      const pid = Number(await text(shell, "/api/sample/pid"));
      assert.ok(isAlive(pid));
      await entry.onStop();
      assert.ok(!isAlive(pid));
      assert.ok(shell.logs.includes("info sample stopped"), "the last line arrives");
      assert.equal(readStore(shell.store).stops, 1);
      assert.equal((await get(shell, "/api/sample/pid")).status, 503);
      await assert.rejects(shell.invoke("echo", 1), /plugin `sample` is not running/);
      assert.deepEqual(shell.logs.filter((line) => line.startsWith("error")), []);
    });

    test("the plugin knows its folders", async () => {
      const { shell, folder } = await start("sample");
      const about = await shell.invoke("about", null);
      assert.equal(about.id, "sample");
      assert.equal(resolve(about.folder), folder);
      assert.equal(about.data, join(folder, "..", "..", "plugins-data", "sample"));
      assert.ok(existsSync(join(about.data, "written")));
    });

    test("config values survive restarts of plugin and shell, and missing values have their default", async () => {
      const first = await start("sample", { express, values: { starts: 7 } });
      assert.equal(await text(first.shell, "/api/sample/starts"), "8");
      await first.entry.onStop();
      await first.entry.onStart(first.shell.newContext());
      assert.equal(await text(first.shell, "/api/sample/starts"), "9");
      await first.entry.onStop();

      const second = await start("sample", { express, store: first.shell.store });
      assert.equal(await text(second.shell, "/api/sample/starts"), "10");
      assert.equal(await second.shell.invoke("count", "fresh"), 1, "an absent key has the plugin's default");
      assert.equal(await second.shell.invoke("count", "fresh"), 2);
      await second.shell.newContext().config.set("text", "words");
      await assert.rejects(second.shell.invoke("mistype"), /config value `text` is a string/);
    });

    test("IPC goes both ways, and a handler's failure is the answer to its question alone", async () => {
      const { shell } = await start("sample", { express });
      const payload = { list: [1, null, "ä\u2028\n"], float: 1.5, nested: { "": false } };
      assert.deepEqual(await shell.invoke("echo", payload), payload);
      assert.equal(await shell.invoke("echo", undefined), null);
      assert.equal(await shell.invoke("add", [40, 2]), 42);
      await shell.invoke("push", payload);
      await until("push", () => shell.pushes.length > 0);
      assert.deepEqual(shell.pushes, [["plugin:sample:pushed", payload]]);

      await assert.rejects(shell.invoke("fail"), /as asked/);
      await assert.rejects(shell.invoke("panic"), /panicked: as asked/);
      await assert.rejects(shell.invoke("add", "words"), /does not take this payload/);
      await assert.rejects(shell.invoke("echo", "x".repeat(1024 * 1024)), /at most 1048576 are allowed/);
      const many = Array.from({ length: 200 }, (_, at) => shell.invoke("add", [at, 1]));
      assert.equal((await Promise.all(many)).at(-1), 200);
    });

    test("the login is known at the start and changes of it are pushed", async () => {
      const { shell, entry } = await prepare("sample", { express });
      shell.auth = { authenticated: true, token: "first" };
      await entry.onStart(shell.newContext());
      assert.deepEqual(await shell.invoke("login"), { authenticated: true, token: "first" });
      shell.auth = { authenticated: true, token: "second" };
      assert.deepEqual(await shell.invoke("login"), { authenticated: true, token: "second" });
      shell.auth = { authenticated: false, token: null };
      assert.deepEqual(await shell.invoke("login"), { authenticated: false, token: null });
    });

    for (const parse of [false, true]) {
      test(`routes, ${parse ? "with" : "without"} a parser before them`, async () => {
        const { shell } = await start("sample", { express, parse });
        assert.equal(await text(shell, "/api/sample/hello/pil%C3%B6t?x=1"), "hello pilöt");
        const post = (type, body, headers) =>
          get(shell, "/api/sample/echo", { method: "POST", headers: { "content-type": type, ...headers }, body });
        const value = { callsign: "DLH1", stops: [1, 2.5, null], "ä": "\u{1f6eb}" };
        const json = await post("application/json; charset=utf-8", JSON.stringify(value, null, 2));
        assert.deepEqual(await json.json(), value);
        assert.equal(await (await post("application/json", "")).text(), "", "nothing stays nothing");
        assert.equal(await (await post("text/plain", "words")).text(), "words");
        assert.equal(await (await post("application/octet-stream", "")).text(), "");

        assert.equal((await get(shell, "/api/sample/panic")).status, 500);
        assert.equal((await get(shell, "/api/sample/nowhere")).status, 404);
        assert.equal((await get(shell, "/api/sample/echo")).status, 405);
        assert.equal((await get(shell, "/api/sample")).status, 404);
        assert.equal((await get(shell, "/api/samples/hello/x")).status, 404);
        const head = await get(shell, "/api/sample/hello/x", { method: "HEAD" });
        assert.equal(head.headers.get("content-length"), "7");
        assert.match(head.headers.get("content-type"), /^text\/plain/);
        const slow = Array.from({ length: 20 }, () => text(shell, "/api/sample/slow"));
        assert.deepEqual(new Set(await Promise.all(slow)), new Set(["slow"]));
      });
    }

    test("bodies are streamed both ways", async () => {
      const { shell } = await start("sample", { express, parse: true });
      const body = Buffer.alloc(5_000_000, "0123456789abcdef");
      const whole = await get(shell, "/api/sample/echo", { method: "POST", body });
      assert.ok(Buffer.from(await whole.arrayBuffer()).equals(body));

      const request = http.request(`${shell.url}/api/sample/echo`, { method: "POST" });
      request.write("first");
      const [response] = await once(request, "response");
      assert.equal(String((await once(response, "data"))[0]), "first", "an answer before the question's end");
      request.end("second");
      assert.equal(String((await once(response, "data"))[0]), "second");
    });

    test("an update with on_resume switches to the new process", async () => {
      const { shell, entry, folder } = await start("resumes", { express });
      const pid = () => text(shell, "/api/resumes/pid");
      const first = Number(await pid());
      const slow = text(shell, "/api/resumes/slow");

      // The same instance of the module, with a new context.
      await entry.onResume(shell.newContext());
      const second = Number(await pid());
      assert.notEqual(second, first);
      assert.ok(!isAlive(first));
      assert.equal(await slow, "slow", "what was in flight has been answered");
      assert.equal(await shell.invoke("add", [1, 1]), 2);
      assert.equal(readStore(shell.store).resumed, true);
      assert.equal(readStore(shell.store).stops, undefined, "on_stop is not called");

      // A new instance, as a shell may load it after an update.
      const fresh = await load(folder);
      cleanUp.push(() => fresh.onStop());
      await fresh.default.onResume(shell.newContext());
      const third = Number(await pid());
      assert.notEqual(third, second);
      assert.ok(!isAlive(second));
      assert.equal(await shell.invoke("add", [1, 1]), 2);
      await entry.onStop();
      assert.equal(Number(await pid()), third, "the old instance has nothing left to stop");

      // A failed update changes nothing.
      await shell.newContext().config.set("refuse_resume", true);
      await assert.rejects(fresh.onResume(shell.newContext()), /on_resume failed: refused to resume/);
      assert.equal(Number(await pid()), third);
      await fresh.onStop();
      assert.ok(!isAlive(third));
      assert.equal(readStore(shell.store).stops, 1);
      assert.deepEqual(shell.logs.filter((line) => line.startsWith("error")), []);
    });

    test("an update without on_resume stops the old process and starts the new one", async () => {
      const { shell, entry } = await start("sample", { express });
      const old = Number(await text(shell, "/api/sample/pid"));
      await entry.onResume(shell.newContext());
      assert.ok(!isAlive(old));
      const { starts, stops } = readStore(shell.store);
      assert.deepEqual({ starts, stops }, { starts: 2, stops: 1 });
      assert.equal(await shell.invoke("add", [1, 1]), 2);
    });
  });
}

describe("failures", () => {
  for (const [id, reason] of [
    ["exits", /the plugin exited with code 7 before the handshake with the shell/],
    ["fails", /on_start failed: the airline has no fleet/],
    ["panics", /on_start panicked: no runway in sight/],
    ["quits", /the plugin exited with code 3 during on_start/],
    ["garbage", /its first message is not a `hello` request: .*what a lovely day/],
    ["future", /it speaks protocol 9, this shell speaks 1/],
    ["impostor", /it says that it is the plugin `somebody-else`/],
    ["silent", /the plugin did not complete the handshake with the shell within 5 s/],
  ]) {
    test(`a plugin that ${id}`, async () => {
      const { shell, entry } = await prepare(id);
      await assert.rejects(entry.onStart(shell.newContext()), reason);
      if (id === "exits") assert.ok(shell.logs.includes("warn stderr goodbye"), "its last line is there");
    });
  }

  test("a missing or invalid program is an error", async () => {
    const missing = await prepare("sample", { program: null });
    await assert.rejects(missing.entry.onStart(missing.shell.newContext()), /program .* cannot be used: ENOENT/);
    const none = await prepare("sample", { program: join(missing.folder, "plugin.json") });
    await assert.rejects(none.entry.onStart(none.shell.newContext()), /cannot be started|before the handshake/);
  });

  test("a plugin that failed to start can be started again", async () => {
    const { shell, entry } = await prepare("sample");
    const config = shell.newContext().config;
    await config.set("refuse_start", true);
    await assert.rejects(entry.onStart(shell.newContext()), /on_start failed: refused to start/);
    await config.delete("refuse_start");
    await entry.onStart(shell.newContext());
    assert.equal(await shell.invoke("add", [1, 1]), 2);
  });

  test("a crash is logged and fails pending requests", async () => {
    const { shell } = await start("sample");
    await assert.rejects(shell.invoke("exit", 9), /the connection is closed/);
    await untilLogged(shell, "error stratos the plugin exited with code 9 by itself");
    assert.equal((await get(shell, "/api/sample/pid")).status, 503);
  });

  test("a stop during the start ends the process", async () => {
    const { shell, entry } = await prepare("sample");
    await shell.newContext().config.set("hang_in_start", true);
    const started = assert.rejects(entry.onStart(shell.newContext()), /during on_start/);
    await untilLogged(shell, "info sample hanging");
    await entry.onStop();
    await started;
  });
});

describe("what the real shell does not carry as the mocked one does", () => {
  test("whole numbers beyond 2^53 are rounded", async () => {
    const { shell } = await start("sample", { values: { big: 2 ** 53 } });
    assert.equal(await shell.invoke("count", "big"), 2 ** 53, "the plugin answered 2^53 + 1");
    assert.equal(readStore(shell.store).big, 2 ** 53, "and stored it");
  });

  test("WebSockets on routes are forwarded", async () => {
    const { shell } = await start("sample");
    const request = http.request(`${shell.url}/api/sample/socket`, {
      headers: {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": 13,
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      },
    });
    const [response] = await once(request.end(), "response");
    assert.notEqual(response.statusCode, 101, "an Express handler is not asked about upgrades");
    response.resume();
  });
});

describe("a plugin without the SDK", { skip: WINDOWS && "it is a script that starts like a program" }, () => {
  const program = new URL("raw-plugin.cjs", import.meta.url);

  test("connections without the nonce and second connections are refused", async () => {
    const { shell } = await start("raw", { program });
    await untilLogged(shell, 'info raw stranger [-32005,"ended"]');
    const welcome = shell.logs.find((line) => line.startsWith("info raw welcome"));
    const { protocol, features, limits } = JSON.parse(welcome.slice("info raw welcome".length));
    assert.deepEqual(protocol, { major: 1, minor: 1 });
    assert.deepEqual(features, ["resume"], "what this shell does not know is not granted");
    assert.deepEqual(limits, { frame_bytes: 1048576, config_value_bytes: 262144 });
    await untilLogged(shell, 'info raw early connection "ended"');
    await untilLogged(shell, 'info raw second connection "ended"');
    await untilLogged(shell, "warn stratos 7 log lines of the plugin were dropped");
  });

  test("an idle plugin is notified of login changes", async () => {
    const { shell } = await start("raw", { program });
    shell.auth = { authenticated: true, token: "t" };
    await untilLogged(shell, 'info raw login {"authenticated":true,"token":"t"}');
  });

  test("hop-by-hop headers are removed, the others are forwarded", async () => {
    const { shell } = await start("raw-serves", { program });
    const request = http.request(`${shell.url}/API/raw/mirror?a=%20b&a`, {
      method: "DELETE",
      headers: {
        "transfer-encoding": "chunked",
        connection: "close, X-Hop",
        "x-hop": "1",
        te: "trailers",
        upgrade: "h2c",
        "x-end": ["1", "2"],
        expect: "100-continue",
      },
    });
    request.write("a ");
    const [response] = await once(request.end("body"), "response");
    const mirrored = JSON.parse((await response.toArray()).join(""));
    assert.deepEqual([mirrored.method, mirrored.url, mirrored.body], ["DELETE", "/API/raw/mirror?a=%20b&a", "a body"]);
    const { headers } = mirrored;
    assert.deepEqual(headers["x-end"], ["1", "2"]);
    assert.deepEqual(headers.host, [new URL(shell.url).host]);
    for (const name of ["x-hop", "te", "upgrade", "expect"]) assert.equal(headers[name], undefined, name);
    assert.deepEqual([response.statusCode, response.statusMessage], [299, "Fine"]);
    assert.deepEqual(response.headers["set-cookie"], ["a=1", "b=2"]);
    assert.equal(response.headers["x-hop"], undefined);
  });

  test("client and plugin may close a request", async () => {
    const { shell } = await start("raw-serves", { program });
    const impatient = new AbortController();
    const hanging = get(shell, "/api/raw/hang", { signal: impatient.signal });
    await untilLogged(shell, "info raw hangs");
    impatient.abort();
    await assert.rejects(hanging);
    await untilLogged(shell, "info raw hung up");

    const reset = await get(shell, "/api/raw/reset", { method: "POST", body: "x".repeat(1_000_000) });
    assert.equal(reset.status, 502);
    assert.match((await reset.json()).error, /plugin `raw-serves` did not answer/);
    await assert.rejects(text(shell, "/api/raw/cut"));
    assert.equal((await get(shell, "/api/raw/mirror")).status, 299);
  });

  for (const missing of [undefined, null]) {
    test(`requests and limits, where ${missing} is what a shell says of absent values`, async () => {
      const page = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`key-${at}`, "\n".repeat(30_000)]));
      const { shell } = await start("raw-asks", { program, missing, values: page });
      for (const line of [
        "no/such -32601",
        "hello -32601",
        "config/set null {}",
        'config/get null {"found":true,"value":null}',
        'config/get absent {"found":false,"value":null}',
        'config/get __proto__ {"found":true,"value":1}',
        "config/set kkkkkkkkkk -32009",
        "config/set big -32009",
        "ipc/remove_handler {}",
        'pages {"pages":5,"keys":41,"distinct":41}',
        'flood [-32004,"answered"]',
      ]) await untilLogged(shell, `info raw ${line}`);
    });
  }

  test("a line over the limit closes the connection", async () => {
    const { shell } = await start("raw-overlong", { program });
    await untilLogged(shell, "error stratos the connection to the plugin failed: a line is longer than 1048576 bytes");
    await untilLogged(shell, "by itself");
  });

  test("a plugin that ignores everything is killed", async () => {
    const { shell, entry } = await start("raw-stubborn", { program });
    const began = Date.now();
    await assert.rejects(entry.onStop(), /on_stop did not finish within 4.5 s/);
    // The stop sequence takes 7 s, and longer on a busy machine.
    assert.ok(Date.now() - began < 16000);
  });
});
