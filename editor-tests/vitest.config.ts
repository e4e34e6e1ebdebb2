import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    include: ["*.test.ts"],
    // An editor starts in seconds, on a busy machine in many of them.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: "forks",
    // One editor at a time: each is several processes.
    maxWorkers: 1,
    fileParallelism: false,
  },
});
