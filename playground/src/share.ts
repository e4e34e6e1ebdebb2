/** What the page shows, as the fragment of its address: nothing is stored anywhere else. */

export interface Shared {
  readonly project: string;
  /** Files that differ from the project's own. */
  readonly files: Readonly<Record<string, string>>;
  readonly open: string;
  readonly args: string;
  readonly input: string;
}

export async function toFragment(shared: Shared): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(shared));
  const packed = await through(text, new CompressionStream("deflate-raw"));
  const characters = Array.from(packed, (byte) => String.fromCharCode(byte)).join("");
  return `#p=${btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** Null for a fragment that is none of ours, or damaged. */
export async function fromFragment(fragment: string): Promise<Shared | null> {
  const coded = /^#p=([\w-]+)$/.exec(fragment)?.[1];
  if (coded === undefined) return null;
  try {
    const characters = atob(coded.replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(characters, (one) => one.charCodeAt(0));
    const text = await through(packed, new DecompressionStream("deflate-raw"));
    return checked(JSON.parse(new TextDecoder().decode(text)));
  } catch {
    return null;
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A link may have been written by anybody. */
function checked(value: unknown): Shared | null {
  if (typeof value !== "object" || value === null) return null;
  const { project, files, open, args, input } = value as Record<string, unknown>;
  const texts = [project, open, args, input];
  if (!texts.every((one) => typeof one === "string")) return null;
  if (typeof files !== "object" || files === null) return null;
  if (!Object.values(files).every((one) => typeof one === "string")) return null;
  return value as Shared;
}
