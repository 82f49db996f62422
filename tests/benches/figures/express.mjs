// The same route as the sample plugin's, in Express.
import { createRequire } from "node:module";

const require = createRequire(process.argv[2]);
const express = require("express5");

const app = express();
const router = express.Router();
router.get("/hello/:name", (request, response) => {
  response.send(`hello ${request.params.name}`);
});
app.use("/api/sample", router);
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
