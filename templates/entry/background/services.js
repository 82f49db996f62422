// The services that only later shells have (V3).

import { AIRLINE_SERVICE } from "./airline.js";
import { DATABASE_SERVICE } from "./database.js";
import { FLIGHT_SERVICE } from "./flight.js";
import { FLIGHT_LOG_SERVICE } from "./flight_log.js";
import { INDICATOR_SERVICE } from "./indicator.js";
import { DIALOG_SERVICE, PROMPT_SERVICE } from "./modal.js";
import { NOTIFY_SERVICE } from "./notify.js";
import { START_GUARDS_SERVICE } from "./start_guard.js";

/**
 * Each has its `feature` in the handshake, the `member` of `ctx` that plugins call, the methods of the shell's `ctx`
 * that it needs, and a function for each request of the plugin.
 */
const SERVICES = [
  AIRLINE_SERVICE,
  DATABASE_SERVICE,
  DIALOG_SERVICE,
  FLIGHT_SERVICE,
  FLIGHT_LOG_SERVICE,
  INDICATOR_SERVICE,
  NOTIFY_SERVICE,
  PROMPT_SERVICE,
  START_GUARDS_SERVICE,
];

/** The service with this request, if there is one. */
export const serviceWith = (method) => SERVICES.find(({ requests }) => Object.hasOwn(requests, method));

/** Whether a shell with this `ctx` has all of a service. */
export const isOffered = ({ needs, isEmpty }, ctx) => isEmpty?.(ctx) || needs.every((path) => hasMethod(ctx, path));

/** Features of the services that a shell with this `ctx` has. */
export const offeredFeatures = (ctx) =>
  SERVICES.filter((service) => isOffered(service, ctx)).map(({ feature }) => feature);

function hasMethod(ctx, path) {
  const method = path.split(".").reduce((member, name) => member?.[name], ctx);
  return typeof method === "function";
}
