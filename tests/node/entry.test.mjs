// Tests of the Node entry with real plugin processes, in a shell on Express 4 and on Express 5.

import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join, resolve } from "node:path";
import { after, afterEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import express4 from "express4";
import express5 from "express5";

import { readStore, startShell } from "./fake-shell.mjs";
import {
  RAW_PLUGIN, TEMPORARY, WINDOWS, install, installModules, isAlive, load, until, untilLogged,
} from "./plugins.mjs";

after(() => assert.deepEqual(readdirSync(TEMPORARY), [], "nothing stays behind"));

let cleanUp = [];
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

/** Creates a shell with a plugin that is not started. */
async function prepare(id, { program, supervise, ...options } = {}) {
  const folder = install(id, { program, supervise });
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

const get = (shell, path, options) => fetch(`${shell.url}${path}`, options);
const text = async (shell, path) => (await get(shell, path)).text();
/** The session of the entry that answers for a plugin. */
const serving = (id) => globalThis[Symbol.for(`stratos-rust-plugin:${id}`)].session;
const untilNoRequest = ({ agent }) => until("no open request", () => Object.keys(agent.sockets).length === 0);

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
      await assert.rejects(shell.invoke("echo", 1), /plugin `sample` 1.0.0: it is not running/);
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
      assert.deepEqual(shell.logs.filter((line) => line.startsWith("error")), []);
      await assert.rejects(fresh.onResume(shell.newContext()), /on_resume failed: refused to resume/);
      await untilLogged(shell, "error stratos plugin `resumes` 1.0.0: on_resume failed: refused to resume");
      assert.equal(Number(await pid()), third);
      await fresh.onStop();
      assert.ok(!isAlive(third));
      assert.equal(readStore(shell.store).stops, 1);
    });

    test("an update after a crash starts the new process", async () => {
      const { shell, entry } = await start("resumes", { express });
      await assert.rejects(shell.invoke("exit", 9));
      await until("end of the session", () => serving("resumes") === undefined);
      await entry.onResume(shell.newContext());
      assert.equal(await shell.invoke("add", [1, 1]), 2);
      assert.deepEqual([readStore(shell.store).starts, readStore(shell.store).resumed], [2, undefined]);
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
    ["exits", /its program exited with code 7 before the handshake with the shell; its last lines: goodbye; help: /],
    ["fails", /on_start failed: the airline has no fleet/],
    ["panics", /on_start panicked: no runway in sight/],
    ["quits", /its program exited with code 3 during on_start/],
    ["garbage", /its first message is not a `hello` request: a line is no JSON: what a lovely day/],
    ["future", /it speaks protocol 9, this shell speaks 1/],
    ["impostor", /it says that it is the plugin `somebody-else`/],
    ["silent", /its program did not complete the handshake with the shell within 5 s/],
  ]) {
    test(`a plugin that ${id}`, async () => {
      const { shell, entry } = await prepare(id);
      await assert.rejects(entry.onStart(shell.newContext()), reason);
      if (id === "exits") assert.ok(shell.logs.includes("warn stderr goodbye"), "its last line is there");
    });
  }

  test("the login is not read after the stop", async () => {
    const { shell, entry } = await prepare("sample");
    const ctx = shell.newContext();
    let reads = 0;
    const getToken = () => {
      reads += 1;
      return null;
    };
    await entry.onStart({ ...ctx, auth: { ...ctx.auth, getToken } });
    await entry.onStop();
    const before = reads;
    assert.ok(before > 0);
    await sleep(1500); // Longer than the interval of the checks.
    assert.equal(reads, before);
  });

  test("a plugin that reads nothing is sent a changed login once, and is reported once", async () => {
    const { shell } = await prepare("sample");
    const { LoginWatch } = await import(pathToFileURL(join(installModules("sample"), "background", "login.js")));
    const connection = { queuedBytes: 0, calls: 0 };
    connection.call = async () => {
      connection.calls += 1;
      if (connection.queuedBytes > 0) throw new Error("no answer");
    };
    const errors = [];
    const watch = new LoginWatch(shell.newContext(), connection, (error) => errors.push(error.message));
    cleanUp.push(() => watch.stop());
    shell.auth = { authenticated: true, token: "first" };
    connection.queuedBytes = 1000;
    for (let round = 0; round < 3; round += 1) await watch.sync();
    assert.deepEqual([connection.calls, errors], [1, ["no answer"]]);
    connection.queuedBytes = 0;
    for (let round = 0; round < 3; round += 1) await watch.sync();
    assert.deepEqual([connection.calls, errors], [2, ["no answer"]]);
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
    const crash = "its program exited with code 9 by itself; its last lines: ";
    await untilLogged(shell, `error stratos plugin \`sample\` 1.0.0: ${crash}`);
    assert.equal((await get(shell, "/api/sample/pid")).status, 503);
  });

  test("a plugin that is started twice has one process", async () => {
    const { shell, entry } = await start("sample");
    const first = Number(await text(shell, "/api/sample/pid"));
    const starts = await Promise.allSettled([entry.onStart(shell.newContext()), entry.onStart(shell.newContext())]);
    assert.match(starts[0].reason.message, /plugin `sample` 1.0.0: it was stopped while it started/);
    assert.equal(starts[1].status, "fulfilled");
    assert.ok(!isAlive(first));
    const second = Number(await text(shell, "/api/sample/pid"));
    await entry.onStop(shell.newContext());
    assert.ok(!isAlive(second));
  });

  test("a stop while the program is copied and started ends it", async () => {
    for (const wait of [0, 5, 20, 50]) {
      const { shell, entry } = await prepare("sample");
      const started = assert.rejects(entry.onStart(shell.newContext()), /plugin `sample` 1.0.0: /);
      await sleep(wait);
      await entry.onStop();
      await started;
      assert.equal((await get(shell, "/api/sample/pid")).status, 404);
    }
  });

  test("a stop during an update ends both processes", async () => {
    const { shell, entry } = await start("resumes");
    await shell.newContext().config.set("hang_in_resume", true);
    const resumed = assert.rejects(entry.onResume(shell.newContext()), /during on_resume/);
    await untilLogged(shell, "info sample hanging");
    await entry.onStop();
    await resumed;
    assert.equal((await get(shell, "/api/resumes/pid")).status, 503);
  });

  test("the old program is retired in the moment of the switch", async () => {
    const { shell, entry } = await start("resumes");
    const shared = globalThis[Symbol.for("stratos-rust-plugin:resumes")];
    const old = shared.session;
    let serves = old;
    const isRetired = new Promise((resolve) => {
      const set = (session) => {
        serves = session;
        setImmediate(() => resolve(old.retired));
      };
      Object.defineProperty(shared, "session", { configurable: true, get: () => serves, set });
    });
    cleanUp.push(() => Object.defineProperty(shared, "session", { value: serves, writable: true }));
    await entry.onResume(shell.newContext());
    assert.equal(await isRetired, true);
    assert.notEqual(serves, old);
  });

  test("a replaced program cannot remove a channel", async () => {
    const { shell } = await prepare("sample", { removeHandler: true });
    const { handleRequest } = await import(pathToFileURL(join(installModules("sample"), "background", "requests.js")));
    const ctx = shell.newContext();
    ctx.ipc.handle("kept", () => "kept");
    const { signal } = new AbortController();
    const remove = (retired) =>
      handleRequest({ ctx, registered: new Set(), retired }, "ipc/remove_handler", { channel: "kept" }, signal);
    assert.deepEqual(await remove(true), {});
    assert.equal(await shell.invoke("kept"), "kept");
    await remove(false);
    await assert.rejects(shell.invoke("kept"), /No handler registered/);
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

describe("a shell that fails", () => {
  test("a log and a window that are gone end nothing", async () => {
    for (const gone of [() => { throw new Error("gone"); }, () => Promise.reject(new Error("gone"))]) {
      const { shell, entry } = await prepare("sample");
      const ctx = shell.newContext();
      await entry.onStart({ ...ctx, logger: { info: gone, warn: gone }, ipc: { ...ctx.ipc, send: gone } });
      await shell.invoke("push", 1);
      assert.equal(await shell.invoke("add", [1, 1]), 2);
      await assert.rejects(shell.invoke("exit", 9), /the connection is closed/);
      await until("end of the session", () => serving("sample") === undefined);
    }
  });

  test("a push that fails is logged", async () => {
    const { shell, entry } = await prepare("sample");
    const ctx = shell.newContext();
    await entry.onStart({ ...ctx, ipc: { ...ctx.ipc, send: async () => Promise.reject(new Error("no window")) } });
    await shell.invoke("push", 1);
    await untilLogged(shell, "the shell did not take a push to `pushed`: no window");
  });
});

describe("supervision", () => {
  const restarts = (shell) => shell.logs.flatMap((line) => /it restarts in (\d+) ms/.exec(line)?.[1] ?? []).map(Number);

  test("without the author's setting, a crashed plugin stays errored", async () => {
    const { shell } = await start("sample");
    await assert.rejects(shell.invoke("exit", 9));
    await untilLogged(shell, "by itself");
    await sleep(1000);
    assert.deepEqual(restarts(shell), []);
    assert.equal((await get(shell, "/api/sample/pid")).status, 503);
  });

  test("a crashed plugin is restarted, and its routes and channels reach the new process", async () => {
    const { shell, entry } = await prepare("sample", { supervise: true });
    const ctx = shell.newContext();
    let routers = 0;
    const registerRouter = (...router) => {
      routers += 1;
      ctx.server.registerRouter(...router);
    };
    await entry.onStart({ ...ctx, server: { registerRouter } });
    const first = await text(shell, "/api/sample/pid");
    await assert.rejects(shell.invoke("exit", 9));
    await untilLogged(shell, "info stratos plugin `sample` 1.0.0: it runs again");
    const second = await text(shell, "/api/sample/pid");
    assert.notEqual(second, first);
    assert.equal(routers, 1, "an equal router after each crash would stay in the shell's server");
    assert.equal(await shell.invoke("add", [1, 1]), 2);
    assert.equal(readStore(shell.store).starts, 2);
    await entry.onStop();
    assert.ok(!isAlive(Number(second)));
    assert.equal(readStore(shell.store).stops, 1);
  });

  test("delays double, and five crashes within a minute end the restarts", async () => {
    const { shell } = await start("sample", { supervise: true });
    await shell.newContext().config.set("refuse_start", true);
    await assert.rejects(shell.invoke("exit", 9));
    await untilLogged(shell, "it has crashed 5 times within a minute, and is not restarted; help: restart Stratos");
    const delays = restarts(shell);
    assert.equal(delays.length, 4);
    for (const [at, expected] of [250, 500, 1000, 2000].entries()) {
      assert.ok(delays[at] >= expected * 0.8 && delays[at] <= expected * 1.2, String(delays));
    }
    assert.ok(shell.logs.some((line) => /^error stratos .*on_start failed: refused to start/.test(line)));
  });

  test("a stop ends the wait for a restart", async () => {
    const { shell, entry } = await start("sample", { supervise: true });
    await assert.rejects(shell.invoke("exit", 9));
    await untilLogged(shell, "it restarts in");
    await entry.onStop();
    await sleep(1000);
    assert.deepEqual(readdirSync(TEMPORARY), [], "no folder for the sockets of a new process");
    assert.equal(readStore(shell.store).starts, 1);
    assert.equal((await get(shell, "/api/sample/pid")).status, 503);
  });
});

describe("a shell with `removeHandler`", () => {
  test("a channel without a handler is the shell's to answer, and can be handled again", async () => {
    for (const removeHandler of [false, true]) {
      const { shell } = await start("sample", { removeHandler });
      await shell.invoke("handle", "late");
      assert.equal(await shell.invoke("late"), "handled");
      await shell.invoke("remove-handler", "late");
      await assert.rejects(shell.invoke("late"), removeHandler ? /No handler registered/ : /no handler/);
      await shell.invoke("handle", "late");
      assert.equal(await shell.invoke("late"), "handled");
    }
  });
});

describe("an older shell", () => {
  test("a missing service is an error that names it", async () => {
    const { shell, entry } = await prepare("sample");
    for (const [missing, method] of [["server", "registerRouter"], ["ipc", "handle"], ["config", "get"]]) {
      const { [missing]: _, ...ctx } = shell.newContext();
      const reason = `on_start failed: .*this version of Stratos has no \`ctx.${missing}.${method}\`.*update Stratos`;
      await assert.rejects(entry.onStart(ctx), new RegExp(reason));
    }
  });

  test("without auth, nobody is logged in", async () => {
    const { shell, entry } = await prepare("sample");
    const { auth: _, ...ctx } = shell.newContext();
    await entry.onStart(ctx);
    assert.deepEqual(await shell.invoke("login"), { authenticated: false, token: null });
  });

  test("without any service, the start fails and nothing else does", async () => {
    const { entry } = await prepare("sample");
    await assert.rejects(entry.onStart(), /on_start failed/);
    await assert.rejects(entry.onResume(), /on_start failed/);
    await entry.onStop();
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
  const program = RAW_PLUGIN;

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
    await untilLogged(shell, "warn stratos plugin `raw` 1.0.0: 7 of its log lines were dropped");
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

  test("framing headers are forwarded although the client names them in `Connection`", async () => {
    const { shell } = await start("raw-serves", { program });
    const request = http.request(`${shell.url}/api/raw/mirror`, {
      method: "POST",
      headers: { connection: "content-length, host, origin", "content-length": 4, origin: "http://own" },
    });
    const [response] = await once(request.end("body"), "response");
    const { headers, body } = JSON.parse((await response.toArray()).join(""));
    assert.equal(body, "body");
    assert.deepEqual(headers["content-length"], ["4"]);
    assert.deepEqual(headers.host, [new URL(shell.url).host]);
    assert.deepEqual(headers.origin, ["http://own"]);
  });

  test("a response that cannot be passed on is the failure of its request alone", async () => {
    const { shell, entry } = await prepare("raw-serves", { program });
    shell.app.use("/api/raw/late", (req, res, next) => {
      setTimeout(() => res.end("by the shell"), 20);
      next();
    });
    await entry.onStart(shell.newContext());
    const refused = await get(shell, "/api/raw/control");
    assert.equal(refused.status, 502);
    assert.match((await refused.json()).error, /did not answer: Invalid character in statusMessage/);
    assert.equal(await text(shell, "/api/raw/late"), "by the shell");
    await untilNoRequest(serving("raw-serves"));
    assert.equal((await get(shell, "/api/raw/mirror")).status, 299);
  });

  test("a client that gives up while the login is synchronized leaves no request", async () => {
    const { shell } = await start("raw-serves", { program });
    const session = serving("raw-serves");
    const impatient = new AbortController();
    const forwarded = new Promise((resolve) => {
      session.syncLogin = async () => {
        impatient.abort();
        await sleep(200);
        setImmediate(resolve);
      };
    });
    await assert.rejects(get(shell, "/api/raw/hang", { signal: impatient.signal }));
    await forwarded;
    session.syncLogin = async () => {};
    assert.equal((await get(shell, "/api/raw/mirror")).status, 299);
    await untilNoRequest(session);
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
    assert.match((await reset.json()).error, /plugin `raw-serves` 1.0.0: it did not answer/);
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
    const failure = "the connection to its program failed: a line is longer than 1048576 bytes";
    await untilLogged(shell, `error stratos plugin \`raw-overlong\` 1.0.0: ${failure}`);
    await untilLogged(shell, "by itself");
  });

  test("a `hello` request without its members is refused at once", async () => {
    const { shell, entry } = await prepare("raw-malformed", { program });
    const reason = /cannot be used: its `hello` request is malformed: `protocol.major` is not a whole number/;
    await assert.rejects(entry.onStart(shell.newContext()), reason);
  });

  test("output without an end of line is not kept in memory", async () => {
    const { entry } = await start("raw-prints", { program });
    const { arrayBuffers } = process.memoryUsage();
    assert.ok(arrayBuffers < 50_000_000, `${arrayBuffers} bytes`);
    await entry.onStop();
  });

  test("the message of an error is cut, and waiting calls are limited", async () => {
    const { shell, entry } = await prepare("raw-waits", { program });
    const ctx = shell.newContext();
    ctx.config.get = () => Promise.reject(new Error("x".repeat(2 * 1024 * 1024)));
    await entry.onStart(ctx);
    await untilLogged(shell, "info raw refused 8192");
    const calls = Array.from({ length: 241 }, () => shell.invoke("wait"));
    await assert.rejects(calls.pop(), /plugin `raw-waits` 1.0.0: it is busy/);
    const waiting = Promise.allSettled(calls);
    await entry.onStop();
    assert.ok((await waiting).every(({ reason }) => /connection is closed/.test(reason.message)));
  });

  test("a plugin that ignores everything is killed", async () => {
    const { shell, entry } = await start("raw-stubborn", { program });
    const began = Date.now();
    await assert.rejects(entry.onStop(), /on_stop did not finish within 4.5 s/);
    // The stop sequence takes 7 s, and longer on a busy machine.
    assert.ok(Date.now() - began < 16000);
  });
});
