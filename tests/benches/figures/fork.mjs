// Round trips over child_process.fork, as the benchmark asks on the IPC channel. Each line of input is the number of
// calls and how many of them are in flight at once; the answer is the time of all, then of each, in microseconds.
import { fork } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

if (process.argv[2] === "child") {
  process.on("message", (message) => process.send(message));
} else {
  const child = fork(fileURLToPath(import.meta.url), ["child"]);
  const waiting = new Map();
  child.on("message", ({ n }) => {
    const resolve = waiting.get(n);
    waiting.delete(n);
    resolve();
  });
  let next = 0;
  const micros = (begin) => Number(process.hrtime.bigint() - begin) / 1000;
  const call = async (times, calls) => {
    for (let done = 0; done < calls; done += 1) {
      const n = (next += 1);
      const begin = process.hrtime.bigint();
      await new Promise((resolve) => {
        waiting.set(n, resolve);
        child.send({ n });
      });
      times.push(micros(begin));
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const [calls, atOnce] = line.split(" ").map(Number);
    const times = [];
    const begin = process.hrtime.bigint();
    const callers = Array.from({ length: atOnce }, () => call(times, Math.floor(calls / atOnce)));
    await Promise.all(callers);
    console.log([micros(begin), ...times].join(" "));
  }
  child.kill();
}
