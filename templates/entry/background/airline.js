// The airline that the pilot is bound to, and requests to its API, which the shell makes with the pilot's token.

import { report } from "./report.js";
import { CODES, RpcError, checkSize } from "./rpc_error.js";
import { notSupported } from "./shell.js";

const BODY_BYTES = 512 * 1024;
/** Methods of the shell's client, and whether they have a body. Seen in plugins: get, post and patch (V3). */
const METHODS = { GET: false, POST: true, PUT: true, PATCH: true, DELETE: false };

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
    async "airline/call"(session, { method, path, body }) {
      requirePath(path);
      const client = await session.ctx.airline?.createClient();
      if (!client) throw new RpcError(CODES.notSupported, report("`ctx.airline`: the pilot is bound to no airline"));
      const send = Object.hasOwn(METHODS, method) && client[method.toLowerCase()];
      if (typeof send !== "function") throw notSupported(`method ${method} in \`ctx.airline\``, session.shell);
      const hasBody = METHODS[method];
      if (body !== undefined && !hasBody) throw notSupported(`body of a ${method} in \`ctx.airline\``, session.shell);
      return answerOf(await responseTo(session, () => send.call(client, path, ...(hasBody ? [body] : []))));
    },
  },
};

/** The response of any status: a client like axios rejects those beyond 299, with the response in the error. */
async function responseTo({ ctx }, send) {
  let response;
  try {
    response = await send();
  } catch (error) {
    response = error?.response;
    if (!response) throw upstreamFailed(withoutToken(ctx, String(error?.message ?? error)));
  }
  if (!Number.isInteger(response?.status)) throw upstreamFailed("the response has no status");
  return response;
}

function answerOf({ status, data }) {
  const body = data === undefined || data === "" ? null : data;
  checkSize("body of the airline's answer", JSON.stringify(body) ?? "", BODY_BYTES);
  return { status, body };
}

const upstreamFailed = (reason) =>
  new RpcError(CODES.upstreamFailed, report(`\`ctx.airline\`: the airline's API could not be asked: ${reason}`));

/** An error of an HTTP library may quote the headers of the request, and the plugin may log it. */
function withoutToken(ctx, text) {
  const token = ctx.auth?.getToken?.();
  const cut = text.replace(/\bBearer\s+\S+/gi, "Bearer <token>");
  return token ? cut.replaceAll(token, "<token>") : cut;
}

/** A path that leads to another server would give it the pilot's token. */
function requirePath(path) {
  const [location] = String(path).split("?");
  const isParent = (segment) => segment.toLowerCase().replaceAll("%2e", ".") === "..";
  if (/^\/(?!\/)[!-~]*$/.test(path) && !/[\\#]/.test(path) && !location.split("/").some(isParent)) return;
  const rule = "it begins with one `/`, has no `..`, and everything beyond ASCII is percent-encoded";
  throw new RpcError(CODES.invalidParams, `\`${String(path).slice(0, 200)}\` is no path of the airline's API: ${rule}`);
}
