import type { Offer } from '../edge/quality-choice';

/** What is used of `GET /api/streams/status`. */
export interface StreamEntry {
  stream_id: string;
  name: string;
  state: string;
  /** The codec of its sound; null without. */
  audio: string | null;
  /** Of the picture, in pixels; null before the first one. */
  width: number | null;
  height: number | null;
  /** What it can be had as beside the camera's own pictures. */
  qualities: Offer[];
}

/** What a person can make a stream do. */
export type Act = 'start' | 'stop' | 'restart';

const DEADLINE_MS = 4000;
/** A camera may be slow to let go; the server gives up after four seconds and says so. */
const ACT_DEADLINE_MS = 6000;

/** All configured streams, in order; rejects when the server does not answer in time. */
export async function fetchStreams(): Promise<StreamEntry[]> {
  const body = (await fetchJson('/api/streams/status')) as { streams: StreamEntry[] };
  return body.streams;
}

export async function fetchStream(id: string): Promise<StreamEntry> {
  return (await fetchJson(`/api/streams/status/${encodeURIComponent(id)}`)) as StreamEntry;
}

/** Asks for a change and resolves with the stream as it is then; rejects with a sentence. */
export async function act(id: string, name: Act): Promise<StreamEntry> {
  const path = `/api/streams/${encodeURIComponent(id)}/${name}`;
  const signal = AbortSignal.timeout(ACT_DEADLINE_MS);
  // The header tells the server that no form of another site sent this.
  const headers = { 'X-Liveedge': '1' };
  let response: Response;
  try {
    response = await fetch(path, { method: 'POST', headers, cache: 'no-store', signal });
  } catch {
    throw new Error('The server does not answer; try again.');
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as StreamEntry;
  const detail = (body as { detail?: unknown } | null)?.detail;
  throw new Error(typeof detail === 'string' ? detail : `The server answered ${response.status}.`);
}

async function fetchJson(path: string): Promise<unknown> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const response = await fetch(path, { cache: 'no-store', signal });
  if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
  return response.json();
}
