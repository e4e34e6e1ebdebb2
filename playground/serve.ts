/**
 * `npm run playground`: builds the page and hands its files out on the loopback interface, and nothing
 * else. Any server of static files will do instead; with the two headers below, workers may share memory
 * with the page, and an analysis that is out of date is cancelled instead of run to its end.
 */
import { createReadStream, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { buildModule, buildPage } from "./build.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
};

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cache-Control": "no-cache",
};

/** Serves a folder; gives the server and its address. */
export async function serveFolder(
  folder: string,
  port: number,
): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    // What climbs out of the folder is brought back to it.
    const path = join(folder, normalize(decodeURIComponent(pathname)));
    const file = pathname.endsWith("/") ? join(path, "index.html") : path;
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) {
      response.writeHead(404, HEADERS).end();
      return;
    }
    response.writeHead(200, {
      ...HEADERS,
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Length": found.size,
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = await buildPage();
  for (const name of process.argv.slice(2)) buildModule(name);
  const { address } = await serveFolder(out, Number(process.env["PORT"] ?? 8080));
  console.log(`The playground is at ${address}`);
}
