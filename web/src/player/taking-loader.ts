import HlsLight, { type Loader, type LoaderContext, type LoaderResponse } from 'hls.js/light';

const DefaultLoader = HlsLight.DefaultConfig.loader;

/** A loader for hls.js that has `take` look at each answer, and change it, before hls.js does. */
export function takingLoader<T>(take: (response: LoaderResponse) => void): T {
  class TakingLoader extends DefaultLoader {
    override load(...[context, config, callbacks]: Parameters<Loader<LoaderContext>['load']>) {
      super.load(context, config, {
        ...callbacks,
        onSuccess: (response, ...rest) => {
          take(response);
          callbacks.onSuccess(response, ...rest);
        },
      });
    }
  }
  return TakingLoader as unknown as T;
}
