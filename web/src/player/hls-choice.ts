import type { Renderer, RendererHost } from './renderer';

/** hls.js where there are Media Source Extensions, else the video element by itself. */
export async function makeHlsRenderer(
  host: RendererHost,
  transport: 'llhls' | 'hls',
  url: string,
): Promise<Renderer> {
  if ('MediaSource' in globalThis || 'ManagedMediaSource' in globalThis) {
    const { HlsRenderer } = await import('./hls-renderer');
    return new HlsRenderer(host, transport, url);
  }
  const { NativeHlsRenderer } = await import('./native-hls-renderer');
  return new NativeHlsRenderer(host, transport, url);
}
