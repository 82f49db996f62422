// Tests of the probe of `cargo stratos doctor --app`, in a shell on Express 4 and on Express 5.
//
// `PROBE` is the folder of the probe's template.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const PROBE = process.env.PROBE ?? assert.fail("PROBE must be the folder of the probe's template");
const SHELL = fileURLToPath(new URL("doctor-shell.mjs", import.meta.url));
// In the home folder, whose path must not be in an answer.
const root = mkdtempSync(join(homedir(), ".stratos doctor "));
after(() => rmSync(root, { recursive: true, maxRetries: 5 }));

for (const [version, parse] of [["4", false], ["5", true]]) {
  test(`the probe answers its questions on Express ${version}, ${parse ? "with" : "without"} a parser`, async () => {
    const probe = join(root, version, "plugins", "stratos-doctor");
    const data = join(root, version, "plugins-data", "stratos-doctor");
    cpSync(PROBE, probe, { recursive: true });
    const settings = { answers: join(data, "answers.json") };
    writeFileSync(join(probe, "background", "settings.json"), JSON.stringify(settings));
    const read = () => readFileSync(settings.answers, "utf8");
    for (const start of [1, 2]) {
      const { status, stderr } = spawnSync(process.execPath, [SHELL, probe, version, parse ? "parse" : ""], { encoding: "utf8" });
      assert.equal(status, 0, stderr);
      const { starts, "config-survives": survives } = JSON.parse(read());
      assert.equal(starts, start);
      assert.deepEqual(survives, start === 1 ? undefined : { kept: true });
      for (const end = Date.now() + 20_000; !existsSync(join(data, "lifeline-ended")); await sleep(10)) {
        assert.ok(Date.now() < end, "the child process notices the end");
      }
    }

    const answers = JSON.parse(read());
    assert.ok(!read().includes("secret-of-the-pilot"), "the token is in no answer");
    assert.ok(!read().includes(JSON.stringify(homedir()).slice(1, -1)), "the home folder is in no answer");
    const failed = Object.entries(answers).filter(([, answer]) => answer?.failed);
    assert.deepEqual(failed.map(([id]) => id), ["user-data"], "there is no Electron here");
    assert.deepEqual(answers.exports, { taken: "default", arguments: 1 });
    assert.equal(answers["process-type"].mainThread, true);
    assert.deepEqual(answers["data-folder"], { existed: false, isWritable: true });
    assert.deepEqual(answers["config-missing"], { without: "undefined", withDefault: "default" });
    assert.deepEqual(answers["config-types"], { changed: [], deleted: "undefined", all: "object" });
    assert.equal(answers["second-handler"].refused, true);
    assert.deepEqual(answers.auth, { isAuthenticated: "boolean", getToken: "string", isPromise: false });
    assert.equal(answers["context-members"].config.get, "function");
    const path = "/see/a%20b?x=1";
    const { status, seen } = answers["router-function"];
    assert.equal(status, 200);
    assert.deepEqual([seen.url, seen.originalUrl, seen.baseUrl], [path, `/api/stratos-doctor${path}`, "/api/stratos-doctor"]);
    assert.equal(answers["body-json"].seen.parsed, parse ? "object" : "undefined");
    assert.equal(answers["body-json"].seen.unread, parse ? 0 : 7);
    assert.equal(answers["body-bytes"].seen.unread, 5);
    assert.equal(answers["second-router"].seen.router, "first");
    assert.equal(answers["child-process"].runs, true);
    assert.equal(answers["temporary-folder"].runs, true);
    assert.ok(answers.stop.milliseconds > 0, "it measures how long it may take");
    assert.deepEqual(answers.stop.arguments, ["object"]);
    assert.deepEqual(answers["exit-event"], { seen: true });
  });
}

test("answers are written beside the probe where there can be no data folder", () => {
  const probe = join(root, "beside", "plugins", "stratos-doctor");
  cpSync(PROBE, probe, { recursive: true });
  // A file where the folder would be.
  writeFileSync(join(root, "beside", "plugins-data"), "");
  const settings = { answers: join(root, "beside", "plugins-data", "stratos-doctor", "answers.json"), port: 1 };
  writeFileSync(join(probe, "background", "settings.json"), JSON.stringify(settings));
  const module = pathToFileURL(join(probe, "background", "index.js"));
  const stop = `import("${module}").then((plugin) => { plugin.onStop(); process.exit(); })`;
  spawnSync(process.execPath, ["-e", stop]);
  const answers = JSON.parse(readFileSync(join(probe, "background", "answers.json"), "utf8"));
  assert.deepEqual(answers.stop.from, "named");
});

test("a file for the answers that cannot be written is no error in the app", () => {
  const probe = join(root, "full", "plugins", "stratos-doctor");
  cpSync(PROBE, probe, { recursive: true });
  const settings = { answers: join(root, "full", "answers.json"), port: 1 };
  writeFileSync(join(probe, "background", "settings.json"), JSON.stringify(settings));
  const script = `
    const { mkdirSync, rmSync } = await import("node:fs");
    const plugin = await import("${pathToFileURL(join(probe, "background", "index.js"))}");
    const file = ${JSON.stringify(settings.answers)};
    rmSync(file);
    mkdirSync(file);
    await plugin.onResume({});`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});
