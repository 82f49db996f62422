// The flight, its phases, simulator data and landings.

import { EventQueue } from "./event_queue.js";
import { CODES, RpcError } from "./rpc_error.js";

/** The kinds of events: how the shell is asked for them, and the requests that the plugin is sent. */
const TOPICS = {
  updates: { subscribe: "onUpdate", method: "flight/updated", params: (state) => ({ state }) },
  phase_changes: { subscribe: "onPhaseChange", method: "flight/phase_changed", params: (phase) => ({ phase }) },
  sim_data: {
    subscribe: "onSimData",
    method: "flight/sim_data",
    params: (snapshot, number) => ({ number, snapshot }),
    newestOnly: true,
  },
  landings: { subscribe: "onLanding", method: "flight/landed", params: (event) => ({ event: landingEvent(event) }) },
};

export const FLIGHT_SERVICE = {
  feature: "flight",
  member: "ctx.flight",
  needs: [
    "flight.getState",
    "flight.getPhase",
    "flight.getSnapshot",
    "flight.getLandingReport",
    ...Object.values(TOPICS).map(({ subscribe }) => `flight.${subscribe}`),
  ],
  requests: {
    "flight/state": async ({ ctx }) => (await ctx.flight.getState()) ?? {},
    "flight/phase": async ({ ctx }) => (await ctx.flight.getPhase()) ?? {},
    "flight/snapshot": async ({ ctx }) => (await ctx.flight.getSnapshot()) ?? null,
    "flight/landing_report": async ({ ctx }) => (await ctx.flight.getLandingReport()) ?? null,
    "flight/subscribe"(session, { topic }) {
      const kind = topicNamed(topic);
      session.bindings.add(bindingOf(topic), () => {
        const queue = new EventQueue(session, { member: FLIGHT_SERVICE.member, ...kind });
        const unsubscribe = session.ctx.flight[kind.subscribe]((event) => queue.push(event));
        return () => {
          queue.close();
          if (typeof unsubscribe === "function") unsubscribe();
        };
      });
    },
    "flight/unsubscribe"({ bindings }, { topic }) {
      topicNamed(topic);
      bindings.remove(bindingOf(topic));
    },
  },
};

const bindingOf = (topic) => `the subscription to ${topic}`;

function topicNamed(topic) {
  if (Object.hasOwn(TOPICS, topic)) return TOPICS[topic];
  const topics = Object.keys(TOPICS).join(", ");
  throw new RpcError(CODES.invalidParams, `there are no flight events \`${topic}\`; there are ${topics}`);
}

/**
 * A landing event. Assumed: the shell's callback gets an object whose `type` is the documented kind: touchdown, bounce
 * or settled. Its form is not stated, so anything else is passed on as the value of an event of unknown kind.
 */
function landingEvent(given) {
  return typeof given?.type === "string" ? given : { type: "unknown", value: given };
}
