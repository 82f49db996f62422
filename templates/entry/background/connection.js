// A connection to the plugin's process: JSON-RPC 2.0 in both directions, one message a line.

import { readLines } from "./lines.js";
import { CLOSED, CODES, LATE, LIMITS, RpcError, checkSize } from "./rpc_error.js";

const REQUESTS_IN_FLIGHT = 256;
/** Characters of an error's message, so that each error fits into a frame. */
const ERROR_LENGTH = 8 * 1024;

/** A JSON-RPC 2.0 peer, one message a line. `handler` receives requests and notifications. */
export class Connection {
  #socket;
  #waiting = new Map();
  #lastId = 0;
  /** Requests of the plugin in flight: what cancels them, by their ids. */
  #inFlight = new Map();
  #failure;

  constructor(socket) {
    this.#socket = socket;
    const tooLong = () => this.#fail(new Error(`a line is longer than ${LIMITS.frame_bytes} bytes`));
    const receive = (line) => {
      try {
        if (!socket.destroyed) this.#receive(line);
      } catch (error) {
        this.#fail(error);
      }
    };
    readLines(socket, LIMITS.frame_bytes, receive, tooLong);
    // A connection broken by the plugin's exit is not reported separately.
    socket.on("error", () => {});
    socket.once("close", () => {
      for (const { reject } of this.#waiting.values()) reject(new RpcError(CLOSED, "the connection is closed"));
      this.handler.closed(this.#failure);
    });
  }

  /** Closes the connection after all queued messages are written. */
  close() {
    this.#socket.end();
  }

  /** Size of the messages that wait because the plugin does not read. */
  get queuedBytes() {
    return this.#socket.writableLength;
  }

  /** Sends a request. Without a deadline in milliseconds, the answer may take until the connection closes. */
  async call(method, params, deadline) {
    if (!this.#socket.writable) throw new RpcError(CLOSED, "the connection is closed");
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const giveUp = () => {
      this.#waiting.get(id)?.reject(new RpcError(LATE, `no answer within ${deadline / 1000} s`));
      this.#send({ method: "cancel", params: { id } });
    };
    const late = deadline && setTimeout(giveUp, deadline);
    try {
      this.#send({ id, method, params });
      return await answer;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
    }
  }

  #receive(line) {
    const { jsonrpc, id, method, params, result, error } = parse(line);
    if (jsonrpc !== "2.0" || (method ?? id) === undefined) throw new Error("a line is no message");
    if (method !== undefined && id !== undefined) this.#serve(id, method, params).catch((error) => this.#fail(error));
    else if (method === "cancel") this.#inFlight.get(params?.id)?.abort();
    else if (method !== undefined) this.handler.notification(method, params ?? {});
    else if (error) this.#waiting.get(id)?.reject(new RpcError(error.code, error.message));
    else this.#waiting.get(id)?.resolve(result);
  }

  async #serve(id, method, params) {
    if (this.#inFlight.has(id)) throw new Error(`two requests in flight have the id ${id}`);
    const cancellation = new AbortController();
    this.#inFlight.set(id, cancellation);
    try {
      if (this.#inFlight.size > REQUESTS_IN_FLIGHT) throw new RpcError(CODES.busy, "too many requests are in flight");
      this.#send({ id, result: await this.handler.request(method, params, cancellation.signal) });
    } catch ({ code = CODES.internal, message }) {
      this.#send({ id, error: { code, message: message.slice(0, ERROR_LENGTH) } });
      if (code === CODES.refused) this.close();
    } finally {
      this.#inFlight.delete(id);
    }
  }

  #fail(error) {
    this.#socket.destroy((this.#failure ??= error));
  }

  #send(message) {
    const line = JSON.stringify({ jsonrpc: "2.0", ...message });
    checkSize("message", line, LIMITS.frame_bytes);
    if (this.#socket.writable) this.#socket.write(`${line}\n`);
  }
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`a line is no JSON: ${line.slice(0, 100)}`);
  }
}
