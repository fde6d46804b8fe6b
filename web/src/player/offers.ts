import type { Offer, Size } from '../edge/quality-choice';

/** What can be had of a stream, and how large its own picture is. */
export interface Known {
  offers: readonly Offer[];
  size: Size | null;
}

const MOST = 1000;
const known = new Map<string, Known>();

/** Keep for the players to come, so that each begins with the quality that it will stay with. */
export function remember(server: URL, id: string, facts: Known): void {
  if (known.size >= MOST) known.clear();
  known.set(key(server, id), facts);
}

/** What was learned of a stream, here or by another player of the page. */
export function recall(server: URL, id: string): Known | null {
  return known.get(key(server, id)) ?? null;
}

function key(server: URL, id: string): string {
  return `${server.href} ${id}`;
}
