import type { MediaHeader, StreamMessage } from '../live/protocol';
import { doesNotPlay } from '../media/codec-name';
import { longDuration, setDuration } from '../media/durations';
import { AppendQueue } from './append-queue';
import { CaptureTable, captureOf } from './capture-table';
import { Continuity } from './continuity';
import { damageTolerance } from './damage-tolerance';
import { Frontier } from './frontier';
import { LivePlayhead } from './live-playhead';
import { createMediaSource, mediaSourceClass } from './media-source';
import type { LiveRenderer, RendererFigures, RendererHost } from './renderer';
import { createVideo, watchPictures } from './video-element';

/** Media kept behind the playhead, and the lump in which more than that is removed. */
const BACK_BUFFER_S = 3;
const TRIM_LUMP_S = 5;
/** The burst of a join is over when nothing has come for this long, or after the second time. */
const QUIET_MS = 10;
const JOIN_MOST_MS = 250;
const SYNCS_MOST = 600;
/** Appends each frame to Media Source Extensions and steers the video element behind the edge. */
export class MseRenderer implements LiveRenderer {
  readonly transport = 'mse';
  readonly video = createVideo();
  readonly surface = this.video;
  #source: MediaSource | null = null;
  #release = () => {};
  #unwatch: () => void;
  #appends: AppendQueue;
  #captures = new CaptureTable();
  #stream: StreamMessage | null = null;
  /** What the SourceBuffer takes; empty until there is one. */
  #type = '';
  #continuity = new Continuity();
  #frontier = new Frontier();
  #playhead = new LivePlayhead(this.video, { margin: 0.018, lump: 1 / 30 }, (newest) =>
    Math.min(newest.end, this.#frontier.end),
  );
  /** Presentation times at which decoding can begin. */
  #syncs: number[] = [];
  #joiningSince: number | null = null;
  #quiet: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(private readonly host: RendererHost) {
    this.#appends = new AppendQueue(() => this.#takeRoom(0.05), {
      appended: () => this.#appended(),
      failed: (message) => this.#fail('broken', message),
    });
    this.video.addEventListener('error', () => {
      this.#fail('broken', this.video.error?.message ?? 'The video element failed.');
    });
    this.#unwatch = watchPictures(this.video, (picture) =>
      host.presented({ ...picture, capture: this.#captures.find(picture.mediaTime) }),
    );
  }

  configure(message: StreamMessage): void {
    if (mediaSourceClass().isTypeSupported(typeOf(message))) {
      this.#stream = message;
      if (!this.#source) this.#open();
    } else {
      this.#fail('unsupported', doesNotPlay(message.codec));
    }
  }

  init(payload: Uint8Array): void {
    this.#continuity.configure(payload);
  }

  chunk(header: MediaHeader, payload: Uint8Array): void {
    const stream = this.#stream;
    if (!stream || damageTolerance.refuses(header.damaged, performance.now())) return;
    const step = this.#continuity.step(header, stream.timescale);
    if (step === 'skip') return;
    if (step !== 'append') this.#begin(stream, step === 'begin anew');
    const time = (header.decodeTime + header.compositionOffset) / stream.timescale;
    this.#captures.add(time, captureOf(header, stream.stream));
    if (header.sync) this.#syncs.push(time);
    if (this.#syncs.length > SYNCS_MOST) this.#syncs.shift();
    this.#frontier.add(time, header.duration / stream.timescale);
    setDuration(payload, longDuration(header.duration, stream.timescale));
    this.#appends.append(payload);
  }

  figures(): RendererFigures {
    return this.#playhead.figures();
  }

  pause(): void {
    this.#continuity.interrupt();
    this.video.pause();
  }

  resume(): void {
    this.#playhead.resume();
  }

  close(): void {
    this.#closed = true;
    if (this.#quiet) clearTimeout(this.#quiet);
    this.#unwatch();
    this.#release();
  }

  #fail(reason: 'unsupported' | 'broken', message: string): void {
    if (reason === 'broken') damageTolerance.failed(performance.now());
    if (!this.#closed) this.host.failed(reason, message);
  }

  /** Not before there is something to play: a source without media keeps the page's load event. */
  #open(): void {
    const { source, release } = createMediaSource(this.video);
    this.#source = source;
    this.#release = release;
    source.addEventListener('sourceopen', () => this.#attach(source), { once: true });
  }

  #attach(source: MediaSource): void {
    if (!this.#stream) return;
    this.#type = typeOf(this.#stream);
    const buffer = source.addSourceBuffer(this.#type);
    buffer.mode = 'segments';
    source.duration = Number.POSITIVE_INFINITY;
    this.#appends.attach(buffer);
  }

  /** A burst begins, with its init segment. */
  #begin(stream: StreamMessage, anew: boolean): void {
    if (anew) {
      this.#appends.remove(0, Number.POSITIVE_INFINITY);
      this.#playhead.reset();
      this.#frontier = new Frontier();
      this.#syncs = [];
    }
    const type = typeOf(stream);
    if (this.#type && this.#type !== type) {
      this.#appends.changeType(type);
      this.#type = type;
    }
    this.#appends.append(this.#continuity.init);
    this.#joiningSince = performance.now();
  }

  #appended(): void {
    const now = performance.now();
    if (this.#quiet) clearTimeout(this.#quiet);
    this.#quiet = null;
    if (this.#joiningSince !== null && now - this.#joiningSince < JOIN_MOST_MS) {
      this.#quiet = setTimeout(() => this.#joined(), QUIET_MS);
    } else {
      this.#joined();
    }
  }

  #joined(): void {
    this.#joiningSince = null;
    if (this.#playhead.appended()) this.#trim();
  }

  #trim(): void {
    const kept = this.#syncBefore(this.video.currentTime - BACK_BUFFER_S);
    if ((this.#syncs[kept] ?? 0) - (this.#syncs[0] ?? 0) < TRIM_LUMP_S) return;
    const room = this.#takeRoom(BACK_BUFFER_S);
    if (!room) return;
    this.#appends.remove(...room);
    const newest = this.#playhead.ranges.at(-1);
    if (newest && this.#source?.readyState === 'open') {
      this.#source.setLiveSeekableRange(Math.min(room[1], newest.end), newest.end);
    }
  }

  /**
   * What may be removed `back` seconds behind the playhead: everything before a sync frame.
   *
   * A removal that ends inside a group of pictures takes all of it (MSE, "coded frame removal"),
   * also the one that plays.
   */
  #takeRoom(back: number): [number, number] | null {
    const kept = this.#syncBefore(this.video.currentTime - back);
    const sync = this.#syncs[kept];
    if (sync === undefined || kept === 0) return null;
    this.#syncs.splice(0, kept);
    return [0, sync - 0.001];
  }

  #syncBefore(time: number): number {
    return this.#syncs.findLastIndex((sync) => sync <= time);
  }
}

function typeOf(stream: StreamMessage): string {
  return `video/mp4; codecs="${stream.codec}"`;
}
