// Tests of the entry in hosts of several kinds, and of hosts that end without a call of `onStop`.

import assert from "node:assert/strict";
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

import { RAW_PLUGIN, TEMPORARY, WINDOWS, dataFolder, install, isAlive, until } from "./plugins.mjs";

const HOST = fileURLToPath(new URL("host.mjs", import.meta.url));
const folder = install("sample");
/** Folder and id of the plugin. */
const SAMPLE = [folder, "sample"];
const copies = join(dataFolder(folder), ".program");

/** A host that is a process of its own, with the id of its plugin's process. */
async function startProcess(plugin = SAMPLE) {
  const host = spawn(process.execPath, [HOST, ...plugin], { stdio: ["pipe", "pipe", "ignore"] });
  const [line] = await once(host.stdout, "data");
  return { host, exited: once(host, "exit"), pid: JSON.parse(line).pid, tell: (how) => host.stdin.write(`${how}\n`) };
}

/** A host that is a child process with a channel of messages, as Electron's utility processes are. */
async function startChild(plugin = SAMPLE) {
  const host = fork(HOST, plugin, { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const [{ pid }] = await once(host, "message");
  return { host, exited: once(host, "exit"), pid, tell: (how) => host.send(how) };
}

/** A host that is a thread. */
async function startThread(plugin = SAMPLE) {
  const host = new Worker(HOST, { workerData: plugin, stdin: true });
  host.on("error", () => {});
  const exited = new Promise((resolve) => host.once("exit", resolve));
  const [{ pid }] = await once(host, "message");
  return { host, exited, pid, tell: (how) => host.postMessage(how) };
}

/** The identity of the only copy of the program. */
function copyIdentity() {
  const [hash, ...others] = readdirSync(copies);
  assert.deepEqual(others, [], "one copy");
  return statSync(join(copies, hash, readdirSync(join(copies, hash))[0]), { bigint: true }).ino;
}

async function assertGone(pid, what) {
  const began = Date.now();
  await until(`the end of the plugin after ${what}`, () => !isAlive(pid));
  assert.ok(Date.now() - began < 2000, `${what}: ${Date.now() - began} ms`);
}

describe("hard ends", () => {
  test("twenty of them leave no process, and one copy of the program, which is reused", async () => {
    const ways = [
      ["a kill", ({ host }) => host.kill("SIGKILL")],
      ["an uncaught error", ({ tell }) => tell("throw")],
      ["an unhandled rejection", ({ tell }) => tell("reject")],
      ["an exit", ({ tell }) => tell("exit")],
    ];
    let identity;
    for (let round = 0; round < 20; round += 1) {
      const [what, end] = ways[round % ways.length];
      const started = await startProcess();
      assert.ok(isAlive(started.pid));
      identity ??= copyIdentity();
      end(started);
      await started.exited;
      await assertGone(started.pid, what);
      assert.equal(copyIdentity(), identity, "reused");
      assert.ok(readdirSync(TEMPORARY).length <= 1, "leftovers are removed at the next start");
    }
    const last = await startProcess();
    last.tell("stop");
    await last.exited;
    assert.ok(!isAlive(last.pid));
    assert.deepEqual(readdirSync(TEMPORARY), []);
    assert.equal(copyIdentity(), identity);
  });
});

describe("kinds of hosts", () => {
  for (const [kind, start] of [["a child process", startChild], ["a thread", startThread]]) {
    test(`${kind} starts and stops a plugin`, async () => {
      const { host, exited, pid, tell } = await start();
      assert.ok(isAlive(pid));
      tell("stop");
      await exited;
      assert.ok(!isAlive(pid));
      assert.deepEqual(readdirSync(TEMPORARY), []);
      host.removeAllListeners();
    });

    test(`${kind} that ends takes the plugin with it`, async () => {
      const force = ({ host }) => (host.terminate ? host.terminate() : host.kill("SIGKILL"));
      for (const [what, end] of [
        ["an exit", ({ tell }) => tell("exit")],
        ["an uncaught error", ({ tell }) => tell("throw")],
        ["a forced end", force],
      ]) {
        const started = await start();
        end(started);
        await started.exited;
        await assertGone(started.pid, what);
      }
    });
  }

  test("a plugin that hangs ends with its host, too", { skip: WINDOWS && "it stops the process" }, async () => {
    // Without the SDK, which asks Linux to be killed with its parent.
    const plugin = [install("raw-looks", { program: RAW_PLUGIN }), "raw-looks"];
    for (const start of [startProcess, startChild, startThread]) {
      const { exited, pid, tell } = await start(plugin);
      process.kill(pid, "SIGSTOP"); // Does not notice the end of its standard input.
      tell("exit");
      await exited;
      await assertGone(pid, `the exit in ${start.name}`);
    }
  });

  test("a child process whose parent is gone ends, and the plugin with it", { skip: WINDOWS }, async () => {
    const { host, exited, pid } = await startChild();
    host.disconnect();
    host.kill("SIGTERM");
    await exited;
    await assertGone(pid, "SIGTERM");
  });
});
