import { Backoff } from '../live/backoff';
import { sharedSocket } from '../live/live-socket';
import type { Report } from '../live/protocol';
import { unknownFacts, type Feed, type FeedFacts } from './feed';
import { hlsRenderer } from './hls-choice';
import { LiveFeed } from './live-feed';
import { MseRenderer } from './mse-renderer';
import type { LiveRenderer, Picture, Renderer, RendererHost } from './renderer';
import { StatusFeed } from './status-feed';
import { abilities, candidates, impossible, type Transport, type TransportChoice } from './transport';
import { WebCodecsRenderer } from './webcodecs-renderer';

/** So many failures without a picture between them, and the next transport has its turn. */
const BROKEN_MOST = 3;
/** A camera that sends what this browser does not play may be set to something else. */
const REFUSED_AGAIN_MS = 15_000;
/** Without a picture for so long, though there should be some, everything is set up anew. */
const NO_PICTURE_MS = 6000;

export interface PlaybackOptions {
  server: URL;
  stream: string;
  transport: TransportChoice;
  /** Where the surface goes. */
  stage: HTMLElement;
  presented(picture: Picture): void;
}

/** Plays one stream: chooses a transport, and begins again by itself after whatever fails. */
export class Playback {
  #transports: Transport[];
  #at = 0;
  #broken = 0;
  #backoff = new Backoff(250, 4000);
  #retry: ReturnType<typeof setTimeout> | null = null;
  #feed: Feed | null = null;
  #renderer: Renderer | null = null;
  /** The one before, on the screen until the new one has a picture. */
  #previous: Renderer | null = null;
  #attempt = 0;
  /** When the attempt began or the picture last moved, in milliseconds of `performance.now()`. */
  #aliveAt = 0;
  #paused = false;
  #failure: string | null = null;
  /** What the first transport said that does not play what the camera sends. */
  #refusal: string | null = null;

  constructor(private readonly options: PlaybackOptions) {
    this.#transports = candidates(options.transport, abilities());
    this.#begin();
  }

  get renderer(): Renderer | null {
    return this.#renderer;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get facts(): Readonly<FeedFacts> {
    const facts = this.#feed?.facts ?? unknownFacts();
    return this.#failure === null ? facts : { ...facts, failure: this.#failure };
  }

  /** The server's clock minus this page's, in milliseconds, and how wrong that may be. */
  get offsetMs(): number | null {
    return this.#feed?.clock.offsetMs ?? null;
  }

  uncertaintyMs(nowMs: number): number | null {
    return this.#feed?.clock.uncertaintyMs(nowMs) ?? null;
  }

  /**
   * Begin again if the camera delivers and nothing reaches the screen: whatever the reason, a
   * person would reload the page. `moves` says whether the picture does.
   */
  watch(now: number, moves: boolean): void {
    const { connected, camera } = this.facts;
    const expected = connected && camera === 'live' && !this.#paused && !document.hidden;
    if (moves || !expected || this.#retry) this.#aliveAt = now;
    else if (now - this.#aliveAt > NO_PICTURE_MS) this.#failed('broken');
  }

  report(report: Report): void {
    this.#feed?.report(report);
  }

  /** Nobody looks: no more media, but the last picture stays. */
  pause(): void {
    this.#paused = true;
    this.#feed?.pause();
    this.#renderer?.pause();
  }

  /** Go on with the newest picture; also right after the element was moved. */
  resume(): void {
    this.#paused = false;
    this.#renderer?.resume();
    this.#feed?.resume();
  }

  close(): void {
    this.#attempt += 1;
    if (this.#retry) clearTimeout(this.#retry);
    this.#feed?.close();
    for (const renderer of [this.#previous, this.#renderer]) this.#discard(renderer);
    this.#feed = this.#previous = this.#renderer = null;
  }

  #begin(): void {
    const transport = this.#transports[this.#at];
    this.#retry = null;
    this.#aliveAt = performance.now();
    this.#feed?.close();
    this.#feed = null;
    if (!transport) {
      this.#giveUp();
      return;
    }
    this.#attempt += 1;
    const host = this.#host(this.#attempt);
    if (transport === 'webcodecs') this.#beginLive(new WebCodecsRenderer(host));
    else if (transport === 'mse') this.#beginLive(new MseRenderer(host));
    else void this.#beginHls(transport, host, this.#attempt);
  }

  #beginLive(renderer: LiveRenderer): void {
    const { server, stream } = this.options;
    const attempt = this.#attempt;
    this.#show(renderer);
    this.#feed = new LiveFeed(sharedSocket(server), server, stream, renderer, () => {
      if (attempt === this.#attempt) this.#giveUpSocket();
    });
    if (this.#paused) this.#feed.pause();
  }

  async #beginHls(transport: 'llhls' | 'hls', host: RendererHost, attempt: number): Promise<void> {
    const { server, stream } = this.options;
    this.#feed = new StatusFeed(server, stream);
    const url = new URL(`hls/${encodeURIComponent(stream)}/index.m3u8`, server).href;
    try {
      const Hls = await hlsRenderer();
      const renderer = new Hls(host, transport, url);
      if (attempt === this.#attempt) this.#show(renderer);
      else renderer.close();
    } catch (error) {
      host.failed('broken', String(error));
    }
  }

  #show(renderer: Renderer): void {
    if (this.#previous) this.#discard(this.#renderer);
    else this.#previous = this.#renderer;
    this.#renderer = renderer;
    renderer.surface.classList.add('surface');
    renderer.surface.classList.toggle('waits', this.#previous !== null);
    this.options.stage.append(renderer.surface);
    if (this.#paused) renderer.pause();
  }

  #host(attempt: number): RendererHost {
    return {
      presented: (picture) => {
        if (attempt !== this.#attempt) return;
        if (this.#previous) this.#reveal();
        if (this.#broken > 0 || this.#refusal !== null) this.#recovered();
        this.options.presented(picture);
      },
      failed: (reason, message) => {
        if (attempt === this.#attempt) this.#failed(reason, message);
      },
    };
  }

  #reveal(): void {
    this.#renderer?.surface.classList.remove('waits');
    this.#discard(this.#previous);
    this.#previous = null;
  }

  #recovered(): void {
    this.#broken = 0;
    this.#failure = this.#refusal = null;
    this.#backoff.reset();
  }

  /** There is no way to play this. */
  #giveUp(): void {
    if (this.#refusal === null) {
      this.#failure = impossible(this.options.transport, globalThis.isSecureContext);
      return;
    }
    this.#failure = this.#refusal;
    this.#retry = setTimeout(() => {
      this.#transports = candidates(this.options.transport, abilities());
      this.#at = 0;
      this.#begin();
    }, REFUSED_AGAIN_MS);
  }

  #failed(reason: 'unsupported' | 'broken', message = ''): void {
    // What the failed renderer still says does not count.
    this.#attempt += 1;
    this.#feed?.close();
    if (reason === 'unsupported') {
      this.#refusal ??= message || null;
      this.#transports.splice(this.#at, 1);
      this.#at = 0;
      this.#retry = setTimeout(() => this.#begin());
      return;
    }
    this.#broken += 1;
    if (this.#broken >= BROKEN_MOST) {
      this.#at = (this.#at + 1) % this.#transports.length;
      this.#broken = 0;
    }
    this.#retry = setTimeout(() => this.#begin(), this.#backoff.next());
  }

  /** A proxy keeps sockets out: go on with plain requests, if the choice allows it. */
  #giveUpSocket(): void {
    const next = this.#transports.findIndex((transport) => transport.endsWith('hls'));
    if (next < 0 || next === this.#at) return;
    this.#at = next;
    this.#begin();
  }

  #discard(renderer: Renderer | null): void {
    renderer?.surface.remove();
    renderer?.close();
  }
}
