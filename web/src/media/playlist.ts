const PART_TAGS = /^#EXT-X-(?:PART|PART-INF|PRELOAD-HINT):.*\r?\n?/gm;

/** A media playlist (RFC 8216bis §4) as a server would write it that makes no parts. */
export function withoutParts(playlist: string): string {
  return playlist.replace(PART_TAGS, '');
}
