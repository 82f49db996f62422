// Round trips over child_process.fork.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import { answerRounds } from "./calls.mjs";

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
  await answerRounds(
    ({ n }) =>
      new Promise((resolve) => {
        waiting.set(n, resolve);
        child.send({ n });
      }),
  );
  child.kill();
}
