// The place of the plugin's SQLite files.

import { resolve } from "node:path";

export const DATABASE_SERVICE = {
  feature: "database",
  member: "ctx.database",
  needs: ["database.open"],
  requests: {
    /** The shell has no other way to ask for the path, and the plugin opens the file itself. */
    async "database/path"({ ctx }, { file }) {
      const database = await ctx.database.open(file);
      try {
        // The `name` of a better-sqlite3 database is its path.
        if (typeof database?.name !== "string" || database.name === "" || database.memory) {
          throw new Error(`the shell's database \`${file}\` has no path`);
        }
        return { path: resolve(database.name) };
      } finally {
        database?.close?.();
      }
    },
  },
};
