import { CONVERTED } from './quality';
import type { PlayerState } from './state';
import type { Transport } from './transport';

/** Where the capture time of the pictures comes from. */
export type ClockSource =
  /** The camera's own clock (RTCP sender reports). */
  | 'camera'
  /** The arrival of the picture's last byte at the server. */
  | 'server'
  /** EXT-X-PROGRAM-DATE-TIME. */
  | 'playlist';

/** The figures of one player. Null where there is nothing to say yet. */
export interface PlayerStats {
  transport: Transport | null;
  state: PlayerState;
  /** `high`, the camera's own picture, `medium`, `low`, or `h264`, converted by the server. */
  quality: string | null;
  /** From capture to screen, over the newest five seconds. */
  latency_p50_ms: number | null;
  latency_p95_ms: number | null;
  /** The same of the newest picture. */
  latency_ms: number | null;
  /** How wrong the delay may be, for two clocks are compared. */
  clock_uncertainty_ms: number | null;
  clock_source: ClockSource | null;
  /** Media that should lie ahead of the playhead when data has just come. */
  target_ms: number;
  buffered_ms: number;
  rate: number;
  /** Pictures shown a second. */
  fps: number;
  /** Pictures that were left out, here or at the server. */
  dropped: number;
  /** Pauses of the picture that a person notices. */
  stalls: number;
  /** How much later than its picture sound is heard; null while there is none to be heard. */
  lip_sync_ms: number | null;
  width: number;
  height: number;
}

const TRANSPORT_NAMES: Record<Transport, string> = {
  webcodecs: 'WebCodecs',
  mse: 'MSE',
  llhls: 'LL-HLS',
  hls: 'HLS',
};

const CLOCK_NAMES: Record<ClockSource, string> = {
  camera: 'camera clock',
  server: 'arrival at the server',
  playlist: 'playlist',
};

/** What a person may call a quality; nothing where it is the camera's own picture. */
export function qualityName(quality: string | null): string {
  if (quality === CONVERTED) return 'H.265, converted by the server';
  return quality === null || quality === 'high' ? '' : quality;
}

export function transportName(transport: Transport | null): string {
  return transport === null ? '' : TRANSPORT_NAMES[transport];
}

/** `42 ms`, `1.84 s`, or a dash. */
export function milliseconds(value: number | null): string {
  if (value === null) return '–';
  return Math.abs(value) < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
}

/** Labels and values for a person, in order. */
export function rows(stats: PlayerStats): [string, string][] {
  const source = stats.clock_source === null ? '–' : CLOCK_NAMES[stats.clock_source];
  return [
    ['State', stats.state],
    ['Transport', transportName(stats.transport) || '–'],
    ['Quality', qualityName(stats.quality) || stats.quality || '–'],
    ['Delay, median', milliseconds(stats.latency_p50_ms)],
    ['Delay, 95 %', milliseconds(stats.latency_p95_ms)],
    ['Measured from', source],
    ['Uncertainty', milliseconds(stats.clock_uncertainty_ms)],
    ['Buffered', `${milliseconds(stats.buffered_ms)} of ${milliseconds(stats.target_ms)}`],
    ['Rate', `${stats.rate.toFixed(3)} ×`],
    ['Picture', stats.width > 0 ? `${stats.width} × ${stats.height}` : '–'],
    ['Pictures a second', stats.fps.toFixed(1)],
    ['Left out', String(stats.dropped)],
    ['Stalls', String(stats.stalls)],
    ['Sound after picture', milliseconds(stats.lip_sync_ms)],
  ];
}
