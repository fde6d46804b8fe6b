import type { HlsConfig, Loader, LoaderContext, LoaderResponse } from 'hls.js';

/** What hls.js loads with, if it is not told otherwise. */
export type BaseLoader = HlsConfig['loader'];

/** A loader for hls.js that has `take` look at each answer, and change it, before hls.js does. */
export function takingLoader<T>(
  Base: BaseLoader,
  take: (response: LoaderResponse, context: LoaderContext) => void,
): T {
  class TakingLoader extends Base {
    override load(...[context, config, callbacks]: Parameters<Loader<LoaderContext>['load']>) {
      super.load(context, config, {
        ...callbacks,
        onSuccess: (response, ...rest) => {
          take(response, context);
          callbacks.onSuccess(response, ...rest);
        },
      });
    }
  }
  return TakingLoader as unknown as T;
}
