/** What is used of `GET /api/streams/status`. */
export interface StreamEntry {
  stream_id: string;
  name: string;
  state: string;
}

const DEADLINE_MS = 4000;

/** All configured streams, in order; rejects when the server does not answer in time. */
export async function fetchStreams(): Promise<StreamEntry[]> {
  const body = (await fetchJson('/api/streams/status')) as { streams: StreamEntry[] };
  return body.streams;
}

export async function fetchStream(id: string): Promise<StreamEntry> {
  return (await fetchJson(`/api/streams/status/${encodeURIComponent(id)}`)) as StreamEntry;
}

async function fetchJson(path: string): Promise<unknown> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const response = await fetch(path, { cache: 'no-store', signal });
  if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
  return response.json();
}
