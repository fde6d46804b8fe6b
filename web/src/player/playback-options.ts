import type { FeedFacts } from './feed';
import type { Picture } from './renderer';
import type { TransportChoice } from './transport';

/** What is played, where to, and who is told. */
export interface PlaybackOptions {
  server: URL;
  stream: string;
  transport: TransportChoice;
  /** Where the surface goes. */
  stage: HTMLElement;
  /** Whether sound is wanted. */
  sounds(): boolean;
  presented(picture: Picture): void;
  /** A change to this stream has failed, and perhaps it is known why; what was before goes on. */
  refused(stream: string, why: string | null): void;
  /** Another stream with the same pictures that may play where this one does not; null: none. */
  instead(stream: string, facts: Readonly<FeedFacts>): string | null;
}
