/**
 * The messages of `/live`: JSON text for control, binary for media.
 *
 * The page that defines them is docs/reference/live-protocol.md.
 */
import type { Offer } from '../edge/quality-choice';

export const HEADER_BYTES = 40;

export const KIND_INIT = 1;
export const KIND_CHUNK = 2;

const FLAG_SYNC = 1;
const FLAG_GAP = 2;
const FLAG_CAMERA_CLOCK = 4;
const FLAG_DAMAGED = 8;

/** What stands before each init segment and each chunk. */
export interface MediaHeader {
  kind: number;
  /** Decoding can begin here. */
  sync: boolean;
  /** Media before this chunk is missing. */
  gap: boolean;
  /** The capture time comes from the camera's own clock. */
  cameraClock: boolean;
  /** A picture that this one refers to was lost. */
  damaged: boolean;
  /** The `number` of the `stream` message. */
  stream: number;
  epoch: number;
  /** Counts chunks, modulo 2^32. */
  sequence: number;
  /** Provisional, in units of the timescale. */
  duration: number;
  /** `tfdt`, in units of the timescale. */
  decodeTime: number;
  /** Unix time in milliseconds, on the server's clock. */
  captureMs: number;
  /** From the capture to the last byte's arrival at the server, in milliseconds. */
  arrivalMs: number;
  /** Presentation time minus decode time, in units of the timescale. */
  compositionOffset: number;
}

/** Read the header of a binary message; throws a RangeError if it is shorter than one. */
export function parseHeader(message: ArrayBuffer): MediaHeader {
  const view = new DataView(message, 0, HEADER_BYTES);
  const flags = view.getUint8(1);
  return {
    kind: view.getUint8(0),
    sync: (flags & FLAG_SYNC) !== 0,
    gap: (flags & FLAG_GAP) !== 0,
    cameraClock: (flags & FLAG_CAMERA_CLOCK) !== 0,
    damaged: (flags & FLAG_DAMAGED) !== 0,
    stream: view.getUint16(2),
    epoch: view.getUint32(4),
    sequence: view.getUint32(8),
    duration: view.getUint32(12),
    decodeTime: uint64(view, 16),
    captureMs: uint64(view, 24) / 1000,
    arrivalMs: view.getInt32(32) / 1000,
    compositionOffset: view.getInt32(36),
  };
}

/** Exact below 2^53, which is 285 years of microseconds. */
function uint64(view: DataView, offset: number): number {
  return view.getUint32(offset) * 2 ** 32 + view.getUint32(offset + 4);
}

/** Whether sequence `a` comes after `b`, modulo 2^32 (RFC 1982 arithmetic). */
export function isAfter(a: number, b: number): boolean {
  return a !== b && ((a - b) >>> 0) < 2 ** 31;
}

export type CameraState = 'connecting' | 'live' | 'offline' | 'stopped';

export interface StateMessage {
  type: 'state';
  stream: string;
  state: CameraState;
  /** How long it has been so, in seconds. */
  since_s: number;
  reason: string | null;
  error: string | null;
}

export interface StreamMessage {
  type: 'stream';
  stream: string;
  number: number;
  epoch: number;
  /** As in RFC 6381, for example `avc1.42c01f`. */
  codec: string;
  width: number;
  height: number;
  timescale: number;
  fps: number | null;
  /** Codec of the sound, null without; a quality says nothing of the sound of its stream. */
  audio: string | null;
  /** What the stream can be had as beside its own pictures. */
  qualities?: Offer[];
}

export interface AudioMessage {
  type: 'audio';
  stream: string;
  number: number;
  epoch: number;
  /** As in RFC 6381 or the WebCodecs registry: `mp4a.40.2`, `opus`. */
  codec: string;
  /** Hz. */
  sample_rate: number;
  channels: number;
  timescale: number;
}

export interface SkippedMessage {
  type: 'skipped';
  stream: string;
  chunks: number;
}

export interface ErrorMessage {
  type: 'error';
  stream: string | null;
  code: string;
  message: string;
}

export interface ClockMessage {
  type: 'clock';
  t0: number;
  server_ms: number;
}

export interface HelloMessage {
  type: 'hello';
  version: number;
}

export type ServerMessage =
  | StateMessage
  | StreamMessage
  | AudioMessage
  | SkippedMessage
  | ErrorMessage
  | ClockMessage
  | HelloMessage;

/** What the viewer of one stream sees, sent every few seconds. */
export interface Report {
  transport: string;
  latency_p50_ms: number;
  latency_p95_ms: number;
  stalls: number;
  dropped: number;
}

const TYPES = new Set(['hello', 'state', 'stream', 'audio', 'skipped', 'error', 'clock']);

/** Read a text message; null for what this client does not know, which it must ignore. */
export function parseControl(text: string): ServerMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return null;
  return TYPES.has(String(value.type)) ? (value as ServerMessage) : null;
}
