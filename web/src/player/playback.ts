import { Backoff } from '../live/backoff';
import type { Report } from '../live/protocol';
import { unknownFacts, type FeedFacts } from './feed';
import { Line } from './line';
import type { PlaybackOptions } from './playback-options';
import type { Picture, Renderer } from './renderer';
import { abilities, candidates, impossible, type Transport } from './transport';

/** So many failures without a picture between them, and the next transport has its turn. */
const BROKEN_MOST = 3;
/** A camera that sends what this browser does not play may be set to something else. */
const REFUSED_AGAIN_MS = 15_000;
/** Without a picture for so long, though there should be some, everything is set up anew. */
const NO_PICTURE_MS = 6000;
/** What is to replace a picture that moves has so long to show one: a keyframe interval or two. */
const CHANGE_MOST_MS = 20_000;
/** A picture that has not moved for so long may be replaced by an older one. */
const STILL_MS = 200;
/** What is still older after so long is so by its nature, as sound out of a playlist. */
const CATCH_UP_MOST_MS = 2000;

/**
 * Plays one stream: chooses a transport, and begins again by itself after whatever fails.
 *
 * Which stream it is may change while it plays. The pictures of the one before go on until the
 * first of the new one is on the screen.
 */
export class Playback {
  #stream: string;
  #transports: Transport[];
  #at = 0;
  #broken = 0;
  #backoff = new Backoff(250, 4000);
  #retry: ReturnType<typeof setTimeout> | null = null;
  #line: Line | null = null;
  /** The one before, on the screen until the new one has a picture. */
  #before: Line | null = null;
  /** Capture and presentation of the newest picture of the one before, Unix milliseconds. */
  #shown: { captureMs: number; presentedMs: number } | null = null;
  /** When the first picture came that was to replace it, Unix milliseconds. */
  #olderSince: number | null = null;
  /** When the attempt began or the picture last moved, in milliseconds of `performance.now()`. */
  #aliveAt = 0;
  #changedAt = 0;
  #paused = false;
  #failure: string | null = null;
  /** What the first transport said that does not play what the camera sends. */
  #refusal: string | null = null;

  constructor(private readonly options: PlaybackOptions) {
    this.#stream = options.stream;
    this.#transports = candidates(options.transport, abilities());
    this.#begin();
  }

  /** What is played, or about to be. */
  get stream(): string {
    return this.#stream;
  }

  /** What is on the screen. */
  get line(): Line | null {
    return this.#before?.fed ? this.#before : this.#line;
  }

  /** What shall be on the screen. */
  get next(): Line | null {
    return this.#line;
  }

  get renderer(): Renderer | null {
    return this.line?.renderer ?? null;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get facts(): Readonly<FeedFacts> {
    const facts = this.line?.facts ?? unknownFacts();
    return this.#failure === null ? facts : { ...facts, failure: this.#failure };
  }

  /** The server's clock minus this page's, in milliseconds, and how wrong that may be. */
  get offsetMs(): number | null {
    return this.line?.feed.clock.offsetMs ?? null;
  }

  uncertaintyMs(nowMs: number): number | null {
    return this.line?.feed.clock.uncertaintyMs(nowMs) ?? null;
  }

  /**
   * Play another stream from its next picture on. A `trial` is likely to fail: the server goes on
   * with what is played until it has not.
   */
  play(stream: string, trial = false): void {
    if (stream === this.#stream) return;
    this.#stream = stream;
    if (this.#before?.fed) {
      this.#turnBack();
      if (this.#line?.route.stream === stream) return;
    }
    this.#change(trial);
  }

  /** Sound is wanted: what brings pictures alone is replaced by what brings both. */
  hear(): void {
    if (this.#line && !this.#line.sounds) this.#change(false);
  }

  #change(trial: boolean): void {
    const transport = this.#transports[this.#at];
    const moves = this.#line?.shows && this.#line.fed && this.#line.facts.camera === 'live';
    if (!this.#line || !moves || this.#paused || this.#retry || !transport) {
      this.#failure = this.#refusal = null;
      this.#anew();
      return;
    }
    this.#changedAt = performance.now();
    this.#open(transport, trial ? null : this.#line.route.stream);
  }

  /**
   * Begin again if the camera delivers and nothing reaches the screen: whatever the reason, a
   * person would reload the page. `moves` says whether the picture does.
   */
  watch(now: number, moves: boolean): void {
    if (this.#before?.fed) {
      const hopeless = this.#line?.facts.camera === 'offline' || this.#line?.facts.failure;
      if (hopeless || now - this.#changedAt > CHANGE_MOST_MS) this.#refuse();
    }
    const { connected, camera } = this.facts;
    const expected = connected && camera === 'live' && !this.#paused && !document.hidden;
    if (moves || !expected || this.#retry) this.#aliveAt = now;
    else if (now - this.#aliveAt > NO_PICTURE_MS) this.#failed('broken');
  }

  report(report: Report): void {
    this.line?.feed.report(report);
  }

  /** Nobody looks: no more media, but the last picture stays. */
  pause(): void {
    this.#paused = true;
    this.#before?.starve();
    this.#line?.pause();
  }

  /** Go on with the newest picture; also right after the element was moved. */
  resume(): void {
    this.#paused = false;
    if (this.#before?.fed) this.#before.resume();
    this.#line?.resume();
  }

  close(): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#line?.close();
    this.#before?.close();
    this.#line = this.#before = null;
  }

  /** Every transport may be tried again. */
  #anew(): void {
    if (this.#retry) clearTimeout(this.#retry);
    this.#transports = candidates(this.options.transport, abilities());
    this.#at = this.#broken = 0;
    this.#begin();
  }

  #begin(): void {
    const transport = this.#transports[this.#at];
    this.#retry = null;
    this.#aliveAt = performance.now();
    this.#line?.starve();
    if (transport) this.#open(transport, null);
    else this.#giveUp();
  }

  #open(transport: Transport, replaces: string | null): void {
    if (this.#before) this.#line?.close();
    else this.#before = this.#line;
    this.#shown = this.#olderSince = null;
    const { server, stage, sounds } = this.options;
    const route = { server, stream: this.#stream, transport, sounds: sounds(), replaces };
    this.#line = new Line(route, stage, {
      presented: (line, picture) => this.#presented(line, picture),
      failed: (line, reason, message) => {
        if (line === this.#line) this.#failed(reason, message);
        else line.starve();
      },
      blocked: (line) => {
        if (line === this.#line) this.#giveUpSocket();
      },
    });
    if (this.#before) this.#line.cover();
    if (this.#paused) this.#line.pause();
  }

  #presented(line: Line, picture: Picture): void {
    if (line !== this.line && line !== this.#line) return;
    if (line === this.#before) {
      const { capture, presentedMs } = picture;
      this.#shown = capture ? { captureMs: capture.captureMs, presentedMs } : null;
    } else if (this.#before) {
      if (this.#isOlder(picture)) return;
      this.#reveal();
    }
    if (line === this.#line && (this.#broken > 0 || this.#refusal !== null)) this.#recovered();
    this.options.presented(picture);
  }

  /** Whether the picture on the screen is newer, and moves: then the new stream catches up first. */
  #isOlder({ capture, presentedMs }: Picture): boolean {
    const shown = this.#before?.fed ? this.#shown : null;
    if (!shown || !capture || presentedMs - shown.presentedMs > STILL_MS) return false;
    this.#olderSince ??= presentedMs;
    if (presentedMs - this.#olderSince > CATCH_UP_MOST_MS) return false;
    return capture.captureMs < shown.captureMs;
  }

  #reveal(): void {
    this.#line?.reveal();
    this.#before?.close();
    this.#before = null;
  }

  /** What was to come next does not. */
  #turnBack(): void {
    this.#line?.close();
    this.#line = this.#before;
    this.#before = null;
  }

  #refuse(plays = true): void {
    const stream = this.#stream;
    const why = this.#line?.facts.cameraError ?? null;
    this.#turnBack();
    this.#stream = this.#line?.route.stream ?? stream;
    this.options.refused({ stream, plays, why });
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
    this.#retry = setTimeout(() => this.#anew(), REFUSED_AGAIN_MS);
  }

  #failed(reason: 'unsupported' | 'broken', message = ''): void {
    if (this.#before?.fed) {
      this.#refuse(reason !== 'unsupported');
      return;
    }
    // What the failed renderer still says does not count.
    this.#line?.starve();
    if (reason === 'unsupported') {
      this.#unsupported(message);
      return;
    }
    this.#broken += 1;
    if (this.#broken >= BROKEN_MOST) {
      this.#at = (this.#at + 1) % this.#transports.length;
      this.#broken = 0;
    }
    this.#retry = setTimeout(() => this.#begin(), this.#backoff.next());
  }

  #unsupported(message: string): void {
    this.#refusal ??= message || null;
    this.#transports.splice(this.#at, 1);
    this.#at = 0;
    const left = this.#transports.some((transport) => !transport.endsWith('hls'));
    const instead = left ? null : this.options.instead(this.#stream, this.facts);
    this.#retry = setTimeout(() => {
      if (instead === null) this.#begin();
      else this.play(instead);
    });
  }

  /** A proxy keeps sockets out: go on with plain requests, if the choice allows it. */
  #giveUpSocket(): void {
    const next = this.#transports.findIndex((transport) => transport.endsWith('hls'));
    if (next < 0 || next === this.#at) return;
    this.#at = next;
    this.#begin();
  }
}
