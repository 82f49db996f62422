// Requests and notifications of the plugin's process, mapped onto the shell's `ctx`.

import { PLUGIN_ID } from "./plugin.js";
import { report } from "./report.js";
import { route } from "./routes.js";
import { CODES, LIMITS, RpcError, checkSize } from "./rpc_error.js";
import { isOffered, serviceWith } from "./services.js";
import { servingSession, shared } from "./serving.js";
import { notSupported } from "./shell.js";

const CONFIG_KEY_BYTES = 1024;

/** The requests that every shell handles (V1). Those of later shells are in `services.js`. */
const REQUESTS = {
  async "config/get"({ ctx }, { key }) {
    const config = service(ctx, "config", "get");
    const value = await config.get(key, undefined);
    // A shell may return `null` for missing values, while a stored `null` is a value.
    const found = value === null ? Object.hasOwn(await allValues(ctx), key) : value !== undefined;
    return { found, value: value ?? null };
  },
  async "config/set"({ ctx }, { key, value }) {
    checkSize("key", key, CONFIG_KEY_BYTES);
    checkSize("value", JSON.stringify(value), LIMITS.config_value_bytes);
    await service(ctx, "config", "set").set(key, value);
  },
  async "config/delete"({ ctx }, { key }) {
    await service(ctx, "config", "delete").delete(key);
  },
  async "config/get_all"({ ctx }, { after }) {
    return page(Object.entries(await allValues(ctx)), after);
  },
  async "ipc/handle"({ ctx, registered }, { channel }) {
    const ipc = service(ctx, "ipc", "handle");
    const answer = async (payload) => servingSession().invoke(channel, payload);
    await register(registered, `channel ${channel}`, () => ipc.handle(channel, answer));
  },
  async "ipc/remove_handler"({ ctx, registered }, { channel }) {
    // A shell without this method (V1, V2) keeps the handler, and the plugin responds that it has none.
    if (typeof ctx.ipc?.removeHandler !== "function") return;
    await ctx.ipc.removeHandler(channel);
    shared.registered.delete(`channel ${channel}`);
    registered.delete(`channel ${channel}`);
  },
  async "server/register"({ ctx, registered }, { prefix }) {
    const server = service(ctx, "server", "registerRouter");
    await register(registered, `prefix ${prefix}`, () => server.registerRouter(prefix, route));
  },
};
/** Requests that a session may not make once a newer one has taken over. */
const FENCED = new Set([
  "config/set",
  "config/delete",
  "server/register",
  "flight_log/add",
  "flight_log/update",
  "flight_log/remove",
  "indicator/set",
  "indicator/clear",
]);

/**
 * Handles a request of the plugin. `session.registered` has what earlier processes registered with this `ctx`. With
 * the signal, each request can be cancelled.
 */
export async function handleRequest(session, method, params, signal) {
  const { ctx, retired, shell } = session;
  const later = serviceWith(method);
  if (!later && !Object.hasOwn(REQUESTS, method)) {
    throw new RpcError(CODES.methodNotFound, `this shell does not know the method \`${method}\``);
  }
  if (later && !isOffered(later, ctx)) throw notSupported(`\`${later.member}\``, shell);
  if (retired && FENCED.has(method)) {
    throw new RpcError(CODES.retired, "a newer generation of this plugin has taken over");
  }
  // The channel belongs to the newer generation now.
  if (retired && method === "ipc/remove_handler") return {};
  try {
    const result = await unlessCancelled(signal, (later?.requests ?? REQUESTS)[method](session, params ?? {}));
    return result === undefined ? {} : result;
  } catch (error) {
    if (error instanceof RpcError) throw error;
    const reason = String(error?.message ?? error);
    if (later) throw new RpcError(CODES.internal, report(`\`${later.member}\` failed: ${reason}`));
    throw new RpcError(method.startsWith("config/") ? CODES.storeFailed : CODES.internal, reason);
  }
}

/**
 * Waits for the shell until the plugin cancels: the shell goes on then, and its result is dropped. Otherwise what the
 * shell never settles would fill the places of the requests in flight, and all further ones would be refused.
 */
function unlessCancelled(signal, result) {
  const cancelled = new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new RpcError(CODES.cancelled, "cancelled")), { once: true });
  });
  return Promise.race([result, cancelled]);
}

/** Handles a notification of the plugin. */
export function handleNotification(session, method, params) {
  if (method === "log") session.log(params.level, params.tag, params.message, params.data);
  if (method === "log/dropped") session.log("warn", "stratos", report(`${params.lines} of its log lines were dropped`));
  if (method === "ipc/send" && !session.retired) push(session, params);
}

/** Sends a push to the UI. Never fails: the shell's window may be gone. */
async function push(session, { channel, payload }) {
  try {
    await service(session.ctx, "ipc", "send").send(channel, payload);
  } catch (error) {
    const reason = error?.message ?? error;
    session.log("warn", "stratos", report(`the shell did not take a push to \`${channel}\`: ${reason}`));
  }
}

/** A service of the shell. An older shell may lack it. */
function service(ctx, name, method) {
  if (typeof ctx[name]?.[method] === "function") return ctx[name];
  throw new RpcError(
    CODES.methodNotFound,
    `this version of Stratos has no \`ctx.${name}.${method}\`, which the plugin \`${PLUGIN_ID}\` uses; update Stratos`,
  );
}

async function allValues(ctx) {
  return (await service(ctx, "config", "getAll").getAll()) ?? {};
}

/**
 * Registers a channel or a prefix, unless a process before a crash has: `registered` has what `ctx` was given.
 * After an update, a shell may still call what the old version registered, and refuse a second registration.
 */
async function register(registered, what, how) {
  if (registered.has(what)) return;
  try {
    await how();
  } catch (error) {
    if (!shared.registered.has(what)) throw error;
  }
  shared.registered.add(what);
  registered.add(what);
}

/** A part of the store that fits into one frame: at most half of it, unless one value is larger. */
function page(all, after) {
  const rest = all.filter(([key]) => after == null || key > after).sort(([a], [b]) => (a < b ? -1 : 1));
  let room = LIMITS.frame_bytes / 2;
  const end = rest.findIndex((entry, at) => (room -= Buffer.byteLength(JSON.stringify(entry))) < 0 && at > 0);
  const entries = end === -1 ? rest : rest.slice(0, end);
  return { entries: Object.fromEntries(entries), next: end === -1 ? null : entries.at(-1)[0] };
}
