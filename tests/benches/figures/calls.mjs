// The round trips that a benchmark asks for on standard input. Each line is the number of calls and how many of them are
// in flight at once; the answer is the time of all, then of each, in microseconds.
import { createInterface } from "node:readline";

/** Answers the lines of standard input until its end. `call` is one round trip with the payload `{ n }`. */
export async function answerRounds(call) {
  const micros = (begin) => Number(process.hrtime.bigint() - begin) / 1000;
  let next = 0;
  const repeat = async (times, calls) => {
    for (let done = 0; done < calls; done += 1) {
      const begin = process.hrtime.bigint();
      await call({ n: (next += 1) });
      times.push(micros(begin));
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const [calls, atOnce] = line.split(" ").map(Number);
    const times = [];
    const begin = process.hrtime.bigint();
    await Promise.all(Array.from({ length: atOnce }, () => repeat(times, Math.floor(calls / atOnce))));
    console.log([micros(begin), ...times].join(" "));
  }
}
