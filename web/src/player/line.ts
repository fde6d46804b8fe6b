import { KeepingUp } from '../edge/keeping-up';
import { unixNow } from '../live/clock-offset';
import { sharedSocket } from '../live/live-socket';
import type { MediaHeader, StreamMessage } from '../live/protocol';
import type { Feed, FeedFacts } from './feed';
import { hlsRenderer } from './hls-choice';
import { LiveFeed, type MediaTaker } from './live-feed';
import { MseRenderer } from './mse-renderer';
import type { LiveRenderer, Picture, Renderer, RendererHost } from './renderer';
import { StatusFeed } from './status-feed';
import type { Transport } from './transport';
import { WebCodecsRenderer } from './webcodecs-renderer';

/** From where to where a line leads. */
export interface Route {
  server: URL;
  stream: string;
  transport: Transport;
  /** Whether sound comes with the pictures, where the transport is one of playlists. */
  sounds: boolean;
  /** The stream that the same viewer watches until this one begins. */
  replaces: string | null;
}

export interface LineEvents {
  presented(line: Line, picture: Picture): void;
  failed(line: Line, reason: 'unsupported' | 'broken', message: string): void;
  /** Something between here and the server takes no socket, but plain requests. */
  blocked(line: Line): void;
}

/** Between two looks at what the decoder does. */
const LOOK_MS = 1000;

/** One stream on one way to the screen: what brings its media, and what shows it. */
export class Line implements RendererHost, MediaTaker {
  /** Whether this viewer keeps up; only the live socket tells. */
  readonly keeping = new KeepingUp();
  #feed: Feed;
  #renderer: Renderer | null = null;
  #live: LiveRenderer | null = null;
  #fed = true;
  #closed = false;
  #paused = false;
  /** Pictures presented. */
  #pictures = 0;
  #looked = { at: 0, pictures: 0, dropped: 0 };
  /** Something else is on the screen as long as this line shows nothing. */
  #covered = false;

  constructor(
    readonly route: Route,
    private readonly stage: HTMLElement,
    private readonly events: LineEvents,
  ) {
    const { server, stream, transport } = route;
    if (transport === 'webcodecs' || transport === 'mse') {
      this.#live = transport === 'mse' ? new MseRenderer(this) : new WebCodecsRenderer(this);
      this.#show(this.#live);
      const blocked = () => this.events.blocked(this);
      this.#feed = new LiveFeed(sharedSocket(server), server, stream, this, blocked, route.replaces);
    } else {
      this.#feed = new StatusFeed(server, stream);
      void this.#beginHls(transport);
    }
  }

  get renderer(): Renderer | null {
    return this.#renderer;
  }

  get facts(): Readonly<FeedFacts> {
    return this.#feed.facts;
  }

  get feed(): Feed {
    return this.#feed;
  }

  /** Media still comes. */
  get fed(): boolean {
    return this.#fed;
  }

  /** Sound can be heard: it comes with the pictures, or by another way. */
  get sounds(): boolean {
    return this.route.sounds || this.#live !== null;
  }

  /** Has shown a picture. */
  get shows(): boolean {
    return this.#pictures > 0;
  }

  /** Notes from time to time whether the decoder gets on with what comes. */
  look(now: number): void {
    const { at, pictures, dropped } = this.#looked;
    if (now - at < LOOK_MS) return;
    this.#looked = { at: now, pictures: this.#pictures, dropped: this.#renderer?.figures().dropped ?? 0 };
    const looked = this.#looked;
    if (at > 0) this.keeping.decoded(now, looked.pictures - pictures, looked.dropped - dropped);
  }

  /** Shows nothing until `reveal`: there is another picture on the screen. */
  cover(): void {
    this.#covered = true;
    this.#renderer?.surface.classList.add('waits');
  }

  reveal(): void {
    this.#covered = false;
    this.#renderer?.surface.classList.remove('waits');
  }

  /** No more media, for good; the last picture stays. */
  starve(): void {
    this.#fed = false;
    this.#feed.close();
  }

  pause(): void {
    this.#paused = true;
    this.keeping.restart();
    this.#feed.pause();
    this.#renderer?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#renderer?.resume();
    if (this.#fed) this.#feed.resume();
  }

  close(): void {
    this.#closed = true;
    this.starve();
    this.#renderer?.surface.remove();
    this.#renderer?.close();
  }

  presented(picture: Picture): void {
    if (this.#closed) return;
    this.#pictures += 1;
    this.events.presented(this, picture);
  }

  failed(reason: 'unsupported' | 'broken', message: string): void {
    if (!this.#closed && this.#fed) this.events.failed(this, reason, message);
  }

  configure(message: StreamMessage): void {
    this.#live?.configure(message);
  }

  init(payload: Uint8Array): void {
    this.#live?.init(payload);
  }

  chunk(header: MediaHeader, payload: Uint8Array): void {
    const { offsetMs } = this.#feed.clock;
    if (offsetMs !== null) {
      const atServer = header.captureMs + header.arrivalMs;
      this.keeping.arrived(performance.now(), unixNow() + offsetMs - atServer);
    }
    this.#live?.chunk(header, payload);
  }

  skipped(): void {
    this.keeping.skipped(performance.now());
  }

  async #beginHls(transport: 'llhls' | 'hls'): Promise<void> {
    const { server, stream } = this.route;
    const url = new URL(`hls/${encodeURIComponent(stream)}/single.m3u8`, server).href;
    try {
      const make = await hlsRenderer(this.route.sounds);
      if (!this.#closed) this.#show(make(this, transport, url));
    } catch (error) {
      this.failed('broken', String(error));
    }
  }

  #show(renderer: Renderer): void {
    this.#renderer = renderer;
    renderer.surface.classList.add('surface');
    renderer.surface.classList.toggle('waits', this.#covered);
    this.stage.append(renderer.surface);
    if (this.#paused) renderer.pause();
  }
}
