/**
 * Notes when the media of a page comes, is handed to the decoder and goes to the screen.
 *
 * A classic script that runs before those of the page; so it imports nothing. It wraps what the
 * browser offers, and the page does not know of it. Pictures are told apart by their decode times,
 * in units of the timescale of the media (1/90000 s). Times are Unix time in milliseconds.
 */

/** A time, and the decode times of the pictures that it belongs to. */
type Note = [number, number[]];

interface Notes {
  /** Bytes came into the page; pictures of one part come together. */
  arrived: Note[];
  /** The decoder, or the media source, has taken them. */
  handed: Note[];
  /** A picture was presented, and when it is expected on the screen. */
  shown: [number, number][];
}

declare global {
  var benchNotes: Notes | undefined;
}

const TIMESCALE = 90_000;
const HEADER_BYTES = 40;
const KIND_CHUNK = 2;
const BOX_HEADER = 8;
const CONTAINERS = new Set(['moof', 'traf']);
const NOTES_MOST = 40_000;

const notes: Notes = { arrived: [], handed: [], shown: [] };
globalThis.benchNotes = notes;

function unix(): number {
  return performance.timeOrigin + performance.now();
}

function note(list: Note[], times: number[]): void {
  if (times.length > 0 && list.length < NOTES_MOST) list.push([unix(), times]);
}

function uint64(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4);
}

/** Every `tfdt` (ISO/IEC 14496-12 §8.8.12) between two places. */
function decodeTimes(view: DataView, from = 0, to = view.byteLength): number[] {
  const times: number[] = [];
  for (let at = from; at + BOX_HEADER <= to; ) {
    const size = view.getUint32(at);
    if (size < BOX_HEADER) break;
    const type = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at + 4, 4));
    const body = at + BOX_HEADER;
    if (CONTAINERS.has(type)) times.push(...decodeTimes(view, body, Math.min(at + size, to)));
    if (type === 'tfdt') {
      const long = view.getUint8(body) === 1;
      times.push(long ? uint64(view, body + 4) : view.getUint32(body + 4));
    }
    at += size;
  }
  return times;
}

function viewOf(data: BufferSource): DataView {
  if (!ArrayBuffer.isView(data)) return new DataView(data);
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function message({ data }: MessageEvent): void {
  if (!(data instanceof ArrayBuffer) || data.byteLength < HEADER_BYTES) return;
  const view = new DataView(data);
  if (view.getUint8(0) === KIND_CHUNK) note(notes.arrived, [uint64(view, 16)]);
}

globalThis.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    // The first listener, so that it runs before those of the page.
    this.addEventListener('message', message);
  }
};

const { open } = XMLHttpRequest.prototype as unknown as { open(...words: unknown[]): void };
XMLHttpRequest.prototype.open = function opened(this: XMLHttpRequest, ...words: unknown[]) {
  this.addEventListener('readystatechange', () => {
    const whole = this.readyState === XMLHttpRequest.DONE && this.responseType === 'arraybuffer';
    const data: unknown = whole ? this.response : null;
    if (data instanceof ArrayBuffer) note(notes.arrived, decodeTimes(new DataView(data)));
  });
  open.apply(this, words);
};

const { appendBuffer } = SourceBuffer.prototype;
SourceBuffer.prototype.appendBuffer = function append(this: SourceBuffer, data: BufferSource) {
  const times = decodeTimes(viewOf(data));
  appendBuffer.call(this, data as ArrayBuffer);
  this.addEventListener('updateend', () => note(notes.handed, times), { once: true });
};

if ('VideoDecoder' in globalThis) {
  const { decode } = VideoDecoder.prototype;
  VideoDecoder.prototype.decode = function decoded(this: VideoDecoder, chunk: EncodedVideoChunk) {
    note(notes.handed, [Math.round((chunk.timestamp * TIMESCALE) / 1e6)]);
    decode.call(this, chunk);
  };
}

const video = HTMLVideoElement.prototype;
const { requestVideoFrameCallback } = video;
video.requestVideoFrameCallback = function request(callback) {
  return requestVideoFrameCallback.call(this, (now, picture) => {
    const expected = performance.timeOrigin + picture.expectedDisplayTime;
    if (notes.shown.length < NOTES_MOST) notes.shown.push([unix(), expected]);
    callback(now, picture);
  });
};

export type { Notes };
