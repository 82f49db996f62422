// The badge beside the plugin's entry in the sidebar.

export const INDICATOR_SERVICE = {
  feature: "indicator",
  member: "ctx.indicator",
  needs: ["plugin.setIndicator", "plugin.clearIndicator"],
  requests: {
    async "indicator/set"({ ctx }, { kind, tooltip, dismiss_on_open: dismissOnOpen = false }) {
      await ctx.plugin.setIndicator({ type: kind, ...(tooltip != null && { tooltip }), dismissOnOpen });
    },
    async "indicator/clear"({ ctx }) {
      await ctx.plugin.clearIndicator();
    },
  },
};
