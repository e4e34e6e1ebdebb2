/** File URIs and paths, without Node: a web worker has to do this too. */

export function pathOf(uri: string): string {
  const match = /^[a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?(.*)$/i.exec(uri);
  const path = decodeURIComponent(match === null ? uri : match[1]!);
  return /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
}

export function uriOf(path: string): string {
  const absolute = path.startsWith("/") ? path : `/${path}`;
  const escaped = absolute.split("/").map(encodeURIComponent).join("/").replaceAll("%3A", ":");
  return `file://${escaped}`;
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}
