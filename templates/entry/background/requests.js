// Requests of the plugin's process, mapped onto the shell's `ctx`.

import { route } from "./routes.js";
import { CODES, LIMITS, RpcError, checkSize } from "./rpc_error.js";
import { serving, shared } from "./serving.js";

const CONFIG_KEY_BYTES = 1024;

/** The requests of a plugin. */
const REQUESTS = {
  async "config/get"(ctx, { key }) {
    const value = await ctx.config.get(key, undefined);
    // A shell may return `null` for missing values, while a stored `null` is a value.
    const found = value === null ? Object.hasOwn(await ctx.config.getAll(), key) : value !== undefined;
    return { found, value: value ?? null };
  },
  async "config/set"(ctx, { key, value }) {
    checkSize("key", key, CONFIG_KEY_BYTES);
    checkSize("value", JSON.stringify(value), LIMITS.config_value_bytes);
    await ctx.config.set(key, value);
  },
  async "config/delete"(ctx, { key }) {
    await ctx.config.delete(key);
  },
  async "config/get_all"(ctx, { after }) {
    return page(Object.entries(await ctx.config.getAll()), after);
  },
  async "ipc/handle"(ctx, { channel }) {
    const answer = async (payload) => serving().invoke(channel, payload);
    await register(`channel ${channel}`, () => ctx.ipc.handle(channel, answer));
  },
  async "ipc/remove_handler"(ctx, { channel }) {
    // A shell without this method keeps the handler, and the plugin responds that it has none.
    await ctx.ipc.removeHandler?.(channel);
  },
  async "server/register"(ctx, { prefix }) {
    await register(`prefix ${prefix}`, () => ctx.server.registerRouter(prefix, route));
  },
};
/** Requests that a session may not make once a newer one has taken over. */
const FENCED = new Set(["config/set", "config/delete", "server/register"]);

/** Handles a request of the plugin. */
export async function handleRequest({ ctx, retired }, method, params) {
  if (!Object.hasOwn(REQUESTS, method)) {
    throw new RpcError(CODES.methodNotFound, `this shell does not know the method \`${method}\``);
  }
  if (retired && FENCED.has(method)) {
    throw new RpcError(CODES.retired, "a newer generation of this plugin has taken over");
  }
  try {
    return (await REQUESTS[method](ctx, params ?? {})) ?? {};
  } catch (error) {
    if (error instanceof RpcError) throw error;
    const code = method.startsWith("config/") ? CODES.storeFailed : CODES.internal;
    throw new RpcError(code, String(error?.message ?? error));
  }
}

/** Registers a channel or a prefix. After an update, a shell may still call what the old version registered. */
async function register(what, how) {
  try {
    await how();
  } catch (error) {
    if (!shared.registered.has(what)) throw error;
  }
  shared.registered.add(what);
}

/** A part of the store that fits into one frame: at most half of it, unless one value is larger. */
function page(all, after) {
  const rest = all.filter(([key]) => after == null || key > after).sort(([a], [b]) => (a < b ? -1 : 1));
  let room = LIMITS.frame_bytes / 2;
  const end = rest.findIndex((entry, at) => (room -= Buffer.byteLength(JSON.stringify(entry))) < 0 && at > 0);
  const entries = end === -1 ? rest : rest.slice(0, end);
  return { entries: Object.fromEntries(entries), next: end === -1 ? null : entries.at(-1)[0] };
}
