/**
 * `wright` as Node runs it from its sources. Reading those, types and all, is a third of a short command;
 * Node remembers what came of it, if it is told to before it reads them. So nothing is imported
 * here but what says where.
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { cacheFolder } from "./install.ts";

enableCompileCache(join(cacheFolder(), "node"));
await import("./command-line.ts");
