/** One camera in the whole window: `/watch/{id}?quality=…&transport=…&controls=off`. */
import { LiveEdgePlayer, type PlayerState, type PlayerStats } from '../live-edge-player';
import { qualitySetting } from '../player/quality';
import { milliseconds, rows } from '../player/stats';
import { transportChoice } from '../player/transport';
import { CameraSwitch } from './camera-switch';
import { Graph } from './graph';
import { Speaker } from './speaker';
import { fetchStream, type StreamEntry } from './streams';

const IDLE_MS = 3000;

const query = new URLSearchParams(location.search);
const streamId = decodeURIComponent(location.pathname.split('/').findLast(Boolean) ?? '');

const player = new LiveEdgePlayer();
player.setAttribute('stream', streamId);
player.setAttribute('transport', transportChoice(query.get('transport')));
player.setAttribute('quality', qualitySetting(query.get('quality')));
// Before anything else of the page: the socket opens while the rest is set up.
byId('stage', HTMLElement).append(player);

const panel = byId('panel', HTMLElement);
const figures = byId('figures', HTMLButtonElement);
const transport = byId('transport', HTMLSelectElement);
const quality = byId('quality', HTMLSelectElement);
const fullscreen = byId('fullscreen', HTMLButtonElement);
const delay = byId('delay', HTMLElement);
const list = byId('rows', HTMLElement);
const graph = new Graph(byId('graph', HTMLCanvasElement));
const cameraSwitch = new CameraSwitch(streamId, acted);
const speaker = new Speaker(player);

function showStats(stats: PlayerStats): void {
  graph.add(stats.state === 'live' ? stats.latency_p50_ms : null);
  if (panel.hidden) return;
  delay.textContent = stats.state === 'live' ? milliseconds(stats.latency_p50_ms) : '–';
  list.replaceChildren(
    ...rows(stats).flatMap(([name, value]) => [cell('dt', name), cell('dd', value)]),
  );
}

function toggleFigures(): void {
  panel.hidden = !panel.hidden;
  figures.setAttribute('aria-pressed', String(!panel.hidden));
  player.setAttribute('badge', panel.hidden ? 'on' : 'off');
  showStats(player.stats);
}

function toggleFullscreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
}

function choose(name: 'transport' | 'quality', choice: string): void {
  player.setAttribute(name, choice);
  graph.clear();
  query.set(name, choice);
  if (choice === 'auto') query.delete(name);
  const search = query.size > 0 ? `?${query}` : '';
  history.replaceState(null, '', location.pathname + search);
}

let idle: ReturnType<typeof setTimeout> | undefined;
function stayAwake(): void {
  document.body.classList.remove('idle');
  clearTimeout(idle);
  idle = setTimeout(() => document.body.classList.add('idle'), IDLE_MS);
}

let acts = 0;

function acted(entry: StreamEntry): void {
  acts += 1;
  showEntry(entry);
}

async function ask(): Promise<void> {
  const before = acts;
  try {
    const entry = await fetchStream(streamId);
    // An answer from before an act is older than what the act was answered with.
    if (acts === before) showEntry(entry);
  } catch {
    // The player says what is wrong; the id is name enough.
  }
}

function showEntry(entry: StreamEntry): void {
  setName(entry.name);
  cameraSwitch.show(entry.state);
  speaker.show(entry.audio !== null);
}

/**
 * The player notices that something has changed, perhaps from elsewhere; the server knows what: a
 * camera that was stopped has pictures left, and a player that shows them is live.
 */
function follow(state: PlayerState): void {
  if (state === 'failed') cameraSwitch.show(null);
  else if (state !== 'paused') void ask();
}

function setName(name: string): void {
  byId('name', HTMLElement).textContent = name;
  document.title = `${name} · liveedge`;
}

function cell(tag: 'dt' | 'dd', text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function byId<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no element "${id}".`);
  return found;
}

player.addEventListener('stats', (event) => showStats((event as CustomEvent<PlayerStats>).detail));
player.addEventListener('state', (event) => follow((event as CustomEvent<PlayerState>).detail));
byId('switch', HTMLElement).append(cameraSwitch.element);
byId('sound', HTMLElement).append(speaker.element);
figures.addEventListener('click', toggleFigures);
fullscreen.addEventListener('click', toggleFullscreen);
fullscreen.hidden = !document.fullscreenEnabled;
transport.value = transportChoice(query.get('transport'));
transport.addEventListener('change', () => choose('transport', transport.value));
quality.value = qualitySetting(query.get('quality'));
quality.addEventListener('change', () => choose('quality', quality.value));
document.addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLSelectElement || event.ctrlKey || event.metaKey) return;
  if (event.key === 's') toggleFigures();
  if (event.key === 'f') toggleFullscreen();
  if (event.key === 'm') speaker.toggle();
});
byId('bar', HTMLElement).hidden = query.get('controls') === 'off';
for (const event of ['pointermove', 'keydown'] as const) document.addEventListener(event, stayAwake);
stayAwake();
setName(streamId);
void ask();
