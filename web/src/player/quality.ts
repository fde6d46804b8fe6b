/** Smaller versions of a stream that the server makes for whoever watches them. */
const MADE = new Set(['low', 'medium']);

/**
 * The stream to ask the server for: `door~low` is the quality `low` of `door`. Any other word, as
 * `auto` and `high`, means the camera's own stream.
 */
export function streamOf(id: string, quality: string | null): string {
  return quality !== null && MADE.has(quality) ? `${id}~${quality}` : id;
}
