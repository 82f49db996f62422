// Timeouts of a plugin's process, in milliseconds.

/** `exit` is the part of `stop` in which the process may exit by itself. `airline` is that of a request to its API. */
export const TIMEOUTS = {
  hello: 5000,
  start: 30_000,
  stop: 5000,
  exit: 500,
  terminate: 2000,
  auth: 2000,
  startGuard: 5000,
  airline: 25_000,
  response: 30_000,
};

/** The promise's value, or `undefined` after the timeout. */
export function within(promise, milliseconds) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
