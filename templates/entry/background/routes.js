// HTTP requests of the shell's server, which are forwarded to the plugin.

import http from "node:http";

import { report } from "./report.js";
import { servingSession, shared } from "./serving.js";

/** Hop-by-hop headers, and `expect`, which the shell's server has answered. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
];

/** Headers that a client cannot declare to be hop-by-hop: without them a plugin reads another request. */
const END_TO_END = ["content-length", "host", "origin"];

/** The Express router of a prefix, which forwards each request to the plugin. */
export async function route(req, res) {
  if (!shared.session) return fail(req, res, 503, report("it is not running"));
  try {
    await shared.session.syncLogin();
    // The client may have given up meanwhile.
    if (!res.destroyed) forward(servingSession(), req, res);
  } catch (error) {
    fail(req, res, 500, error.message);
  }
}

/** Streams both ways, with the full path, because the plugin's routers know their prefixes. */
function forward({ http: socketPath, agent }, req, res) {
  const headers = endToEnd(req.headersDistinct);
  const body = parsedBody(req);
  if (body !== undefined) {
    headers["content-length"] = String(Buffer.byteLength(body));
    delete headers["content-encoding"];
  } else if (req.headers["transfer-encoding"] !== undefined) {
    headers["transfer-encoding"] = "chunked"; // Node itself would not say so for a DELETE.
  }
  const target = { socketPath, agent, method: req.method, path: req.originalUrl ?? req.url, headers };
  const upstream = http.request(target, (answer) => {
    try {
      res.writeHead(answer.statusCode, answer.statusMessage, endToEnd(answer.headersDistinct));
      answer.on("error", () => res.destroy()).pipe(res);
    } catch (error) {
      upstream.destroy(error); // The shell has responded itself, or Node refuses to send this head.
    }
  });
  upstream.on("error", (error) => fail(req, res, 502, report(`it did not answer: ${error.message}`)));
  // The client may close the connection before the response is complete; the plugin's handler is dropped then.
  res.on("close", () => res.writableFinished || upstream.destroy());
  if (body === undefined) req.pipe(upstream);
  else upstream.end(body);
}

function endToEnd(headers) {
  const named = String(headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named.filter((name) => !END_TO_END.includes(name))]);
  const kept = Object.entries(headers).filter(([name]) => !dropped.has(name));
  return Object.fromEntries(kept.map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

/**
 * The body, if a parser of the shell has read it already; otherwise `undefined`.
 *
 * JSON is serialized again: the same value, not the same bytes. Numbers are JavaScript's, and of equal
 * names in an object the last one is kept. A parsed form cannot be restored.
 */
function parsedBody(req) {
  const type = req.headers["content-type"] ?? "";
  if (!req.readableEnded) return undefined;
  if (req.body === undefined || req.headers["content-length"] === "0") return "";
  if (Buffer.isBuffer(req.body)) return req.body;
  if (/^[^;]*[/+]json *(;|$)/i.test(type)) return JSON.stringify(req.body);
  if (typeof req.body === "string") return req.body;
  throw new Error(`the shell has read the body of this request, and ${type} cannot be written anew`);
}

function fail(req, res, status, error) {
  req.unpipe().resume(); // The rest of the body would stand in the way of the next request.
  if (res.headersSent) return res.destroy();
  // A head of the plugin that Node has refused may have been set in part.
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) res.removeHeader(name);
  const headers = { "content-type": "application/json" };
  res.writeHead(status, http.STATUS_CODES[status], headers).end(JSON.stringify({ error }));
}
