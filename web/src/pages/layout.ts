const GAP = 8;
const RATIO = 16 / 9;
/** Below this a tile is of no use: the wall scrolls instead. */
const NARROWEST = 260;

/** How many columns make the tiles largest: all in view if they stay wide enough. */
export function columnsFor(tiles: number, width: number, height: number): number {
  const most = Math.max(1, Math.min(tiles, Math.floor(width / NARROWEST)));
  let best = most;
  let widest = 0;
  for (let columns = 1; columns <= most; columns += 1) {
    const rows = Math.ceil(tiles / columns);
    const byWidth = (width - GAP * (columns + 1)) / columns;
    const byHeight = ((height - GAP * rows) / rows) * RATIO;
    const tile = Math.min(byWidth, byHeight);
    if (byWidth <= byHeight && tile > widest) {
      widest = tile;
      best = columns;
    }
  }
  return best;
}
