/** The wall: every configured stream, side by side. */
import '../live-edge-player';
import { layoutFor } from './layout';
import { fetchStreams, type StreamEntry } from './streams';
import { Tile } from './tile';

const POLL_MS = 5000;
const SUMMARY_MS = 1000;

const wall = byId('wall');
const empty = byId('empty');
const summary = byId('summary');
const tiles = new Map<string, Tile>();
let reachable = true;

async function poll(): Promise<void> {
  try {
    show(await fetchStreams());
    reachable = true;
  } catch {
    reachable = false;
  }
  summarise();
  setTimeout(() => void poll(), POLL_MS);
}

function show(entries: StreamEntry[]): void {
  const listed = new Set(entries.map((entry) => entry.stream_id));
  for (const [id, tile] of tiles) {
    if (listed.has(id)) continue;
    tile.element.remove();
    tiles.delete(id);
  }
  for (const [at, entry] of entries.entries()) {
    const tile = tiles.get(entry.stream_id) ?? new Tile(entry, toggled);
    tiles.set(entry.stream_id, tile);
    tile.update(entry);
    const there = wall.children[at];
    if (there !== tile.element) wall.insertBefore(tile.element, there ?? null);
  }
  empty.hidden = entries.length > 0;
  wall.hidden = entries.length === 0;
  arrange();
}

/** One camera sounds at a time, unless Shift says that it is to join the others. */
function toggled(tile: Tile, event: MouseEvent): void {
  if (!tile.sounds || event.shiftKey) return;
  for (const other of tiles.values()) if (other !== tile) other.mute();
}

/** For the camera under the pointer or with the focus; without one, for all that sound. */
function pressM(): void {
  const meant = [...tiles.values()].find(({ element }) => element.matches(':hover, :focus-within'));
  if (meant) meant.press();
  else for (const tile of tiles.values()) tile.mute();
}

function arrange(): void {
  const { width, top } = wall.getBoundingClientRect();
  const { columns, height } = layoutFor(tiles.size, width, window.innerHeight - top);
  wall.style.setProperty('--columns', String(columns));
  wall.style.setProperty('--tile-height', `${height}px`);
}

function summarise(): void {
  const live = [...tiles.values()].filter((tile) => tile.state === 'live').length;
  const counts = tiles.size > 0 ? `${live} of ${tiles.size} live` : '';
  const text = reachable ? counts : 'The server does not answer, retrying';
  if (summary.textContent !== text) summary.textContent = text;
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element "${id}".`);
  return found;
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'm' && !event.ctrlKey && !event.metaKey) pressM();
});
window.addEventListener('resize', arrange);
setInterval(summarise, SUMMARY_MS);
void poll();
