// Toasts and sounds.

export const NOTIFY_SERVICE = {
  feature: "notify",
  member: "ctx.notify",
  needs: ["notify.toast", "notify.playSound", "notify.playCustomSound"],
  requests: {
    /** The arguments of `toast` and `playSound` are assumed: an object as `setIndicator` has, and a name. */
    async "notify/toast"({ ctx }, { kind, message }) {
      await ctx.notify.toast({ type: kind, message });
    },
    async "notify/play_sound"({ ctx }, { sound }) {
      await ctx.notify.playSound(...(sound == null ? [] : [sound]));
    },
    async "notify/play_custom_sound"({ ctx }, { path }) {
      await ctx.notify.playCustomSound(path);
    },
  },
};
