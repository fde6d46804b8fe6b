import type { Renderer, RendererHost } from './renderer';

type HlsRendererClass = new (
  host: RendererHost,
  transport: 'llhls' | 'hls',
  url: string,
) => Renderer;

/**
 * hls.js where there are Media Source Extensions, else the video element by itself.
 *
 * hls.js is most of the player's bytes, so it comes only where it is used, and in one step.
 */
export async function hlsRenderer(): Promise<HlsRendererClass> {
  if ('MediaSource' in globalThis || 'ManagedMediaSource' in globalThis) {
    return (await import('./hls-renderer')).HlsRenderer;
  }
  return (await import('./native-hls-renderer')).NativeHlsRenderer;
}
