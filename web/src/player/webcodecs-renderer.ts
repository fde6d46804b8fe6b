import { unixNow } from '../live/clock-offset';
import type { MediaHeader, StreamMessage } from '../live/protocol';
import { decoderConfiguration, sampleOf } from '../media/bmff';
import { CaptureTable, captureOf } from './capture-table';
import { PresentationQueue } from './presentation-queue';
import type { LiveRenderer, RendererFigures, RendererHost } from './renderer';

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

/** Decodes each frame as it comes and draws it at the next animation frame. */
export class WebCodecsRenderer implements LiveRenderer {
  readonly transport = 'webcodecs';
  readonly video = null;
  readonly surface = document.createElement('canvas');
  #context: CanvasRenderingContext2D | null;
  #decoder: VideoDecoder | null = null;
  #stream: StreamMessage | null = null;
  #config: VideoDecoderConfig | null = null;
  #awaitsSync = true;
  #captures = new CaptureTable();
  #queue = new PresentationQueue<VideoFrame>();
  #animation = 0;
  #shownAt = 0;
  #errors = 0;
  #closed = false;

  constructor(private readonly host: RendererHost) {
    this.#context = this.surface.getContext('2d', { alpha: false, desynchronized: true });
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
    if (this.#isHopeless(header)) this.#restart();
    const decoder = this.#decoder;
    if (!decoder || (this.#awaitsSync && !header.sync)) return;
    this.#awaitsSync = false;
    const seconds = (header.decodeTime + header.compositionOffset) / stream.timescale;
    this.#captures.add(seconds, captureOf(header));
    decoder.decode(
      new EncodedVideoChunk({
        type: header.sync ? 'key' : 'delta',
        timestamp: Math.round(seconds * 1e6),
        data: sampleOf(payload),
      }),
    );
  }

  figures(): RendererFigures {
    return { targetMs: 0, bufferedMs: 0, rate: 1, dropped: this.#queue.dropped };
  }

  pause(): void {
    this.#awaitsSync = true;
    this.#queue.clear();
  }

  resume(): void {
    this.#queue.clear();
  }

  close(): void {
    this.#closed = true;
    cancelAnimationFrame(this.#animation);
    this.#queue.clear();
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
    this.#queue.clear();
    this.#shownAt = performance.now();
    try {
      if (!this.#decoder || this.#decoder.state === 'closed') this.#decoder = this.#open();
      else this.#decoder.reset();
      if (this.#config) this.#decoder.configure(this.#config);
    } catch (error) {
      this.host.failed('unsupported', String(error));
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
    if (error.name === 'NotSupportedError' || this.#errors > ERRORS_MOST) {
      this.host.failed('unsupported', error.message);
    } else {
      this.#restart();
    }
  }

  #decoded(frame: VideoFrame): void {
    this.#errors = 0;
    const behind = (this.#decoder?.decodeQueueSize ?? 0) > BEHIND;
    if (behind && performance.now() - this.#shownAt < CATCH_UP_PICTURE_MS) frame.close();
    else {
      this.#queue.push(frame);
      this.#animation ||= requestAnimationFrame(this.#draw);
    }
  }

  readonly #draw = (): void => {
    const frame = this.#queue.take();
    this.#animation = frame ? requestAnimationFrame(this.#draw) : 0;
    if (!frame) return;
    const { displayWidth: width, displayHeight: height } = frame;
    if (this.surface.width !== width || this.surface.height !== height) {
      this.surface.width = width;
      this.surface.height = height;
    }
    this.#context?.drawImage(frame, 0, 0, width, height);
    this.#shownAt = performance.now();
    const mediaTime = frame.timestamp / 1e6;
    this.host.presented({
      source: frame,
      width,
      height,
      mediaTime,
      presentedMs: unixNow(),
      capture: this.#captures.find(mediaTime),
    });
    frame.close();
  };
}
