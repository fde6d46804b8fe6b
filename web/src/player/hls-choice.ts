import type { Renderer, RendererHost } from './renderer';

type MakeRenderer = (host: RendererHost, transport: 'llhls' | 'hls', url: string) => Renderer;

/**
 * hls.js where there are Media Source Extensions, else the video element by itself.
 *
 * hls.js is most of the player's bytes, so it comes only where it is used, and as much of it as is
 * used: what plays sound beside the pictures is half as large again, and fetches the sound.
 */
export async function hlsRenderer(sounds: boolean): Promise<MakeRenderer> {
  if ('MediaSource' in globalThis || 'ManagedMediaSource' in globalThis) {
    const [{ HlsRenderer }, library] = await Promise.all([
      import('./hls-renderer'),
      sounds ? import('./hls-whole') : import('./hls-light'),
    ]);
    return (host, transport, url) => new HlsRenderer(host, transport, url, library);
  }
  const { NativeHlsRenderer } = await import('./native-hls-renderer');
  return (host, transport, url) => new NativeHlsRenderer(host, transport, url);
}
