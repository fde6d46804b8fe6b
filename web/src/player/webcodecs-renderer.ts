import type { MediaHeader, StreamMessage } from '../live/protocol';
import { decoderConfiguration, sampleOf } from '../media/bmff';
import { doesNotPlay } from '../media/codec-name';
import { CanvasSink } from './canvas-sink';
import { CaptureTable, captureOf } from './capture-table';
import { damageTolerance } from './damage-tolerance';
import type { FrameSink, Presented } from './frame-sink';
import type { LiveRenderer, RendererFigures, RendererHost } from './renderer';
import { TrackSink } from './track-sink';

/** More chunks than this in the decoder: what comes out is old, and only the way to the newest. */
const BEHIND = 2;
/** While behind, a picture is shown now and then, for an old one is better than none. */
const CATCH_UP_PICTURE_MS = 100;
/** So many chunks are not worth decoding once a newer sync frame is here. */
const BACKLOG = 30;
/** Nothing sensible is ever so far behind: ten seconds at 60 pictures a second. */
const BACKLOG_MOST = 600;
/** Errors in a row without a picture between them. */
const ERRORS_MOST = 3;

/** Decodes each frame as it comes and shows it at once. */
export class WebCodecsRenderer implements LiveRenderer {
  readonly transport = 'webcodecs';
  #sink: FrameSink;
  #decoder: VideoDecoder | null = null;
  #stream: StreamMessage | null = null;
  #config: VideoDecoderConfig | null = null;
  #awaitsSync = true;
  #captures = new CaptureTable();
  #shownAt = 0;
  #errors = 0;
  #closed = false;

  constructor(private readonly host: RendererHost) {
    const presented: Presented = (picture) =>
      host.presented({ ...picture, capture: this.#captures.find(picture.mediaTime) });
    this.#sink = TrackSink.possible ? new TrackSink(presented) : new CanvasSink(presented);
  }

  get surface(): HTMLElement {
    return this.#sink.surface;
  }

  get video(): HTMLVideoElement | null {
    return this.#sink.video;
  }

  configure(message: StreamMessage): void {
    this.#stream = message;
    this.#config = null;
  }

  init(payload: Uint8Array): void {
    const stream = this.#stream;
    if (!stream) return;
    this.#config = {
      codec: stream.codec,
      codedWidth: stream.width,
      codedHeight: stream.height,
      description: decoderConfiguration(payload),
      optimizeForLatency: true,
    };
    this.#restart();
  }

  chunk(header: MediaHeader, payload: Uint8Array): void {
    const stream = this.#stream;
    if (!stream || !this.#config) return;
    if (damageTolerance.refuses(header.damaged, performance.now())) return;
    if (this.#isHopeless(header)) this.#restart();
    const decoder = this.#decoder;
    if (!decoder || (this.#awaitsSync && !header.sync)) return;
    this.#awaitsSync = false;
    const seconds = (header.decodeTime + header.compositionOffset) / stream.timescale;
    this.#captures.add(seconds, captureOf(header, stream.stream));
    decoder.decode(
      new EncodedVideoChunk({
        type: header.sync ? 'key' : 'delta',
        timestamp: Math.round(seconds * 1e6),
        data: sampleOf(payload),
      }),
    );
  }

  figures(): RendererFigures {
    return { targetMs: 0, bufferedMs: 0, rate: 1, dropped: this.#sink.dropped };
  }

  pause(): void {
    this.#awaitsSync = true;
    this.#sink.clear();
  }

  resume(): void {
    this.#sink.clear();
    this.#sink.resume();
  }

  close(): void {
    this.#closed = true;
    this.#sink.close();
    if (this.#decoder?.state !== 'closed') this.#decoder?.close();
    this.#decoder = null;
  }

  /** Whether a sync frame overtakes so much undecoded media that it is better to begin with it. */
  #isHopeless(header: MediaHeader): boolean {
    const backlog = this.#decoder?.decodeQueueSize ?? 0;
    return (header.sync && backlog > BACKLOG) || backlog > BACKLOG_MOST;
  }

  #restart(): void {
    this.#awaitsSync = true;
    this.#sink.clear();
    this.#shownAt = performance.now();
    try {
      if (!this.#decoder || this.#decoder.state === 'closed') this.#decoder = this.#open();
      else this.#decoder.reset();
      if (this.#config) this.#decoder.configure(this.#config);
    } catch (error) {
      this.host.failed('unsupported', this.#config ? doesNotPlay(this.#config.codec) : String(error));
    }
  }

  #open(): VideoDecoder {
    const decoder = new VideoDecoder({
      output: (frame) => this.#decoded(frame),
      error: (error) => {
        if (decoder === this.#decoder) this.#failed(error);
      },
    });
    return decoder;
  }

  #failed(error: DOMException): void {
    if (this.#closed) return;
    this.#errors += 1;
    damageTolerance.failed(performance.now());
    if (error.name === 'NotSupportedError' || this.#errors > ERRORS_MOST) {
      this.host.failed('unsupported', this.#config ? doesNotPlay(this.#config.codec) : error.message);
    } else {
      this.#restart();
    }
  }

  #decoded(frame: VideoFrame): void {
    this.#errors = 0;
    const now = performance.now();
    const behind = (this.#decoder?.decodeQueueSize ?? 0) > BEHIND;
    if (this.#closed || (behind && now - this.#shownAt < CATCH_UP_PICTURE_MS)) {
      frame.close();
      return;
    }
    this.#shownAt = now;
    this.#sink.show(frame);
  }
}
