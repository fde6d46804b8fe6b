import type { FeedFacts } from './feed';
import type { Refusal } from './quality';
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
  /** A change has failed; what was before goes on. */
  refused(refusal: Refusal): void;
  /** Another stream with the same pictures that may play where this one does not; null: none. */
  instead(stream: string, facts: Readonly<FeedFacts>): string | null;
}
