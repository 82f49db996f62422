// The handshake: identity of the process, protocol version and features.

import { timingSafeEqual } from "node:crypto";

import { PLUGIN_ID } from "./plugin.js";
import { LIMITS } from "./rpc_error.js";
import { offeredFeatures } from "./services.js";

const PROTOCOL = { major: 1, minor: 1 };
const HOST = { name: "stratos-node-entry", version: "0.1.0" };
const FEATURES = ["http", "resume"];

/** The reason to refuse a plugin with a valid nonce, if there is one. */
export function objection(method, hello) {
  if (method !== "hello") return `its first message is a \`${method}\` request, not \`hello\``;
  const { protocol, plugin, features } = hello;
  if (!Number.isInteger(protocol?.major)) return malformed("protocol.major", "a whole number");
  if (protocol.major !== PROTOCOL.major) {
    return `it speaks protocol ${protocol.major}, this shell speaks ${PROTOCOL.major}`;
  }
  if (!Number.isInteger(protocol.minor)) return malformed("protocol.minor", "a whole number");
  if (!Array.isArray(features)) return malformed("features", "a list");
  if (plugin?.id !== PLUGIN_ID) return `it says that it is the plugin \`${plugin?.id}\`, not \`${PLUGIN_ID}\``;
}

const malformed = (member, kind) => `its \`hello\` request is malformed: \`${member}\` is not ${kind}`;

/** Grants what this entry can do with the `ctx` of this shell. */
export function welcome({ protocol, features }, { ctx, shell }) {
  const known = [...FEATURES, ...offeredFeatures(ctx)];
  return {
    protocol: { major: PROTOCOL.major, minor: Math.min(PROTOCOL.minor, protocol.minor) },
    host: HOST,
    features: features.filter((feature) => known.includes(feature)),
    limits: LIMITS,
    ...(shell && { shell }),
  };
}

export function isSameSecret(given, secret) {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
