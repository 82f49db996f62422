// Tests of the entry's program: found, checked, copied and started.

import assert from "node:assert/strict";
import childProcess from "node:child_process";
import { EventEmitter, once } from "node:events";
import {
  appendFileSync, closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync,
  utimesSync, writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import express from "express5";

import { startShell } from "./fake-shell.mjs";
import {
  PLATFORM, PLUGIN, RAW_PLUGIN, ROOT, TEMPORARY, WINDOWS, dataFolder, install, isAlive, load, programPath, until,
} from "./plugins.mjs";

let cleanUp = [];
afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
});

/** A shell with an installed plugin, which `start` starts. */
async function prepare(id, options) {
  const folder = install(id, options);
  const shell = await startShell({ express, id, store: join(folder, "..", "config.json") });
  const entry = await load(folder);
  cleanUp.push(() => shell.close(), () => entry.onStop().catch(() => {}));
  const copies = join(dataFolder(folder), ".program");
  return { shell, entry, folder, copies, start: () => entry.onStart(shell.newContext()) };
}

async function start(id, options) {
  const prepared = await prepare(id, options);
  await prepared.start();
  return prepared;
}

/** Process id, environment, working folder and file of the plugin `raw-looks`, as it logged them. */
async function seen(shell) {
  const line = () => shell.logs.find((logged) => logged.startsWith("info raw looks "));
  await until(`looks\n${shell.logs.join("\n")}`, line);
  return JSON.parse(line().slice("info raw looks ".length));
}

/** The only copy in a folder of copies, and its name. */
function onlyCopy(copies) {
  const [hash, ...others] = readdirSync(copies);
  assert.deepEqual(others, [], "one copy");
  return join(copies, hash, readdirSync(join(copies, hash))[0]);
}

/** Replaces a property of an object until the end of the test. */
function replace(object, name, value) {
  const old = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: true });
  cleanUp.push(() => (old ? Object.defineProperty(object, name, old) : delete object[name]));
}

/** Lets `spawn` of the entry fail: `fail` gets the path, and returns a function that fails, or nothing. */
function failingSpawn(fail) {
  const { spawn } = childProcess;
  childProcess.spawn = (path, ...rest) => fail(path)?.() ?? spawn(path, ...rest);
  syncBuiltinESMExports();
  cleanUp.push(() => {
    childProcess.spawn = spawn;
    syncBuiltinESMExports();
  });
}

const failure = (code) => Object.assign(new Error(`spawn ${code}`), { code });
const throwing = (code) => () => {
  throw failure(code);
};
const emitting = (code) => () => {
  const child = new EventEmitter();
  setImmediate(() => child.emit("error", failure(code)));
  return child;
};

/** Programs of other formats, with as little as a reader of them needs. */
function elf(machine, { bits = 2 } = {}) {
  const bytes = Buffer.alloc(128);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits, 1]);
  bytes.writeUInt16LE(machine, 0x12);
  bytes.writeBigUInt64LE(64n, 0x28);
  bytes.writeUInt16LE(64, 0x3a);
  bytes.writeUInt16LE(1, 0x3c);
  return bytes;
}
function pe(machine) {
  const bytes = Buffer.alloc(0x200);
  bytes.write("MZ");
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write("PE\0\0", 0x80);
  bytes.writeUInt16LE(machine, 0x84);
  bytes.writeUInt16LE(1, 0x86); // One section, from 0x100 to the end.
  bytes.writeUInt32LE(0x100, 0x98 + 16);
  bytes.writeUInt32LE(0x100, 0x98 + 20);
  return bytes;
}
function machO(cpu) {
  const bytes = Buffer.alloc(256);
  bytes.writeUInt32LE(0xfeedfacf, 0);
  bytes.writeUInt32LE(cpu, 4);
  bytes.writeUInt32LE(1, 16); // One segment, which is the whole file.
  bytes.writeUInt32LE(0x19, 32);
  bytes.writeUInt32LE(72, 36);
  bytes.writeBigUInt64LE(256n, 32 + 48);
  return bytes;
}
function fat(...cpus) {
  const bytes = Buffer.alloc(512);
  bytes.writeUInt32BE(0xcafebabe, 0);
  bytes.writeUInt32BE(cpus.length, 4);
  cpus.forEach((cpu, at) => {
    bytes.writeUInt32BE(cpu, 8 + 20 * at);
    bytes.writeUInt32BE(256, 16 + 20 * at);
    bytes.writeUInt32BE(256, 20 + 20 * at);
  });
  return bytes;
}
const [X64, ARM64] = [0x01000007, 0x0100000c];
const OTHER_ELF = process.arch === "arm64" ? [0x3e, "x64"] : [0xb7, "arm64"];

describe("a program that cannot run here", () => {
  for (const [name, program, what] of [
    ["is empty", Buffer.alloc(0), "an empty file"],
    ["is a text", Buffer.from("echo surprise\n"), "no program"],
    ["is an error page", Buffer.from("\n<!doctype html><h1>502</h1>"), /^a page of HTML or XML, perhaps the/],
    ["is a zip", Buffer.from("PK\x03\x04...."), "a zip archive"],
    ["is a pointer", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), /^a pointer of Git LFS/],
    ["is for Windows", pe(0x8664), "a program for win32-x64"],
    ["is for Windows on ARM", pe(0xaa64), "a program for win32-arm64"],
    ["is for 32-bit Windows", pe(0x14c), "a program for win32 on another kind of processor"],
    ["is for DOS", pe(0x8664).fill(0, 0x80, 0x84), "a program for DOS"],
    ["is for a Mac", machO(ARM64), "a program for darwin-arm64"],
    ["is for an Intel Mac", machO(X64), "a program for darwin-x64"],
    ["is universal", fat(X64, ARM64), "a program for darwin-x64 and darwin-arm64"],
    ["is for another processor", elf(OTHER_ELF[0]), `a program for linux-${OTHER_ELF[1]}`],
    ["has 32 bits", elf(0x03, { bits: 1 }), "a program for linux on another kind of processor"],
    ["is a cut ELF file", elf(0x3e).subarray(0, 100), "a program that is cut off after 100 bytes"],
    ["is a cut PE file", pe(0x8664).subarray(0, 0x1ff), "a program that is cut off after 511 bytes"],
    ["is a cut header", pe(0x8664).subarray(0, 20), "a program that is cut off after 20 bytes"],
    ["is a cut Mach-O file", machO(ARM64).subarray(0, 255), "a program that is cut off after 255 bytes"],
    ["is a cut universal file", fat(X64).subarray(0, 300), "a program that is cut off after 300 bytes"],
    ["is a cut copy of itself", readFileSync(PLUGIN).subarray(0, -1), /^a program that is cut off after \d+ bytes$/],
  ]) {
    test(`a program that ${name}`, { skip: WINDOWS && name.includes("for Windows") }, async () => {
      const { start, folder, copies } = await prepare("sample", { program });
      mkdirSync(join(folder, "background", "bin", "win32-arm64"));
      writeFileSync(programPath(folder, "win32-arm64"), pe(0xaa64));
      const { message } = await start().then(() => assert.fail("it started"), (error) => error);
      const [, found, rest] = /^plugin `sample` 1.0.0: its program is (.*), and this computer needs (.*)/.exec(message);
      assert[what instanceof RegExp ? "match" : "equal"](found, what);
      const needed = `one for ${PLATFORM} (the plugin has: ${PLATFORM}, win32-arm64); at ${programPath(folder)}`;
      assert.ok(rest.startsWith(`${needed}; help: install the plugin again; `), rest);
      assert.ok(!existsSync(copies));
    });
  }

  test("a missing program", async () => {
    const { start, folder } = await prepare("sample", { program: null });
    const reason = `it has no program for ${PLATFORM}, .* \\(the plugin has: no programs\\); at .*; help: ask`;
    await assert.rejects(start(), new RegExp(reason));
    mkdirSync(join(folder, "background", "bin", "win32-arm64"));
    writeFileSync(programPath(folder, "win32-arm64"), pe(0xaa64));
    mkdirSync(join(folder, "background", "bin", "darwin-x64")); // It has no program.
    await assert.rejects(start(), /\(the plugin has: win32-arm64\)/);
  });

  test("a program that cannot be read", async () => {
    const { start, folder } = await prepare("sample", { program: null });
    mkdirSync(programPath(folder));
    await assert.rejects(start(), /plugin `sample` 1.0.0: its program cannot be read: EISDIR.*; at .*; help: install/);
  });

  test("a plugin in an asar archive", async () => {
    const { start } = await prepare("sample", { under: "app.asar" });
    await assert.rejects(start(), /it is inside of an asar archive, .*; at .*app\.asar.*; help: install/);
    await startUnder("app.asar.unpacked");
  });
  const startUnder = (under) => start("sample", { under });
});

describe("emulation", { skip: WINDOWS && "it replaces the name of the system" }, () => {
  test("x64 programs run on arm64 on macOS and Windows only", async () => {
    const program = RAW_PLUGIN;
    replace(process, "arch", "arm64");
    replace(process, "platform", "darwin");
    const mac = await start("raw-looks", { program, platform: "darwin-x64" });
    assert.match((await seen(mac.shell)).program, /raw-looks$/);

    replace(process, "platform", "win32");
    const windows = await prepare("raw", { program: pe(0xaa64), platform: "win32-x64" });
    await assert.rejects(windows.start(), /for win32-arm64, and this computer needs one for win32-x64/);

    replace(process, "platform", "linux");
    const linux = await prepare("raw", { program, platform: "linux-x64" });
    await assert.rejects(linux.start(), /it has no program for linux-arm64, .*\(the plugin has: linux-x64\)/);
  });

  test("the processor's own program comes first, and a universal one is for both", async () => {
    replace(process, "platform", "darwin");
    replace(process, "arch", "arm64");
    const { start, folder } = await prepare("raw", { program: pe(0xaa64), platform: "darwin-arm64" });
    mkdirSync(join(folder, "background", "bin", "darwin-x64"));
    copyFileSync(RAW_PLUGIN, programPath(folder, "darwin-x64"));
    await assert.rejects(start(), /for win32-arm64, and this computer needs one for darwin-arm64/);
    writeFileSync(programPath(folder, "darwin-arm64"), fat(X64, ARM64));
    await assert.rejects(start(), /before the handshake|cannot be started/);
  });
});

describe("the copy", () => {
  test("the program runs from a copy in the data folder, and the plugin's folder is not touched", async () => {
    const { shell, entry, folder, copies } = await start("sample");
    const copy = onlyCopy(copies);
    assert.match(copy, WINDOWS ? /[0-9a-f]{16}\\sample\.exe$/ : /[0-9a-f]{16}\/sample$/);
    assert.ok(readFileSync(copy).equals(readFileSync(PLUGIN)));
    const installed = programPath(folder);
    if (!WINDOWS) {
      assert.equal(statSync(copy).mode & 0o777, 0o700);
      assert.equal(statSync(installed).mode & 0o777, 0o644);
    }
    assert.deepEqual(readdirSync(folder).sort(), ["background", "plugin.json"]);
    assert.deepEqual(readdirSync(dirname(installed)), [installed.split(/[\\/]/).at(-1)]);
    rmSync(join(folder, "background"), { recursive: true }); // As an update does while the program runs.
    assert.equal(await shell.invoke("add", [1, 1]), 2);
    await entry.onStop();
    assert.equal(onlyCopy(copies), copy, "it stays for the next start");
  });

  test("a copy is reused if its content is right, and replaced if it is not", async () => {
    const { start, entry, copies } = await startAndStop();
    const copy = onlyCopy(copies);
    const { ino } = statSync(copy, { bigint: true });
    await start();
    assert.equal(statSync(copy, { bigint: true }).ino, ino, "reused");
    await entry.onStop();

    const damaged = readFileSync(copy).fill(0, 100, 4000);
    writeFileSync(copy, damaged);
    await start();
    assert.ok(readFileSync(copy).equals(readFileSync(PLUGIN)));
    assert.notEqual(statSync(copy, { bigint: true }).ino, ino, "replaced, not overwritten");
  });

  async function startAndStop() {
    const prepared = await start("sample");
    await prepared.entry.onStop();
    return prepared;
  }

  test("copies of older versions are removed", async () => {
    const { start, copies, folder } = await startAndStop();
    const old = onlyCopy(copies);
    writeFileSync(join(copies, "1234-left-by-a-killed-shell"), "half");
    appendFileSync(programPath(folder), "\nnew version");
    await start();
    assert.notEqual(onlyCopy(copies), old);
  });

  test("an update keeps the old copy until the new program serves", { skip: WINDOWS }, async () => {
    const { shell, entry, folder, copies } = await start("resumes");
    const old = onlyCopy(copies);
    appendFileSync(programPath(folder), "\nnew version");
    await shell.newContext().config.set("refuse_resume", true);
    await assert.rejects(entry.onResume(shell.newContext()), /refused to resume/);
    assert.ok(existsSync(old));
    await shell.newContext().config.delete("refuse_resume");
    await entry.onResume(shell.newContext());
    assert.notEqual(onlyCopy(copies), old);
  });

  test("a copy that another shell removes at the wrong moment is made again", async () => {
    const { start, copies } = await prepare("sample");
    let removals = 0;
    failingSpawn((path) => {
      if (removals++ === 0) rmSync(dirname(path), { recursive: true });
    });
    await start();
    assert.match(onlyCopy(copies), /sample/);
  });

  test("without a data folder, the copy is in the temporary folder", async () => {
    const { start, entry, folder } = await prepare("sample");
    writeFileSync(join(folder, "..", "..", "plugins-data"), "in the way");
    await start();
    const copies = join(TEMPORARY, `stratos-programs-${process.getuid?.() ?? "user"}`);
    cleanUp.push(() => rmSync(copies, { recursive: true }));
    const [own, ...others] = readdirSync(copies);
    assert.deepEqual(others, []);
    assert.match(own, /^sample-[0-9a-f]{8}$/);
    const copy = onlyCopy(join(copies, own));
    if (!WINDOWS) assert.equal(statSync(copies).mode & 0o777, 0o700);
    await entry.onStop();
    await start();
    assert.equal(onlyCopy(join(copies, own)), copy);
    await entry.onStop();
  });

  test("a temporary folder that others can write to is not used", { skip: WINDOWS }, async () => {
    const { start, folder } = await prepare("sample");
    writeFileSync(join(folder, "..", "..", "plugins-data"), "in the way");
    const copies = join(TEMPORARY, `stratos-programs-${process.getuid()}`);
    mkdirSync(copies, { mode: 0o755 });
    cleanUp.push(() => rmSync(copies, { recursive: true }));
    const reason =
      /in the data folder: E.*; in the temporary folder: .* is not a private folder; where it is installed: .* EACCES/;
    await assert.rejects(start(), reason);
    childProcess.execFileSync("chmod", ["755", programPath(folder)]);
    await start();
    assert.deepEqual(readdirSync(copies), []);
  });

  test("a folder that may not run programs is passed over", { skip: WINDOWS }, async (t) => {
    const { shell, start, folder } = await prepare("sample");
    const data = dataFolder(folder);
    mkdirSync(data, { recursive: true });
    if (childProcess.spawnSync("mount", ["-t", "tmpfs", "-o", "noexec,size=64m", "tmpfs", data]).status !== 0) {
      return t.skip("mounting is not permitted");
    }
    cleanUp.unshift(() => childProcess.execFileSync("umount", ["-l", data]));
    await start();
    cleanUp.push(() => rmSync(join(TEMPORARY, `stratos-programs-${process.getuid()}`), { recursive: true }));
    assert.equal(await shell.invoke("add", [1, 1]), 2);
  });
});

describe("a start that fails", () => {
  test("is repeated while the file is busy", async () => {
    for (const fail of [throwing("EPERM"), throwing("EBUSY"), emitting("ETXTBSY")]) {
      const { shell, start, copies } = await prepare("sample");
      let failures = 5;
      failingSpawn(() => (failures-- > 0 ? fail : undefined));
      await start();
      assert.equal(await shell.invoke("add", [1, 1]), 2);
      assert.match(onlyCopy(copies), /sample/, "at the first place");
    }
  });

  test("is repeated while another program writes the copy", { skip: process.platform !== "linux" }, async () => {
    const { start, entry, copies } = await prepare("sample");
    await start();
    await entry.onStop();
    const writer = openSync(onlyCopy(copies), "r+");
    const started = start();
    await sleep(300);
    closeSync(writer);
    await started;
    assert.deepEqual(readdirSync(TEMPORARY).filter((name) => name.startsWith("stratos-programs")), []);
  });

  for (const [name, fail] of [["thrown", throwing("UNKNOWN")], ["an event", emitting("EACCES")]]) {
    test(`and is ${name} names what may block the program`, async () => {
      const { start, folder } = await prepare("sample");
      failingSpawn(() => fail);
      const { message } = await start().then(() => assert.fail("it started"), (error) => error);
      const what = "its program cannot be started: it is blocked by an antivirus program or a policy, or damaged, ";
      assert.ok(message.startsWith(`plugin \`sample\` 1.0.0: ${what}`), message);
      const code = name === "thrown" ? "UNKNOWN" : "EACCES";
      const places = ["in the data folder", "in the temporary folder", "where it is installed"];
      assert.ok(message.includes(`(${places.map((place) => `${place}: spawn ${code}`).join("; ")})`), message);
      assert.ok(message.includes(`; at ${programPath(folder)}; help: allow this file and its folder`), message);
      rmSync(join(TEMPORARY, `stratos-programs-${process.getuid?.() ?? "user"}`), { recursive: true });
    });
  }

  test("is given up after two seconds at each place", async () => {
    const { start } = await prepare("sample");
    const attempts = new Map();
    failingSpawn((path) => {
      attempts.set(path, (attempts.get(path) ?? 0) + 1);
      return throwing("EBUSY");
    });
    const began = Date.now();
    await assert.rejects(start(), /blocked by an antivirus program/);
    assert.ok(Date.now() - began >= 6000);
    assert.equal(attempts.size, 3);
    assert.ok([...attempts.values()].every((count) => count > 5), [...attempts.values()].join());
    rmSync(join(TEMPORARY, `stratos-programs-${process.getuid?.() ?? "user"}`), { recursive: true });
  });
});

describe("the program's surroundings", { skip: WINDOWS && "the plugin is a script that starts like a program" }, () => {
  test("the environment is the shell's, without Electron's and an AppImage's", async () => {
    const image = "/tmp/.mount_Stratos";
    for (const [name, value] of Object.entries({
      ELECTRON_RUN_AS_NODE: "0",
      CHROME_CRASHPAD_PIPE_NAME: "pipe",
      NODE_OPTIONS: "--no-deprecation",
      NODE_CHANNEL_FD: "99",
      APPDIR: `${image}/`,
      PATH: `${image}/usr/bin:${process.env.PATH}:${image}`,
      LD_LIBRARY_PATH: `${image}/usr/lib:/opt/own/lib:${image}-2/lib`,
      LD_PRELOAD: `${image}/usr/lib/libhook.so`,
      STRATOS_TEST_KEPT: "kept",
    })) replace(process.env, name, value);
    const { shell, folder } = await start("raw-looks", { program: RAW_PLUGIN });
    const { env } = await seen(shell);
    const isLeaked = (name) => /^(ELECTRON|CHROME|NODE_OPTIONS|NODE_CHANNEL|LD_PRELOAD)/.test(name);
    assert.deepEqual(Object.keys(env).filter(isLeaked), []);
    assert.equal(env.PATH, process.env.PATH.split(":").filter((path) => !path.startsWith(image)).join(":"));
    assert.equal(env.LD_LIBRARY_PATH, `/opt/own/lib:${image}-2/lib`);
    assert.equal(env.STRATOS_TEST_KEPT, "kept");
    assert.equal(env.STRATOS_DATA_FOLDER, dataFolder(folder));
  });

  test("the working folder is the data folder, or the temporary one", async () => {
    const first = await start("raw-looks", { program: RAW_PLUGIN });
    assert.equal((await seen(first.shell)).folder, dataFolder(first.folder));
    const second = await prepare("raw-looks", { program: RAW_PLUGIN });
    writeFileSync(join(second.folder, "..", "..", "plugins-data"), "in the way");
    await second.start();
    cleanUp.push(() => rmSync(join(TEMPORARY, `stratos-programs-${process.getuid()}`), { recursive: true }));
    assert.equal((await seen(second.shell)).folder, TEMPORARY);
  });

  test("what the program has started ends with it", async () => {
    const listener = net.createServer().listen(0, "127.0.0.1");
    await once(listener, "listening");
    cleanUp.push(() => listener.close());
    replace(process.env, "SAMPLE_LIVE_PROCESSES", `127.0.0.1:${listener.address().port}`);
    const live = new Set();
    listener.on("connection", (socket) => {
      live.add(socket);
      socket.on("error", () => {}).on("close", () => live.delete(socket));
      socket.resume();
    });
    const { entry } = await start("helped");
    await until("program and helper", () => live.size === 2);
    await entry.onStop();
    await until("no process", () => live.size === 0);
  });
});

describe("the folder of the sockets", { skip: WINDOWS && "pipes are not files" }, () => {
  const leftovers = () => readdirSync(TEMPORARY).filter((name) => name.startsWith("stratos-entry-"));
  let before;
  beforeEach(() => (before = leftovers()));

  test("it is private, and leftovers of killed shells are removed", async () => {
    const [dead, alive, fresh, old] = ["dead", "alive", "fresh", "old"].map((name) => {
      const folder = join(TEMPORARY, `stratos-entry-${name}`);
      mkdirSync(folder);
      cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
      return folder;
    });
    utimesSync(old, 1, 1);
    const listener = net.createServer().listen(join(alive, "control.sock"));
    await once(listener, "listening");
    cleanUp.push(() => listener.close());
    leaveSocket(join(dead, "control.sock"));

    const { entry } = await start("sample");
    const own = leftovers().filter((name) => !/-(alive|fresh)$/.test(name));
    assert.equal(own.length, 1, leftovers().join());
    assert.equal(statSync(join(TEMPORARY, own[0])).mode & 0o777, 0o700);
    assert.ok(existsSync(alive) && existsSync(fresh));
    await entry.onStop();
    assert.ok(!existsSync(join(TEMPORARY, own[0])));
  });

  test("the folder of a socket that is about to listen is kept", async () => {
    const folder = join(TEMPORARY, "stratos-entry-starts");
    const control = join(folder, "control.sock");
    mkdirSync(folder);
    cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
    leaveSocket(control);
    const listener = net.createServer();
    const { connect } = net;
    net.connect = (path) => {
      const refused = () => {
        rmSync(control);
        listener.listen(control);
      };
      return path === control && !listener.listening ? connect(path).once("error", refused) : connect(path);
    };
    cleanUp.push(() => listener.close(), () => (net.connect = connect));
    await start("sample");
    assert.ok(listener.listening);
    assert.ok(existsSync(control));
  });

  test("a live shell's folder is kept by another one", async () => {
    const first = await start("sample");
    const second = await start("sample-2");
    assert.equal(leftovers().length, before.length + 2);
    assert.equal(await first.shell.invoke("add", [1, 1]), 2);
    assert.equal(await second.shell.invoke("add", [1, 1]), 2);
  });

  test("a temporary folder with a long path has none", async () => {
    const long = join(ROOT, "x".repeat(100));
    mkdirSync(long);
    replace(process.env, "TMPDIR", long);
    const { shell } = await start("sample");
    assert.equal(await shell.invoke("add", [1, 1]), 2);
    assert.deepEqual(readdirSync(long), []);
  });
});

/** Leaves the file of a socket whose process was killed. */
function leaveSocket(path) {
  const kill = '() => process.kill(process.pid, "SIGKILL")';
  const listen = `require("net").createServer().listen(process.argv[1], ${kill})`;
  childProcess.spawnSync(process.execPath, ["-e", listen, path]);
  assert.ok(existsSync(path));
}
