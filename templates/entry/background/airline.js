// The airline that the pilot is bound to, and requests to its API, which the shell makes with the pilot's token.

import { report } from "./report.js";
import { CODES, RpcError, checkSize } from "./rpc_error.js";
import { notSupported } from "./shell.js";
import { TIMEOUTS } from "./timeouts.js";

const BODY_BYTES = 512 * 1024;
/** Methods of the shell's client, and whether they have a body. Seen in plugins: get, post and patch (V3). */
const METHODS = { GET: false, POST: true, PUT: true, PATCH: true, DELETE: false };
const MASK = "[redacted]";
/** Tokens after `Bearer`. In a body, what is too short for a token is a word of a sentence. */
const [IN_ERRORS, IN_BODIES] = [/\b(Bearer\s+)\S+/gi, /\b(Bearer\s+)[\w.~+/-]{20,}=*/gi];

export const AIRLINE_SERVICE = {
  feature: "airline",
  member: "ctx.airline",
  needs: ["airline.createClient"],
  /** Assumed: a shell has `null` there while the pilot is bound to no airline. */
  isEmpty: ({ airline }) => airline === null,
  requests: {
    "airline/get"({ ctx: { airline } }) {
      const { id, name, base_url: baseUrl } = airline ?? {};
      // Assumed: the airline has the fields that it has in the UI (V3).
      if (name == null && baseUrl == null) return null;
      return { id: id == null ? null : String(id), name: String(name ?? ""), base_url: String(baseUrl ?? "") };
    },
    async "airline/call"(session, call) {
      requirePath(call.path);
      const { ctx } = session;
      // The shell may replace the token meanwhile.
      const before = tokenOf(ctx);
      const maskOf = (bearer) => newMask([before, tokenOf(ctx)], bearer);
      try {
        const { status, data } = await inTime(responseTo(session, call));
        return { status, body: bodyOf(data, maskOf(IN_BODIES)) };
      } catch (error) {
        if (error instanceof RpcError) throw error;
        throw upstreamFailed(`could not be asked: ${maskOf(IN_ERRORS)(String(error?.message ?? error))}`);
      }
    },
  },
};

/** The response of any status: a client like axios rejects those beyond 299, with the response in the error. */
async function responseTo(session, { method, path, body }) {
  const client = await clientOf(session);
  if (!client) throw new RpcError(CODES.notSupported, report("`ctx.airline`: the pilot is bound to no airline"));
  const send = Object.hasOwn(METHODS, method) && client[method.toLowerCase()];
  if (typeof send !== "function") throw notSupported(`method ${method} in \`ctx.airline\``, session.shell);
  const hasBody = METHODS[method];
  if (body !== undefined && !hasBody) throw notSupported(`body of a ${method} in \`ctx.airline\``, session.shell);
  let response;
  try {
    response = await send.call(client, path, ...(hasBody ? [body] : []));
  } catch (error) {
    response = error?.response;
    if (!response) throw error;
  }
  if (!Number.isInteger(response?.status)) throw new Error("the response has no status");
  return response;
}

/**
 * The client of the bound airline. All requests share it, because it refreshes the login once for those that are
 * refused at a time. Assumed: it reads the login and the base URL for each request, as the client of the UI does (V3).
 */
function clientOf({ ctx: { airline }, airlineClients: clients }) {
  if (!airline) return undefined;
  if (!clients.has(airline)) {
    const created = inTime((async () => airline.createClient())());
    clients.set(airline, created);
    const forget = () => clients.delete(airline);
    created.then((client) => client || forget(), forget);
  }
  return clients.get(airline);
}

/** Fails if an airline takes too long: its request would fill the place of another one forever. */
function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    const fail = () => reject(upstreamFailed(`has not answered within ${TIMEOUTS.airline / 1000} s`));
    timer = setTimeout(fail, TIMEOUTS.airline).unref();
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The body of a response without the tokens that a server may repeat, also in the names of its objects. */
function bodyOf(data, mask) {
  const text = JSON.stringify(data === "" ? null : data) ?? "null";
  checkSize("body of the airline's answer", text, BODY_BYTES);
  return JSON.parse(text, (_, value) => {
    if (typeof value === "string") return mask(value);
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [mask(name), member]));
  });
}

const upstreamFailed = (what) =>
  new RpcError(CODES.upstreamFailed, report(`\`ctx.airline\`: the airline's API ${what}`));

const tokenOf = (ctx) => ctx.auth?.getToken?.();

/**
 * A function that replaces the tokens in a text, since the plugin may log it: an error of an HTTP library may quote the
 * headers of the request. `bearer` finds tokens that the entry does not know.
 */
function newMask(known, bearer) {
  const tokens = known.filter((token) => typeof token === "string" && token !== "");
  tokens.sort((a, b) => b.length - a.length); // One may be the beginning of the other.
  return (text) => tokens.reduce((left, token) => left.replaceAll(token, MASK), text).replace(bearer, `$1${MASK}`);
}

/** A path that leads to another server would give it the pilot's token. */
function requirePath(path) {
  const [location] = String(path).split("?");
  const isParent = (segment) => segment.toLowerCase().replaceAll("%2e", ".") === "..";
  if (/^\/(?!\/)[!-~]*$/.test(path) && !/[\\#]/.test(path) && !location.split("/").some(isParent)) return;
  const rule = "it begins with one `/`, has no `..`, and everything beyond ASCII is percent-encoded";
  throw new RpcError(CODES.invalidParams, `\`${String(path).slice(0, 200)}\` is no path of the airline's API: ${rule}`);
}
