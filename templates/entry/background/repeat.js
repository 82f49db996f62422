// Operations that fail for a moment while another program holds a file.

import { setTimeout as delay } from "node:timers/promises";

const PERIOD = 2000;
const PAUSE = 50;
/** A file that is being written, and on Windows one that an antivirus program scans. */
const BUSY = ["EBUSY", "EPERM", "ETXTBSY", ...(process.platform === "win32" ? ["EACCES"] : [])];

/** Repeats an operation on a file for up to two seconds while the file is busy. */
export async function repeatWhileBusy(operation) {
  for (const end = Date.now() + PERIOD; ; await delay(PAUSE)) {
    try {
      return await operation();
    } catch (error) {
      if (!BUSY.includes(error.code) || Date.now() > end) throw error;
    }
  }
}
