// The process of the plugin: its output, its exit, and its end.

import { programEnvironment } from "./environment.js";
import { launch } from "./launch.js";
import { readLines } from "./lines.js";
import { removeOtherCopies } from "./program_copy.js";
import { TIMEOUTS, within } from "./timeouts.js";

const WINDOWS = process.platform === "win32";
const LINE_BYTES = 8 * 1024;
/** Number and length of the last lines that the report of a crash repeats. */
const LAST_LINES = { count: 3, length: 200 };

/**
 * The processes of all plugins, which end with this process or thread.
 *
 * The shell may exit without a call of `onStop`, at a logoff for example. Standard input, whose end ends the
 * program, covers what this does not: a shell that is killed, and a thread that is terminated.
 */
const processes = (globalThis[Symbol.for("stratos-rust-plugins")] ??= killAtExit(new Set()));

function killAtExit(running) {
  process.on("exit", () => running.forEach((plugin) => plugin.kill()));
  return running;
}

/** A running process. `exited` resolves with how it ended. */
export class PluginProcess {
  exited;
  #child;
  #copy;
  #lastLines = [];

  /** `log` is called with level, source and text for each line of output. */
  static async start(variables, log) {
    const { child, copy } = await launch({
      // A process group of its own can be killed with all child processes of the plugin.
      detached: !WINDOWS,
      windowsHide: true,
      env: programEnvironment(process.env, { ...variables, STRATOS_HOST_PID: String(process.pid) }),
    });
    return new PluginProcess(child, copy, log);
  }

  constructor(child, copy, log) {
    this.#child = child;
    this.#copy = copy;
    processes.add(this);
    // Held open: its end tells the plugin that the shell has exited.
    child.stdin.on("error", () => {});
    child.on("error", () => {});
    for (const [output, level, tag] of [[child.stdout, "info", "stdout"], [child.stderr, "warn", "stderr"]]) {
      readLines(output, LINE_BYTES, (line, cut) => {
        const text = line.replace(/\r$/, "") + (cut ? `... (${cut} more bytes)` : "");
        this.#lastLines = [...this.#lastLines, text.slice(0, LAST_LINES.length)].slice(-LAST_LINES.count);
        log(level, tag, text);
      });
    }
    this.exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#signal("SIGKILL"); // What it started and left behind ends now.
        processes.delete(this);
        const how = signal ? `was ended by ${signal}` : `exited with code ${code}`;
        // Output is logged before the exit; a child process may hold the pipes open.
        within(new Promise((closed) => child.once("close", closed)), 200).then(() => resolve(how));
      });
    });
  }

  /** The end of its output, for reports. */
  get lastLines() {
    return this.#lastLines.length === 0 ? "" : `; its last lines: ${this.#lastLines.join(" | ")}`;
  }

  /** Waits until the process has exited, and forces it if it does not. */
  async end() {
    if (await within(this.exited, TIMEOUTS.exit)) return;
    this.#signal("SIGTERM");
    if (!(await within(this.exited, TIMEOUTS.terminate))) this.kill();
    await this.exited;
  }

  kill() {
    this.#signal("SIGKILL");
  }

  /** Removes copies of older programs. */
  async removeOtherCopies() {
    if (this.#copy !== undefined) await removeOtherCopies(this.#copy);
  }

  #signal(name) {
    try {
      if (WINDOWS) this.#child.kill(name);
      else process.kill(-this.#child.pid, name);
    } catch {
      // It has exited.
    }
  }
}
