/** Defines `<live-edge-player>`; documented in docs/reference/player.md. */
import { LiveEdgePlayer } from './player/element';
import type { PlayerFrame } from './player/player-frame';
import type { PlayerState } from './player/state';
import type { ClockSource, PlayerStats } from './player/stats';
import type { Transport, TransportChoice } from './player/transport';

// A page may have loaded the module under two addresses; the first one counts.
if (!customElements.get('live-edge-player')) {
  customElements.define('live-edge-player', LiveEdgePlayer);
}

declare global {
  interface HTMLElementTagNameMap {
    'live-edge-player': LiveEdgePlayer;
  }
}

export { LiveEdgePlayer };
export type { ClockSource, PlayerFrame, PlayerState, PlayerStats, Transport, TransportChoice };
