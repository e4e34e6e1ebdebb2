/** Debian's Chromium, driven by playwright-core; screenshots go to `docs/editor`, or out/editor-tests. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** `BLESS=1` renews the pictures of the documentation; otherwise they are for whoever looks into a failure. */
const PICTURES = join(ROOT, process.env["BLESS"] === "1" ? "docs/editor" : "out/editor-tests");

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** What `probe` gives as soon as it is not null. It is asked again until then, for `seconds` at most. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | null> | T | null,
  seconds = 30,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await probe();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
