// Errors of requests, and the limits of the protocol.

export const CODES = {
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  panicked: -32001,
  cancelled: -32003,
  busy: -32004,
  refused: -32005,
  storeFailed: -32006,
  retired: -32007,
  tooLarge: -32009,
  notSupported: -32010,
  upstreamFailed: -32011,
};
/** Codes of this side of the connection: no response in time, and a connection that is closed. */
export const [LATE, CLOSED] = ["late", "closed"];

export const LIMITS = { frame_bytes: 1024 * 1024, config_value_bytes: 256 * 1024 };

/** An error with a code of the protocol or of this side of the connection. */
export class RpcError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export function checkSize(part, text, limit) {
  const length = Buffer.byteLength(text);
  if (length <= limit) return;
  throw new RpcError(CODES.tooLarge, `the ${part} is ${length} bytes long, at most ${limit} are allowed`);
}
