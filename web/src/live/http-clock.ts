import { unixNow, type ClockOffset } from './clock-offset';

const BURST_MS = [0, 200, 500, 1000, 2000];
const EVERY_MS = 30_000;

/** Keeps `clock` by asking `GET /api/clock`, for players that have no socket; returns how to stop. */
export function keepClock(clock: ClockOffset, url: string): () => void {
  const timers = BURST_MS.map((delay) => setTimeout(() => void ask(clock, url), delay));
  const often = setInterval(() => void ask(clock, url), EVERY_MS);
  return () => {
    for (const timer of timers) clearTimeout(timer);
    clearInterval(often);
  };
}

/** One exchange; a failed one tells nothing, and the next comes soon. */
async function ask(clock: ClockOffset, url: string): Promise<void> {
  const sent = unixNow();
  try {
    const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(3000) });
    const received = unixNow();
    const answer = (await response.json()) as { server_ms?: unknown };
    if (typeof answer.server_ms === 'number') clock.add(sent, received, answer.server_ms);
  } catch {
    return;
  }
}
