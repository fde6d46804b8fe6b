import type { HlsConfig } from 'hls.js';
import { withoutParts } from '../media/playlist';
import { takingLoader, type BaseLoader } from './taking-loader';

/**
 * A loader of playlists for hls.js that hides the parts in them.
 *
 * hls.js has one switch for parts and for playlist requests that wait on the server. Without it a
 * segment is noticed up to its own duration late; with it, and without parts to see, the moment it
 * is there.
 */
export function segmentsLoader(Base: BaseLoader): NonNullable<HlsConfig['pLoader']> {
  return takingLoader(Base, (response) => {
    if (typeof response.data === 'string') response.data = withoutParts(response.data);
  });
}
