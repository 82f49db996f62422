// The route and the channel of the sample plugin, as a background module in JavaScript.
export default {
  onStart(ctx) {
    const router = ctx.express.Router();
    router.get("/hello/:name", (request, response) => {
      response.send(`hello ${request.params.name}`);
    });
    ctx.server.registerRouter("/api/sample", router);
    ctx.ipc.handle("echo", async (payload) => payload);
  },
  onStop() {},
};
