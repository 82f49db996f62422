// Round trips over child_process.fork, one after the other, as the benchmark asks on the IPC channel.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

if (process.argv[2] === "child") {
  process.on("message", (message) => process.send(message));
} else {
  const count = Number(process.argv[2]);
  const child = fork(fileURLToPath(import.meta.url), ["child"]);
  const times = [];
  for (let n = 0; n < count; n += 1) {
    const begin = process.hrtime.bigint();
    await new Promise((resolve) => {
      child.once("message", resolve);
      child.send({ n });
    });
    times.push(Number(process.hrtime.bigint() - begin) / 1000);
  }
  child.kill();
  times.sort((a, b) => a - b);
  console.log(times[Math.floor(count / 2)], times[Math.floor((count * 99) / 100)]);
}
