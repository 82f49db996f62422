// A host process or thread for `hosts.test.mjs`: loads an entry, starts the plugin, reports its process id, and
// ends as it is told.

import { pathToFileURL } from "node:url";
import { isMainThread, parentPort, workerData } from "node:worker_threads";

import express from "express5";

import { startShell } from "./fake-shell.mjs";

const [folder, id] = isMainThread ? process.argv.slice(2) : workerData;
const report = (message) => {
  if (parentPort) parentPort.postMessage(message);
  else if (process.send) process.send(message);
  else process.stdout.write(`${JSON.stringify(message)}\n`);
};
const ends = {
  exit: () => process.exit(3),
  throw: () => setImmediate(() => {
    throw new Error("as asked");
  }),
  reject: () => Promise.reject(new Error("as asked")),
  stop: async () => {
    await entry.onStop();
    process.exit(0);
  },
};

const entry = await import(pathToFileURL(`${folder}/background/index.js`));
const shell = await startShell({ express, id, store: `${folder}/../config.json` });
await entry.onStart(shell.newContext());
(parentPort ?? process).on("message", (how) => ends[how]());
process.stdin?.on("data", (how) => ends[String(how).trim()]());
// The sample plugin has a route for its process id, the one without the SDK logs it.
const logged = shell.logs.find((line) => line.startsWith("info raw looks "))?.slice("info raw looks ".length);
report(logged ? JSON.parse(logged) : { pid: Number(await (await fetch(`${shell.url}/api/${id}/pid`)).text()) });
