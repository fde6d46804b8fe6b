import HlsLight, { type HlsConfig, type Loader, type LoaderContext } from 'hls.js/light';
import { withoutParts } from '../media/playlist';

const DefaultLoader = HlsLight.DefaultConfig.loader;
/**
 * A loader of playlists for hls.js that hides the parts in them.
 *
 * hls.js has one switch for parts and for playlist requests that wait on the server. Without it a
 * segment is noticed up to its own duration late; with it, and without parts to see, the moment it
 * is there.
 */
class SegmentsLoader extends DefaultLoader {
  override load(...[context, config, callbacks]: Parameters<Loader<LoaderContext>['load']>) {
    super.load(context, config, {
      ...callbacks,
      onSuccess: (response, ...rest) => {
        if (typeof response.data === 'string') response.data = withoutParts(response.data);
        callbacks.onSuccess(response, ...rest);
      },
    });
  }
}

export const segmentsLoader = SegmentsLoader as unknown as NonNullable<HlsConfig['pLoader']>;
