// Tests of the services of later shells in the Node entry, with a plugin that relays requests. Those of flights are in
// `flight.test.mjs`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";

import { FakeServices } from "./fake-services.mjs";
import { RAW_PLUGIN, WINDOWS, install, until, untilLogged } from "./plugins.mjs";
import { CODES, FEATURES, ID, NAME, cleanUp, modules, phase, start, welcome, withoutServices } from "./relay.mjs";

describe("services of later shells", { skip: WINDOWS && "the plugin is a script that starts like a program" }, () => {
  describe("negotiation", () => {
    test("a shell that has all services grants them", async () => {
      const { shell } = await start();
      const { features, shell: named } = await welcome(shell);
      assert.deepEqual(features, FEATURES);
      assert.equal(named, undefined, "the shell's version is known in Electron only");
    });

    test("the first shell grants none, and each request is refused with the service's name", async () => {
      const { shell, ask } = await start({ change: withoutServices });
      assert.deepEqual((await welcome(shell)).features, ["resume"]);
      for (const [method, member] of [
        ["airline/call", "ctx.airline"],
        ["airline/get", "ctx.airline"],
        ["database/path", "ctx.database"],
        ["dialog/alert", "ctx.dialog"],
        ["dialog/confirm", "ctx.dialog"],
        ["flight/state", "ctx.flight"],
        ["flight/phase", "ctx.flight"],
        ["flight/snapshot", "ctx.flight"],
        ["flight/landing_report", "ctx.flight"],
        ["flight/subscribe", "ctx.flight"],
        ["flight/unsubscribe", "ctx.flight"],
        ["flight_log/add", "ctx.flight.log"],
        ["flight_log/update", "ctx.flight.log"],
        ["flight_log/remove", "ctx.flight.log"],
        ["indicator/set", "ctx.indicator"],
        ["indicator/clear", "ctx.indicator"],
        ["notify/toast", "ctx.notify"],
        ["notify/play_sound", "ctx.notify"],
        ["notify/play_custom_sound", "ctx.notify"],
        ["prompt/text", "ctx.prompt"],
        ["prompt/number", "ctx.prompt"],
        ["prompt/select", "ctx.prompt"],
        ["start_guard/register", "ctx.flight.start_guard"],
        ["start_guard/unregister", "ctx.flight.start_guard"],
      ]) {
        const message = `this version of Stratos has no \`${member}\`, which the plugin \`${ID}\` uses; update Stratos`;
        await assert.rejects(ask(method), { code: CODES.notSupported, message }, method);
      }
      await assert.rejects(ask("flight/land"), { code: -32601 });
    });

    test("a service is granted only if the shell has all members that it needs", async () => {
      const { offeredFeatures } = await modules("services.js");
      const lacking = (path) => (ctx) => {
        const names = path.split(".");
        const last = names.pop();
        const member = names.reduce((parent, name) => (parent[name] = { ...parent[name] }), ctx);
        delete member[last];
        return ctx;
      };
      for (const [path, feature] of [
        ["airline.createClient", "airline"],
        ["database.open", "database"],
        ["dialog.alert", "dialog"],
        ["dialog.confirm", "dialog"],
        ["flight.getState", "flight"],
        ["flight.getPhase", "flight"],
        ["flight.getSnapshot", "flight"],
        ["flight.getLandingReport", "flight"],
        ["flight.onUpdate", "flight"],
        ["flight.onPhaseChange", "flight"],
        ["flight.onSimData", "flight"],
        ["flight.onLanding", "flight"],
        ["flight.log.add", "flight-log"],
        ["flight.log.update", "flight-log"],
        ["flight.log.remove", "flight-log"],
        ["flight.registerStartGuard", "start-guards"],
        ["notify.toast", "notify"],
        ["notify.playSound", "notify"],
        ["notify.playCustomSound", "notify"],
        ["plugin.setIndicator", "indicator"],
        ["plugin.clearIndicator", "indicator"],
        ["prompt.text", "prompt"],
        ["prompt.number", "prompt"],
        ["prompt.select", "prompt"],
      ]) {
        const ctx = lacking(path)(new FakeServices("").newContext(ID));
        const offered = FEATURES.filter((known) => known !== "resume" && known !== feature);
        assert.deepEqual(offeredFeatures(ctx), offered, path);
      }
    });

    test("the shell's version is that of Electron's app", async () => {
      for (const source of [
        'export const app = { getVersion: () => "1.4.2" };',
        'export default { app: { getVersion: () => "1.4.2" } };',
      ]) {
        const { shell, ask } = await start({ electron: source, change: withoutServices });
        assert.deepEqual((await welcome(shell)).shell, { name: "Stratos", version: "1.4.2" });
        await assert.rejects(ask("flight/state"), /^Error: Stratos 1\.4\.2 has no `ctx\.flight`, which the plugin/);
      }
    });

    test("a version that cannot be read is left out", async () => {
      for (const source of ['throw new Error("no");', 'export default "/path/to/electron";']) {
        const { shell } = await start({ electron: source });
        assert.equal((await welcome(shell)).shell, undefined);
      }
    });
  });

  describe("database", () => {
    test("the path is that of the shell, whose database is closed again", async () => {
      const { fake, ask, folder } = await start();
      const { path } = await ask("database/path", { file: "diary.db" });
      assert.equal(path, join(folder, "..", "..", "plugins-data", ID, "diary.db"));
      assert.ok(isAbsolute(path) && existsSync(join(path, "..")));
      assert.equal(fake.databases.size, 0);
    });

    test("a failure names plugin and service", async () => {
      let closed = 0;
      const names = { "relative.db": "relative.db", "memory.db": ":memory:", "empty.db": "" };
      const open = (file) => {
        if (!(file in names)) throw new Error("unable to open database file");
        return { name: names[file], memory: file === "memory.db", close: () => (closed += 1) };
      };
      const { ask } = await start({ change: (ctx) => ({ ...ctx, database: { open } }) });
      const failed = (reason) => ({ code: CODES.internal, message: `${NAME}\`ctx.database\` failed: ${reason}` });
      await assert.rejects(ask("database/path", { file: "x" }), failed("unable to open database file"));
      for (const file of ["memory.db", "empty.db"]) {
        await assert.rejects(ask("database/path", { file }), failed(`the shell's database \`${file}\` has no path`));
      }
      assert.ok(isAbsolute((await ask("database/path", { file: "relative.db" })).path));
      assert.equal(closed, 3);
    });
  });

  describe("airline", () => {
    test("the bound airline, or none", async () => {
      const sky = { name: "Sky Virtual", base_url: "https://sky.example" };
      const airlines = [
        [{ id: 7, ...sky }, { id: "7", ...sky }],
        [sky, { id: null, ...sky }],
        [{ name: "Sky Virtual" }, { id: null, name: "Sky Virtual", base_url: "" }],
        [{}, null],
        [null, null],
      ];
      for (const [airline, expected] of airlines) {
        const services = Object.assign(new FakeServices(""), { airline });
        const { shell, ask } = await start({ services });
        assert.ok((await welcome(shell)).features.includes("airline"));
        assert.deepEqual(await ask("airline/get"), expected);
      }
    });

    test("every status is an answer", async () => {
      const { fake, ask } = await start();
      const requests = [];
      fake.api = async (...request) => {
        requests.push(request);
        const [, path] = request;
        const data = { "/text": "words", "/empty": "", "/list": [1, { a: null }] };
        return { status: Number(/\d+/.exec(path)?.[0] ?? 200), data: data[path], headers: {} };
      };
      const call = (method, path, body) => ask("airline/call", { method, path, ...(body !== undefined && { body }) });
      assert.deepEqual(await call("GET", "/list"), { status: 200, body: [1, { a: null }] });
      assert.deepEqual(await call("GET", "/text"), { status: 200, body: "words" });
      assert.deepEqual(await call("GET", "/empty"), { status: 200, body: null });
      assert.deepEqual(await call("POST", "/201", { home: "EDDF" }), { status: 201, body: null });
      assert.deepEqual(await call("PATCH", "/204?x=1", [1]), { status: 204, body: null });
      assert.deepEqual(await call("POST", "/404"), { status: 404, body: null });
      assert.deepEqual(await call("GET", "/500"), { status: 500, body: null });
      assert.deepEqual(requests.slice(3, 5), [["POST", "/201", { home: "EDDF" }], ["PATCH", "/204?x=1", [1]]]);
    });

    test("what the shell's client cannot send is not supported", async () => {
      const { ask } = await start();
      for (const method of ["PUT", "DELETE", "HEAD", "constructor", "__proto__"]) {
        const missing = `this version of Stratos has no method ${method} in \`ctx.airline\``;
        const message = `${missing}, which the plugin \`${ID}\` uses; update Stratos`;
        await assert.rejects(ask("airline/call", { method, path: "/" }), { code: CODES.notSupported, message });
      }
      const call = { method: "GET", path: "/", body: 1 };
      await assert.rejects(ask("airline/call", call), { code: CODES.notSupported, message: /has no body of a GET in/ });
    });

    test("a client with put and delete is used", async () => {
      const requests = [];
      const request = (method) => async (...call) => ({ status: 200 + requests.push([method, ...call]) });
      const createClient = async () => ({ put: request("put"), delete: request("delete") });
      const { ask } = await start({ change: (ctx) => ({ ...ctx, airline: { createClient } }) });
      assert.equal((await ask("airline/call", { method: "PUT", path: "/a", body: 1 })).status, 201);
      assert.equal((await ask("airline/call", { method: "DELETE", path: "/a" })).status, 202);
      assert.deepEqual(requests, [["put", "/a", 1], ["delete", "/a"]]);
    });

    test("without an airline, a request is not supported", async () => {
      const services = Object.assign(new FakeServices(""), { airline: null });
      const { ask } = await start({ services });
      const message = `${NAME}\`ctx.airline\`: the pilot is bound to no airline`;
      await assert.rejects(ask("airline/call", { method: "GET", path: "/" }), { code: CODES.notSupported, message });
    });

    test("an airline that cannot be asked is a failure, and the token is in no message", async () => {
      const { shell, fake, ask } = await start();
      shell.auth = { authenticated: true, token: "secret+token" };
      const reasons = [
        [new Error("connect ECONNREFUSED 127.0.0.1:80"), "connect ECONNREFUSED 127.0.0.1:80"],
        [new Error("sent secret+token twice: secret+token"), "sent [redacted] twice: [redacted]"],
        [new Error("authorization: Bearer another.secret, accept"), "authorization: Bearer [redacted] accept"],
        [null, "null"],
        [{ response: {} }, "the response has no status"],
      ];
      for (const [error, reason] of reasons) {
        fake.api = () => Promise.reject(error);
        const message = `${NAME}\`ctx.airline\`: the airline's API could not be asked: ${reason}`;
        const called = ask("airline/call", { method: "GET", path: "/" });
        await assert.rejects(called, { code: CODES.upstreamFailed, message });
      }
      assert.ok(!shell.logs.join("\n").includes("secret"), "nor in the log");
    });

    test("a client that cannot be created is a failure, and the next request creates another", async () => {
      let created = 0;
      const outcomes = [
        () => Promise.reject(new Error("401 for secret+token")),
        () => {
          throw new Error("401 for Bearer other");
        },
        async () => undefined,
        async () => ({ get: async () => ({ status: 200 }) }),
      ];
      const createClient = () => outcomes[created++]();
      const { shell, ask } = await start({ change: (ctx) => ({ ...ctx, airline: { createClient } }) });
      shell.auth = { authenticated: true, token: "secret+token" };
      const call = () => ask("airline/call", { method: "GET", path: "/" });
      for (const reason of ["401 for [redacted]", "401 for Bearer [redacted]"]) {
        const message = `${NAME}\`ctx.airline\`: the airline's API could not be asked: ${reason}`;
        await assert.rejects(call(), { code: CODES.upstreamFailed, message });
      }
      await assert.rejects(call(), { code: CODES.notSupported });
      for (let count = 0; count < 2; count += 1) assert.deepEqual(await call(), { status: 200, body: null });
      assert.equal(created, 4);
    });

    test("the token is in no body, and the rest of it is unchanged", async () => {
      const { shell, fake, ask } = await start();
      shell.auth = { authenticated: true, token: 'secret"token' };
      const credentials = "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln==";
      const data = {
        list: ['it was secret"token', { 'secret"token': credentials }],
        ["__proto__"]: 'secret"token',
        words: "the bearer of the licence",
        number: 1.5,
        nothing: null,
      };
      fake.api = async () => {
        shell.auth = { authenticated: true, token: 'secret"token, renewed' };
        return { status: 200, data: { ...data, 'secret"token, renewed': 'secret"token, renewed' } };
      };
      const { body } = await ask("airline/call", { method: "GET", path: "/" });
      assert.deepEqual(body, {
        list: ["it was [redacted]", { "[redacted]": "Bearer [redacted]" }],
        ["__proto__"]: "[redacted]",
        words: "the bearer of the licence",
        number: 1.5,
        nothing: null,
        "[redacted]": "[redacted]",
      });
      fake.api = async () => ({ status: 400, data: 'secret"token, renewed' });
      assert.deepEqual(await ask("airline/call", { method: "GET", path: "/" }), { status: 400, body: "[redacted]" });
    });

    test("requests share one client, and those for another airline have their own", async () => {
      const created = [];
      const airline = (name) => ({
        createClient: async () => {
          created.push(name);
          await new Promise(setImmediate);
          return { get: async () => ({ status: 200, data: name }) };
        },
      });
      let bound = airline("first");
      const change = (ctx) => Object.defineProperty({ ...ctx }, "airline", { get: () => bound });
      const { relay, shell, ask } = await start({ change });
      const call = ["airline/call", { method: "GET", path: "/" }];
      for (let count = 0; count < 2; count += 1) await relay({ begin: call });
      const answers = () => shell.logs.filter((line) => line.includes('{"status":200,"body":"first"}')).length;
      await until("both answers", () => answers() === 2);
      assert.deepEqual(created, ["first"]);
      bound = airline("second");
      for (let count = 0; count < 2; count += 1) assert.equal((await ask(...call)).body, "second");
      assert.deepEqual(created, ["first", "second"]);
    });

    test("an airline or a client that takes too long is a failure", async () => {
      const { AIRLINE_SERVICE, TIMEOUTS } = await modules("airline.js", "timeouts.js");
      assert.equal(TIMEOUTS.airline, 25_000);
      TIMEOUTS.airline = 50;
      const never = () => new Promise(() => {});
      const call = (session) => AIRLINE_SERVICE.requests["airline/call"](session, { method: "GET", path: "/" });
      const late = { code: CODES.upstreamFailed, message: /: the airline's API has not answered within 0\.05 s$/ };
      const outcomes = [never, async () => ({ get: never })];
      const airline = { createClient: () => outcomes.shift()() };
      const session = { ctx: { airline }, airlineClients: new WeakMap() };
      const awake = setTimeout(() => {}, 20_000);
      for (const what of ["the client", "the airline", "the airline"]) await assert.rejects(call(session), late, what);
      clearTimeout(awake);
      assert.deepEqual(outcomes, [], "a client that was not created in time is created anew, another one is kept");
    });

    test("bodies beyond 512 KiB are refused", async () => {
      const { fake, ask } = await start();
      for (const [length, error] of [[512 * 1024 - 2, undefined], [512 * 1024 - 1, { code: CODES.tooLarge }]]) {
        fake.api = async () => ({ status: 200, data: "x".repeat(length) });
        const called = ask("airline/call", { method: "GET", path: "/" });
        if (error) await assert.rejects(called, error);
        else assert.equal((await called).body.length, length);
      }
    });

    test("a path cannot lead the token to another server", async () => {
      const { fake, ask } = await start();
      fake.api = async () => ({ status: 200, data: "asked" });
      const refused = [
        "", "api", "https://x/", "//x/", "/\\x", "/a b", "/ü", "/a\nb", "/a\n", "/..", "/a/../b", "/%2e%2E/x", "/.%2e",
        "/a#b", null,
      ];
      for (const path of refused) {
        await assert.rejects(ask("airline/call", { method: "GET", path }), { code: CODES.invalidParams }, String(path));
      }
      for (const path of ["/", "/api/bids", "/api/bids?x=../y", "/a%20b", "/a..b", "/.../x"]) {
        assert.equal((await ask("airline/call", { method: "GET", path })).body, "asked", path);
      }
    });
  });

  describe("notifications", () => {
    test("toasts and sounds reach the shell, and a failure names plugin and service", async () => {
      const { fake, ask } = await start();
      assert.deepEqual(await ask("notify/toast", { kind: "warning", message: "Low fuel" }), {});
      assert.deepEqual(fake.toasts, [{ plugin: ID, type: "warning", message: "Low fuel" }]);
      for (const sound of [null, "chime"]) await ask("notify/play_sound", { sound });
      await ask("notify/play_custom_sound", { path: "assets/audio/chime.mp3" });
      assert.deepEqual(fake.sounds, [
        { plugin: ID, sound: null }, { plugin: ID, sound: "chime" }, { plugin: ID, path: "assets/audio/chime.mp3" },
      ]);
      await assert.rejects(ask("notify/play_custom_sound", { path: "missing.mp3" }), {
        code: CODES.internal,
        message: `${NAME}\`ctx.notify\` failed: no such file: missing.mp3`,
      });
    });

    test("the badge is set and cleared", async () => {
      const { fake, ask } = await start();
      await ask("indicator/set", { kind: "warning", tooltip: "3 hard landings", dismiss_on_open: true });
      await ask("indicator/set", { kind: "notification", tooltip: null });
      assert.deepEqual(await ask("indicator/clear"), {});
      assert.deepEqual(fake.indicators, [
        { plugin: ID, indicator: { type: "warning", tooltip: "3 hard landings", dismissOnOpen: true } },
        { plugin: ID, indicator: { type: "notification", dismissOnOpen: false } },
        { plugin: ID, indicator: null },
      ]);
    });
  });

  describe("dialogs and prompts", () => {
    const options = [{ value: "27", label: "Runway 27" }];
    const shown = [
      ["dialog/alert", { title: "T", message: "M" }, undefined, {}, {}],
      ["dialog/confirm", { title: "T", message: "M" }, true, true, false],
      ["prompt/text", { title: "T", label: "L", placeholder: "P", required: true }, "words", "words", null],
      ["prompt/text", { title: "T", label: "L", required: false }, "", "", null],
      ["prompt/number", { title: "T", label: "L", min: 0, max: 5 }, 0, 0, null],
      ["prompt/select", { title: "T", label: "L", options }, "27", "27", null],
    ];

    test("the pilot's answer is the plugin's, and no answer is none", async () => {
      const { fake, ask } = await start();
      for (const [method, params, answer, result, nothing] of shown) {
        const [first, second] = [ask(method, { ...params, timeout_ms: null }), ask(method, params)];
        await until("two dialogs", () => fake.modals.length === 2);
        assert.deepEqual(fake.answer(answer), { plugin: ID, kind: method.split("/")[1], options: params });
        assert.deepEqual(await first, result, method);
        fake.answer();
        assert.deepEqual(await second, nothing, method);
        assert.deepEqual(await ask(method, { ...params, timeout_ms: 10 }), nothing, "the shell closes it");
      }
    });

    test("an answer of another type is none, and a failure names plugin and service", async () => {
      const later = async () => ({ later: "form" });
      const fails = () => Promise.reject(new Error("no window"));
      const prompt = { text: later, number: later, select: later };
      const { ask } = await start({
        change: (ctx) => ({ ...ctx, prompt, dialog: { alert: fails, confirm: later } }),
      });
      for (const method of ["prompt/text", "prompt/number", "prompt/select"]) assert.equal(await ask(method), null);
      assert.equal(await ask("dialog/confirm"), false);
      const message = `${NAME}\`ctx.dialog\` failed: no window`;
      await assert.rejects(ask("dialog/alert"), { code: CODES.internal, message });
    });

    test("a dialog that the plugin cancels is answered at once, and the pilot's answer is dropped", async () => {
      const { shell, fake, relay, ask } = await start();
      const id = await relay({ begin: ["dialog/confirm", { title: "T", message: "M" }] });
      await until("a dialog", () => fake.modals.length === 1);
      await relay({ cancel: id });
      await untilLogged(shell, 'info raw answered {"error":{"code":-32003,"message":"cancelled"}}');
      for (const unknown of [id, 1_000_000, "x"]) await relay({ cancel: unknown });
      assert.equal(fake.modals.length, 1, "the shell cannot close it");
      fake.answer(true);
      // The plugin ends itself if a request is answered twice.
      assert.deepEqual(await ask("flight/state"), fake.state);
    });

    test("at most 64 dialogs wait in the shell, also if the plugin cancels them", async () => {
      const { shell, fake, relay, ask } = await start();
      const dialog = ["dialog/confirm", { title: "T", message: "M" }];
      for (let count = 0; count < 64; count += 1) await relay({ cancel: await relay({ begin: dialog }) });
      await until("64 dialogs", () => fake.modals.length === 64);
      const message = `${NAME}64 of its dialogs and prompts wait for the pilot`;
      for (const method of ["dialog/alert", "prompt/text"]) {
        await assert.rejects(ask(method), { code: CODES.busy, message });
      }
      assert.deepEqual(await ask("flight/state"), fake.state, "other requests have room");
      fake.answer(true);
      await relay({ begin: dialog });
      await until("another dialog", () => fake.modals.length === 64);
      fake.modals.splice(0, 63);
      fake.answer(true);
      await untilLogged(shell, 'info raw answered {"result":true}');
    });

    test("what the shell never settles takes no room once the plugin cancels", async () => {
      const never = () => new Promise(() => {});
      const change = (ctx) => ({
        ...ctx,
        notify: { ...ctx.notify, toast: never },
        airline: { createClient: never },
        config: { ...ctx.config, get: never },
      });
      const { shell, fake, relay, ask } = await start({ change });
      const requests = [
        ["notify/toast", { kind: "info", message: "M" }],
        ["airline/call", { method: "GET", path: "/" }],
        ["config/get", { key: "a" }],
      ];
      for (let count = 0; count < 261; count += 1) {
        await relay({ cancel: await relay({ begin: requests[count % requests.length] }) });
      }
      assert.deepEqual(await ask("flight/state"), fake.state);
      const cancelled = 'info raw answered {"error":{"code":-32003,"message":"cancelled"}}';
      await until("261 answers", () => shell.logs.filter((line) => line === cancelled).length === 261);
    });

    test("requests that are answered take no room", async () => {
      const { fake, ask } = await start();
      for (let count = 0; count < 300; count += 1) assert.deepEqual(await ask("flight/phase"), fake.phase);
    });

    test("a plugin that uses an id twice at a time is ended", async () => {
      const { shell, relay } = await start();
      await relay({ twice: ["dialog/confirm", { title: "T", message: "M" }] }).catch(() => {});
      await untilLogged(shell, "the connection to its program failed: two requests in flight have the id 1000000");
    });

    test("an open dialog does not hold up the stop, and its late answer is dropped", async () => {
      const { shell, entry, fake, relay } = await start();
      await relay({ begin: ["prompt/text", { title: "T", label: "L" }] });
      await until("a prompt", () => fake.modals.length === 1);
      const began = Date.now();
      await entry.onStop();
      assert.ok(Date.now() - began < 10_000);
      fake.answer("late");
      await entry.onStart(shell.newContext());
      assert.deepEqual(await relay({ call: ["flight/phase", {}] }), { result: fake.phase });
    });
  });
});

test("the model of the conformance suite has the services", { skip: WINDOWS && "as above" }, async () => {
  const folder = install(ID, { program: RAW_PLUGIN });
  const host = spawn(process.execPath, ["conformance-host.mjs", "express5"], { stdio: ["pipe", "pipe", "inherit"] });
  cleanUp.push(() => host.kill());
  const answers = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  const command = async (name, parameters = {}) => {
    host.stdin.write(`${JSON.stringify({ command: name, ...parameters })}\n`);
    const { ok, error } = JSON.parse((await answers.next()).value);
    if (error) throw new Error(error);
    return ok;
  };
  const relay = (payload) => command("invoke", { plugin: ID, channel: "relay", payload });
  const ask = async (method, params) => (await relay({ call: [method, params] })).result;
  const api = { "GET /bids": { status: 200, data: [1] } };
  await command("start", { plugins: [[ID, folder]], shell: "v3", config: {}, api });

  await ask("flight/subscribe", { topic: "phase_changes" });
  await command("fly", { topic: "phaseChange", value: phase("climb") });
  assert.deepEqual(await ask("flight/phase", {}), phase("climb"));
  assert.deepEqual((await relay({}))[0].params, { phase: phase("climb") });
  await ask("start_guard/register", {});
  await relay({ set: { verdict: { allow: false, reason: "No fuel." } } });
  assert.deepEqual(await command("startFlight"), { vetoes: [{ plugin: ID, reason: "No fuel." }], warnings: [] });
  await command("fly", { topic: "update", value: { flight: { status: "active" } } });
  const entry = await ask("flight_log/add", { category: "SYSTEM", condition: "C", message: "M" });
  assert.deepEqual(await command("flightLog"), [entry]);
  const options = { title: "T", label: "L" };
  await relay({ begin: ["prompt/text", options] });
  assert.deepEqual(await command("answer", { answer: "words" }), { plugin: ID, kind: "text", options });
  await command("log", { plugin: ID, text: "answered" });
  for (const kind of ["info", "error"]) await ask("notify/toast", { kind, message: kind });
  for (const type of ["info", "error"]) {
    assert.deepEqual(await command("toast", { plugin: ID }), { plugin: ID, type, message: type });
  }
  await ask("notify/play_custom_sound", { path: "chime.mp3" });
  assert.deepEqual(await command("sound", { plugin: ID }), { plugin: ID, path: "chime.mp3" });
  await ask("indicator/set", { kind: "warning" });
  const indicator = { type: "warning", dismissOnOpen: false };
  assert.deepEqual(await command("indicator", { plugin: ID }), { plugin: ID, indicator });
  assert.deepEqual(await ask("airline/call", { method: "GET", path: "/bids" }), { status: 200, body: [1] });
  assert.equal((await ask("airline/call", { method: "GET", path: "/other" })).status, 404);

  const exited = once(host, "exit");
  host.stdin.end();
  assert.deepEqual(await exited, [0, null], "the shell ends, and nothing keeps it alive");
});
