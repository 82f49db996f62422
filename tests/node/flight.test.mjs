// Tests of flights in the Node entry: events, start guards and the flight log, with a plugin that relays requests.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { FakeServices } from "./fake-services.mjs";
import { WINDOWS, until, untilLogged } from "./plugins.mjs";
import { CODES, ID, NAME, modules, phase, start } from "./relay.mjs";

const TOPICS = ["updates", "phase_changes", "sim_data", "landings"];

describe("flights", { skip: WINDOWS && "the plugin is a script that starts like a program" }, () => {
  describe("flight", () => {
    test("state, phase, snapshot and landing report are the shell's", async () => {
      const { fake, ask } = await start();
      assert.deepEqual(await ask("flight/state"), fake.state);
      assert.deepEqual(await ask("flight/phase"), fake.phase);
      assert.equal(await ask("flight/snapshot"), null);
      assert.equal(await ask("flight/landing_report"), null);
      fake.fly("update", { ...fake.state, flight: { status: "active", later: [1] } });
      fake.fly("simData", { isConnected: true, simulatorType: "msfs", data: { altitude: 35000.5, unknown: "kept" } });
      fake.landingReport = { landingRate: -180, touchdowns: [] };
      assert.deepEqual(await ask("flight/state"), fake.state);
      assert.deepEqual(await ask("flight/snapshot"), fake.snapshot);
      assert.deepEqual(await ask("flight/landing_report"), fake.landingReport);
    });

    test("each topic has its events, until the plugin unsubscribes", async () => {
      const { fake, ask, received } = await start();
      const landing = { type: "bounce", timestamp: 1, bounce: { bounceNumber: 1 } };
      const snapshot = { isConnected: true, simulatorType: "msfs", data: null };
      const emit = () => {
        fake.fly("update", { ...fake.state, reconnecting: true });
        fake.fly("phaseChange", phase("taxi"));
        fake.fly("simData", snapshot);
        fake.fly("landing", landing);
      };
      emit();
      for (const topic of TOPICS) {
        assert.deepEqual(await ask("flight/subscribe", { topic }), {});
        assert.deepEqual(await ask("flight/subscribe", { topic }), {}, "a second subscription changes nothing");
      }
      emit();
      assert.deepEqual(await received(4), [
        { method: "flight/updated", params: { state: fake.state } },
        { method: "flight/phase_changed", params: { phase: phase("taxi") } },
        { method: "flight/sim_data", params: { number: 1, snapshot } },
        { method: "flight/landed", params: { event: landing } },
      ]);
      for (const [topic, name] of [
        ["updates", "update"], ["phase_changes", "phaseChange"], ["sim_data", "simData"], ["landings", "landing"],
      ]) {
        assert.equal(fake.subscribers.get(name).size, 1);
        assert.deepEqual(await ask("flight/unsubscribe", { topic }), {});
        assert.equal(fake.subscribers.get(name).size, 0);
        assert.deepEqual(await ask("flight/unsubscribe", { topic }), {}, "nothing is left to undo");
      }
      emit();
      assert.equal((await received(4)).length, 4);
      for (const topic of ["landing", "__proto__", undefined]) {
        const error = { code: CODES.invalidParams, message: /there are updates, phase_changes, sim_data, landings$/ };
        await assert.rejects(ask("flight/subscribe", { topic }), error);
      }
    });

    test("a landing event of another form is one of unknown kind", async () => {
      const { fake, ask, received } = await start();
      await ask("flight/subscribe", { topic: "landings" });
      for (const event of [{ landingRate: -90 }, "settled", undefined, { type: 7 }]) fake.fly("landing", event);
      const events = (await received(4)).map(({ params }) => params.event);
      assert.deepEqual(events, [
        { type: "unknown", value: { landingRate: -90 } },
        { type: "unknown", value: "settled" },
        { type: "unknown", value: null },
        { type: "unknown", value: { type: 7 } },
      ]);
    });

    test("phase changes are sent one after the other, in order, as they were", async () => {
      const { fake, ask, relay, received } = await start();
      await ask("flight/subscribe", { topic: "phase_changes" });
      await relay({ set: { answers: "held" } });
      const changing = phase("taxi");
      fake.fly("phaseChange", changing);
      changing.currentPhase = "changed later";
      for (const name of ["take_off", "climb", "cruise"]) fake.fly("phaseChange", phase(name));
      for (const count of [1, 2, 3, 4]) {
        const requests = await received(count);
        await sleep(50);
        assert.equal((await relay({})).length, count, "the next event waits for the answer");
        const names = ["taxi", "take_off", "climb", "cruise"].slice(0, count);
        assert.deepEqual(requests.map(({ params }) => params.phase.currentPhase), names);
        await relay({ release: true });
      }
    });

    test("a topic does not wait for the answers to another", async () => {
      const { fake, ask, relay, received } = await start();
      for (const topic of ["phase_changes", "landings"]) await ask("flight/subscribe", { topic });
      await relay({ set: { answers: "never" } });
      fake.fly("phaseChange", phase("final"));
      fake.fly("landing", { type: "touchdown" });
      assert.deepEqual((await received(2)).map(({ method }) => method), ["flight/phase_changed", "flight/landed"]);
    });

    test("a slow plugin is sent the newest simulator data, whose number says how many it missed", async () => {
      const { fake, ask, relay, received } = await start();
      await ask("flight/subscribe", { topic: "sim_data" });
      await relay({ set: { answers: "held" } });
      const frame = (altitude) => ({ isConnected: true, data: { altitude } });
      // More frames than the limit of events that are never left out.
      for (let altitude = 1; altitude <= 25_000; altitude += 1) fake.fly("simData", frame(altitude));
      await received(1);
      await relay({ release: true });
      const frames = (await received(2)).map(({ params }) => params);
      assert.deepEqual(frames, [{ number: 1, snapshot: frame(1) }, { number: 25_000, snapshot: frame(25_000) }]);
      await relay({ set: { answers: "at once" }, release: true });
      await sleep(50);
      fake.fly("simData", frame(7));
      assert.deepEqual((await received(3)).at(-1).params, { number: 25_001, snapshot: frame(7) });
    });

    test("events that the plugin refuses are reported once in a row, and the next ones are sent", async () => {
      const { shell, fake, ask, relay, received } = await start();
      await ask("flight/subscribe", { topic: "phase_changes" });
      await relay({ set: { answers: "an error" } });
      for (const name of ["taxi", "take_off"]) fake.fly("phaseChange", phase(name));
      await received(2);
      await untilLogged(shell, `warn stratos ${NAME}it did not take an event, \`flight/phase_changed\`: no, thanks`);
      const reports = () => shell.logs.filter((line) => line.includes("did not take")).length;
      assert.equal(reports(), 1);
      for (const answers of ["at once", "an error"]) {
        await relay({ set: { answers } });
        fake.fly("phaseChange", phase("climb"));
        await received(answers === "at once" ? 3 : 4);
      }
      await until("another report, after a success", () => reports() === 2);
    });

    test("events that are no JSON, or too large, are reported, and nothing fails in the shell", async () => {
      const { shell, fake, ask, received } = await start();
      await ask("flight/subscribe", { topic: "updates" });
      await ask("flight/subscribe", { topic: "landings" });
      fake.fly("update", { timestamp: 1n });
      fake.fly("landing", { type: "settled", approachData: "x".repeat(1024 * 1024) });
      await untilLogged(shell, `warn stratos ${NAME}it did not take an event, \`flight/updated\`: Do not know how to`);
      await untilLogged(shell, `warn stratos ${NAME}it did not take an event, \`flight/landed\`: the message is 10`);
      fake.fly("update", { timestamp: 1 });
      await received(1);
    });

    test("the number of events that were not taken is reported at the next success, and at the end", async () => {
      const { shell, fake, ask, relay, received } = await start();
      for (const topic of ["phase_changes", "landings"]) await ask("flight/subscribe", { topic });
      const counts = () => shell.logs.filter((line) => line.includes("not taken"));
      await relay({ set: { answers: "an error" } });
      for (const name of ["taxi", "take_off", "climb"]) fake.fly("phaseChange", phase(name));
      fake.fly("landing", { type: "settled", approachData: "x".repeat(1024 * 1024) });
      await received(3);
      await relay({ set: { answers: "at once" } });
      assert.deepEqual(counts(), []);
      fake.fly("phaseChange", phase("cruise"));
      await until("a report", () => counts().length > 0);
      const expected = [`warn stratos ${NAME}\`ctx.flight\`: 3 events were not taken, \`flight/phase_changed\``];
      assert.deepEqual(counts(), expected);
      fake.fly("phaseChange", phase("descent"));
      await received(5);
      for (const topic of ["phase_changes", "landings"]) await ask("flight/unsubscribe", { topic });
      expected.push(`warn stratos ${NAME}\`ctx.flight\`: 1 event was not taken, \`flight/landed\``);
      assert.deepEqual(counts(), expected, "each number once");
    });

    test("an event that is refused after the end of its subscription is counted", async () => {
      const { EventQueue, Backlog } = await modules("event_queue.js");
      const [logs, sent] = [[], []];
      const session = {
        backlog: new Backlog(() => assert.fail("too many events wait")),
        log: (level, tag, message) => logs.push(message),
        call: () => new Promise((_, reject) => sent.push(reject)),
      };
      const queue = new EventQueue(session, { member: "ctx.flight", method: "flight/landed", params: () => ({}) });
      queue.push(1);
      queue.close();
      sent[0](new Error("no, thanks"));
      await new Promise(setImmediate);
      assert.equal(logs.length, 2);
      assert.match(logs[1], /`ctx\.flight`: 1 event was not taken, `flight\/landed`$/);
    });

    const large = { ...phase("taxi"), trends: "x".repeat(1024 * 1024 - 200) };
    for (const [what, supervise, events] of [
      ["10,000 events", false, Array.from({ length: 10_002 }, () => phase("taxi"))],
      ["16 MiB of them", true, Array.from({ length: 18 }, () => large)],
    ]) {
      test(`a plugin that does not read is ended at ${what}`, async () => {
        const { shell, fake, ask, relay, received } = await start({ supervise });
        await ask("flight/subscribe", { topic: "phase_changes" });
        await relay({ set: { answers: "never" } });
        const last = events.pop();
        for (const event of events) fake.fly("phaseChange", event);
        await received(1);
        assert.deepEqual(shell.logs.filter((line) => line.startsWith("error")), [], "this many may wait");
        fake.fly("phaseChange", last);
        const report = `it does not read: ${events.length} flight events wait for it; help: restart`;
        await untilLogged(shell, `error stratos ${NAME}${report}`);
        assert.equal(fake.subscribers.get("phaseChange").size, 0);
        await assert.rejects(relay({}), /it is not running|connection is closed/);
        if (!supervise) return;
        await untilLogged(shell, "it runs again");
        assert.deepEqual(await relay({}), []);
      });
    }

    test("a plugin that does not read while it starts fails to start", async () => {
      const { Session } = await modules("session.js");
      const logs = [];
      const ctx = { logger: { error: (tag, message) => logs.push(message) } };
      const session = new Session(ctx, new Set(), () => assert.fail("it has not run"));
      for (let count = 0; count <= 10_000; count += 1) session.backlog.add({ text: "{}" });
      await session.end();
      assert.deepEqual(logs.length, 1);
      assert.match(logs[0], /it does not read: 10001 flight events wait for it/);
      await assert.rejects(session.open(), /it was stopped while it started/);
    });

    test("an answer that is late is reported, and the next event still waits for it", async () => {
      const { EventQueue, Backlog, TIMEOUTS } = await modules("event_queue.js", "timeouts.js");
      const [logs, sent] = [[], []];
      const session = {
        backlog: new Backlog(() => assert.fail("too many events wait")),
        log: (level, tag, message) => logs.push(`${level} ${message}`),
        call: (...call) => new Promise((resolve) => sent.push({ call, resolve })),
      };
      assert.equal(TIMEOUTS.response, 30_000);
      TIMEOUTS.response = 100;
      const quick = { ...session, call: async () => ({}) };
      new EventQueue(quick, { member: "ctx.flight", method: "flight/quick", params: () => ({}) }).push(0);
      const kind = { member: "ctx.flight", method: "flight/landed", params: (event) => ({ event }) };
      const queue = new EventQueue(session, kind);
      queue.push(1);
      queue.push(2);
      await until("a warning", () => logs.length > 0);
      assert.match(logs[0], /^warn .* it has not answered `flight\/landed` for 0.1 s, and further events wait$/);
      assert.deepEqual(sent.map(({ call }) => call), [["flight/landed", { event: 1 }]], "and it has no deadline");
      sent[0].resolve({});
      await new Promise(setImmediate);
      assert.deepEqual(sent[1].call, ["flight/landed", { event: 2 }]);
    });

    test("after the end of a subscription nothing is sent, even if the shell still calls", async () => {
      const { EventQueue } = await modules("event_queue.js");
      const sent = [];
      let waiting = 0;
      const session = {
        backlog: { add: () => (waiting += 1), remove: () => (waiting -= 1) },
        call: (...call) => new Promise((resolve) => sent.push({ call, resolve })),
      };
      const kind = { member: "ctx.flight", method: "flight/landed", params: (event) => ({ event }) };
      const queue = new EventQueue(session, kind);
      queue.push(1);
      queue.push(2);
      assert.equal(waiting, 1);
      queue.close();
      queue.push(3);
      assert.equal(waiting, 0);
      sent[0].resolve({});
      await new Promise(setImmediate);
      queue.push(4);
      assert.deepEqual(sent.map(({ call }) => call), [["flight/landed", { event: 1 }]]);
    });

    for (const [how, end] of [
      ["a stop", ({ entry }) => entry.onStop()],
      ["an exit", ({ shell }) => assert.rejects(shell.invoke("relay", { exit: true }))],
      ["an update", ({ entry, shell }) => entry.onResume(shell.newContext())],
    ]) {
      test(`${how} ends subscriptions and guards`, async () => {
        const started = await start();
        const { shell, fake, ask, relay, received } = started;
        for (const topic of TOPICS) await ask("flight/subscribe", { topic });
        await ask("start_guard/register");
        assert.equal(fake.guards.size, 1);
        await relay({ set: { answers: "never" } });
        for (const name of ["approach", "final"]) fake.fly("phaseChange", phase(name));
        await received(1);
        await end(started);
        await until("no subscriber", () => [...fake.subscribers.values()].every(({ size }) => size === 0));
        assert.equal(fake.guards.size, 0);
        await started.entry.onStop();
        assert.ok(!shell.logs.some((line) => line.includes("did not take")), "an end is no refusal");
      });
    }

    test("a plugin that stops cannot subscribe, and a shell that fails to unsubscribe is reported", async () => {
      const { Bindings } = await modules("bindings.js");
      const bindings = new Bindings();
      const failed = [];
      let undone = 0;
      bindings.add("a", () => () => {
        throw new Error("no");
      });
      bindings.add("b", () => () => (undone += 1));
      bindings.add("c", () => undefined);
      bindings.add("d", () => {
        bindings.close((name, { message }) => failed.push(`${name}: ${message}`));
        return () => (undone += 1);
      });
      assert.deepEqual([failed, undone], [["a: no"], 2], "what is registered during the end is undone, too");
      bindings.add("e", () => assert.fail("it is closed"));
      assert.equal(bindings.has("e"), false);
    });
  });

  describe("start guards", () => {
    test("a guard allows or vetoes the start of a flight, until it is unregistered", async () => {
      const { fake, ask, relay } = await start();
      await ask("start_guard/register");
      await ask("start_guard/register");
      assert.deepEqual(await fake.startFlight(), { vetoes: [], warnings: [] });
      for (const [verdict, reason] of [
        [{ allow: false, reason: "No fuel." }, "No fuel."],
        [{ allow: false }, "the plugin gave no reason"],
      ]) {
        await relay({ set: { verdict } });
        assert.deepEqual(await fake.startFlight(), { vetoes: [{ plugin: ID, reason }], warnings: [] });
      }
      await ask("start_guard/unregister");
      assert.equal(fake.guards.size, 0);
      assert.deepEqual(await fake.startFlight(), { vetoes: [], warnings: [] });
    });

    for (const [how, set, reason] of [
      ["throws", { answers: "an error" }, "no, thanks"],
      ["answers nonsense", { verdict: { ok: true } }, "its verdict has no `allow`"],
      ["hangs", { answers: "never" }, "no answer within 5 s"],
    ]) {
      test(`a guard that ${how} lets the flight start, with a warning`, async () => {
        const { shell, fake, ask, relay } = await start();
        await ask("start_guard/register");
        await relay({ set });
        const began = Date.now();
        assert.deepEqual((await fake.startFlight()).vetoes, []);
        assert.ok(Date.now() - began < 20_000);
        const warning = `the flight starts without its start guard, which gave no verdict: ${reason}`;
        await untilLogged(shell, `warn stratos ${NAME}${warning}`);
      });
    }

    test("a shell that still asks the guard of an ended or replaced plugin is answered", async () => {
      const { shell, entry, fake, ask, relay } = await start();
      await ask("start_guard/register");
      await relay({ set: { verdict: { allow: false, reason: "No fuel." } } });
      const [{ guard }] = fake.guards;
      assert.equal((await guard()).allow, false);
      await entry.onResume(shell.newContext());
      assert.deepEqual(await guard(), { allow: true });
      await entry.onStop();
      assert.deepEqual(await guard(), { allow: true });
      assert.ok(!shell.logs.some((line) => line.includes("no verdict")), "nothing is wrong with it");
    });
  });

  describe("flight log", () => {
    test("entries are added, changed and removed; without a flight there are none", async () => {
      const { fake, ask } = await start();
      const entry = { category: "WARNING", condition: "HARD_LANDING", message: "Hard landing" };
      assert.equal(await ask("flight_log/add", entry), null);
      fake.fly("update", { ...fake.state, flight: { status: "active" } });
      const added = await ask("flight_log/add", entry);
      assert.deepEqual([added, added.eventCondition, added.category], [fake.log[0], "HARD_LANDING", "WARNING"]);
      assert.deepEqual(await ask("flight_log/update", { event_id: added.eventId, message: "Firm landing" }), {});
      assert.equal(fake.log[0].message, "Firm landing");
      await assert.rejects(ask("flight_log/update", { event_id: "e9", message: "" }), {
        code: CODES.internal,
        message: /^plugin `raw-relay` 1\.0\.0: `ctx\.flight\.log` failed: /,
      });
      assert.deepEqual(await ask("flight_log/remove", { event_id: added.eventId }), {});
      assert.deepEqual(fake.log, []);
    });

    test("a replaced plugin writes neither entries nor its badge", async () => {
      const { handleRequest } = await modules("requests.js");
      const fake = new FakeServices("");
      fake.state.flight = { status: "active" };
      const session = { ctx: fake.newContext(ID), registered: new Set(), retired: true };
      const { signal } = new AbortController();
      const writes = ["flight_log/add", "flight_log/update", "flight_log/remove", "indicator/set", "indicator/clear"];
      for (const method of writes) {
        await assert.rejects(handleRequest(session, method, {}, signal), { code: CODES.retired }, method);
      }
      assert.deepEqual(fake.log, []);
      assert.deepEqual(await handleRequest(session, "flight/state", {}, signal), fake.state, "it may read");
    });
  });
});
