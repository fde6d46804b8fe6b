const GAP = 8;
const RATIO = 16 / 9;
/** Below this a picture is of no use: the wall scrolls instead. */
const NARROWEST = 260;

export interface Layout {
  columns: number;
  /** Of one tile, in pixels. */
  height: number;
}

/** The layout with the largest pictures: all of them in view, as long as they are wide enough. */
export function layoutFor(tiles: number, width: number, height: number): Layout {
  let best: Layout | null = null;
  let widest = NARROWEST;
  for (let columns = 1; columns <= tiles; columns += 1) {
    const rows = Math.ceil(tiles / columns);
    const tileHeight = Math.min(tileWidth(columns, width) / RATIO, height / rows - GAP);
    const picture = tileHeight * RATIO;
    if (picture < widest) continue;
    widest = picture;
    best = { columns, height: Math.floor(tileHeight) };
  }
  return best ?? scrolling(width);
}

function scrolling(width: number): Layout {
  const columns = Math.max(1, Math.floor((width - GAP) / (NARROWEST + GAP)));
  return { columns, height: Math.floor(tileWidth(columns, width) / RATIO) };
}

function tileWidth(columns: number, width: number): number {
  return (width - GAP) / columns - GAP;
}
