// Lines of a stream of bytes.

/** Calls `take(line, cut)` for each line; lines are cut to `limit` bytes, with `cut` bytes missing. */
export function readLines(stream, limit, take, tooLong = () => {}) {
  let [parts, length, cut] = [[], 0, 0];
  const push = (bytes) => {
    const kept = bytes.subarray(0, limit - length);
    if (kept.length > 0) parts.push(kept); // An empty part would keep its whole chunk in memory.
    length += kept.length;
    cut += bytes.length - kept.length;
    if (cut > 0) tooLong();
  };
  const flush = () => {
    const line = [Buffer.concat(parts).toString(), cut];
    [parts, length, cut] = [[], 0, 0];
    take(...line);
  };
  stream.on("data", (chunk) => {
    let from = 0;
    for (let at; (at = chunk.indexOf("\n", from)) !== -1; from = at + 1) {
      push(chunk.subarray(from, at));
      flush();
    }
    push(chunk.subarray(from));
  });
  stream.on("end", () => length > 0 && flush());
}
