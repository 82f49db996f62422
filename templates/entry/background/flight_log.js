// Entries of the plugin in the log of the flight.

export const FLIGHT_LOG_SERVICE = {
  feature: "flight-log",
  member: "ctx.flight.log",
  needs: ["flight.log.add", "flight.log.update", "flight.log.remove"],
  requests: {
    "flight_log/add": async ({ ctx }, { category, condition, message }) =>
      (await ctx.flight.log.add({ category, condition, message })) ?? null,
    async "flight_log/update"({ ctx }, { event_id: id, message }) {
      await ctx.flight.log.update(id, { message });
    },
    async "flight_log/remove"({ ctx }, { event_id: id }) {
      await ctx.flight.log.remove(id);
    },
  },
};
