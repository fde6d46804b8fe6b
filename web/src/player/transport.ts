/** The ways in which pictures come to the screen, the least delay first. */
export const TRANSPORTS = ['webcodecs', 'mse', 'llhls', 'hls'] as const;

export type Transport = (typeof TRANSPORTS)[number];
export type TransportChoice = Transport | 'auto';

/** What this browser can do. */
export interface Abilities {
  /** VideoDecoder exists: only in secure contexts, that is https or localhost. */
  webCodecs: boolean;
  /** MediaSource or ManagedMediaSource exists. */
  mediaSource: boolean;
  /** The video element plays playlists by itself. */
  nativeHls: boolean;
  webSocket: boolean;
}

export function transportChoice(value: string | null): TransportChoice {
  return TRANSPORTS.find((transport) => transport === value) ?? 'auto';
}

/** The transports to try, in this order; empty if the browser can play none of them. */
export function candidates(choice: TransportChoice, able: Abilities): Transport[] {
  const possible: Record<Transport, boolean> = {
    webcodecs: able.webCodecs && able.webSocket,
    mse: able.mediaSource && able.webSocket,
    llhls: able.mediaSource || able.nativeHls,
    hls: able.mediaSource || able.nativeHls,
  };
  return TRANSPORTS.filter(
    (transport) => possible[transport] && (choice === 'auto' || choice === transport),
  );
}

/** Why there are no candidates, in a sentence. */
export function impossible(choice: TransportChoice, secure: boolean): string {
  if (choice === 'webcodecs' && !secure) {
    return 'Browsers offer WebCodecs only to pages that come over https or from this computer.';
  }
  const what = choice === 'auto' ? 'live video in any way that this player knows' : choice;
  return `This browser cannot play ${what}.`;
}

export function abilities(): Abilities {
  return {
    webCodecs: 'VideoDecoder' in globalThis,
    mediaSource: 'MediaSource' in globalThis || 'ManagedMediaSource' in globalThis,
    nativeHls:
      document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '',
    webSocket: 'WebSocket' in globalThis,
  };
}
