import type { Offer } from '../edge/quality-choice';
import { ClockOffset } from '../live/clock-offset';
import { keepClock } from '../live/http-clock';
import type { CameraState } from '../live/protocol';
import { unknownFacts, type Feed } from './feed';
import { originalOf } from './quality';

const EVERY_MS = 5000;
const DEADLINE_MS = 4000;

/** What is used of `GET /api/streams/status/{id}`. */
interface Status {
  state?: CameraState;
  state_seconds?: number;
  reason?: string | null;
  last_error?: string | null;
  qualities?: Offer[];
}

/** State and clock over plain requests, for the renderers that fetch playlists by themselves. */
export class StatusFeed implements Feed {
  readonly facts = unknownFacts();
  readonly clock = new ClockOffset();
  #stopClock: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  readonly #id: string;

  constructor(
    private readonly server: URL,
    stream: string,
  ) {
    this.#id = originalOf(stream);
    this.resume();
  }

  report(): void {
    // Only viewers on the socket can; others are counted by what they ask for.
  }

  pause(): void {
    this.#stopClock?.();
    if (this.#timer) clearTimeout(this.#timer);
    this.#stopClock = this.#timer = null;
  }

  resume(): void {
    if (this.#stopClock) return;
    this.#stopClock = keepClock(this.clock, new URL('api/clock', this.server).href);
    void this.#poll();
  }

  close(): void {
    this.pause();
  }

  async #poll(): Promise<void> {
    try {
      const path = `api/streams/status/${encodeURIComponent(this.#id)}`;
      const signal = AbortSignal.timeout(DEADLINE_MS);
      const response = await fetch(new URL(path, this.server), { cache: 'no-store', signal });
      this.facts.connected = true;
      if (response.status === 404) {
        this.facts.failure = `There is no stream called “${this.#id}”.`;
      } else if (response.ok) {
        this.#take((await response.json()) as Status);
      }
    } catch {
      this.facts.connected = false;
    }
    if (this.#stopClock) this.#timer = setTimeout(() => void this.#poll(), EVERY_MS);
  }

  #take(status: Status): void {
    this.facts.failure = null;
    this.facts.camera = status.state ?? null;
    this.facts.cameraSince = performance.now() - (status.state_seconds ?? 0) * 1000;
    this.facts.offers = status.qualities ?? [];
    this.facts.cameraError = status.reason ? (status.last_error ?? null) : null;
  }
}
