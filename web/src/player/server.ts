/** Where the server is: what an attribute says, else where this module came from. */
export function serverOf(attribute: string | null): URL {
  if (attribute) return withSlash(new URL(attribute, document.baseURI));
  return serverOfModule(import.meta.url);
}

/** The address under which `/static/` of a module's address lies; a proxy may put a path before. */
export function serverOfModule(module: string): URL {
  const url = new URL(module);
  const at = url.pathname.lastIndexOf('/static/');
  const path = at < 0 ? '/' : url.pathname.slice(0, at + 1);
  return new URL(path, url.origin);
}

function withSlash(url: URL): URL {
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
