import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeepingUp } from '../../src/edge/keeping-up';
import type { Offer } from '../../src/edge/quality-choice';
import { unknownFacts, type FeedFacts } from '../../src/player/feed';
import { recall, remember } from '../../src/player/offers';
import type { Playback } from '../../src/player/playback';
import type { QualitySetting } from '../../src/player/quality';
import { QualityPilot } from '../../src/player/quality-pilot';

const SERVER = new URL('http://cam.test/');
const SUB: Offer = { quality: 'low', made: 'camera', width: 640, height: 360 };
const MADE: Offer = { quality: 'low', made: 'transcode', width: 640, height: 360 };
const H264: Offer = { quality: 'h264', made: 'transcode', width: 1280, height: 720 };
const OWN = { width: 1280, height: 720 };

let id = 0;
/** Each test has a stream of its own, for what is known of it is kept for the page. */
let door = '';
const tile = { width: 1280, height: 720 };

/** A playback that plays at once what it is told to. */
class FakePlayback {
  paused = false;
  played: string[] = [];
  line = this.#lineOf('');

  constructor(stream: string) {
    this.line = this.#lineOf(stream);
  }
  get stream(): string {
    return this.line.route.stream;
  }
  get next() {
    return this.line;
  }
  play(stream: string, trial = false): void {
    this.played.push(trial ? `${stream} on trial` : stream);
    this.line = this.#lineOf(stream);
  }
  /** What was told last does not come about. */
  stay(stream: string): void {
    this.line = this.#lineOf(stream);
  }
  #lineOf(stream: string) {
    const facts: FeedFacts = { ...unknownFacts(), camera: 'live' };
    return { route: { stream }, facts, keeping: new KeepingUp(), shows: true, look: () => {} };
  }
}

function flight(setting: QualitySetting, offers: Offer[] = []) {
  if (offers.length > 0) remember(SERVER, door, { offers, size: OWN });
  const pilot = new QualityPilot({ server: SERVER, id: door, setting, tile: () => tile });
  const playback = new FakePlayback(pilot.begin(0));
  const steer = (now: number) => pilot.steer(now, playback as unknown as Playback);
  return { pilot, playback, steer };
}

beforeEach(() => {
  id += 1;
  door = `door${id}`;
  tile.width = 1280;
  vi.stubGlobal('document', { hidden: false });
});

afterEach(() => vi.unstubAllGlobals());

describe('a quality that somebody has chosen', () => {
  it.each<[QualitySetting, string]>([
    ['high', ''],
    ['medium', '~medium'],
    ['low', '~low'],
  ])('%s is played', (setting, mark) => {
    const { playback, steer } = flight(setting, [SUB]);
    tile.width = 100;
    steer(1000);
    expect(playback.stream).toBe(door + mark);
    expect(playback.played).toEqual([]);
  });

  it('may be another one later', () => {
    const { pilot, playback, steer } = flight('high', [SUB]);
    pilot.setting = 'low';
    steer(1000);
    expect(playback.played).toEqual([`${door}~low`]);
  });

  it('that cannot be had is asked for again later', () => {
    const { pilot, playback, steer } = flight('high');
    pilot.setting = 'low';
    steer(1000);
    playback.stay(door);
    pilot.refused(2000, { stream: `${door}~low`, plays: true, why: null });
    steer(16_900);
    expect(playback.played).toHaveLength(1);
    steer(17_000);
    expect(playback.played).toHaveLength(2);
  });
});

describe('a quality that is chosen by itself', () => {
  it('is right from the beginning where another player has learned what there is', () => {
    remember(SERVER, door, { offers: [SUB], size: OWN });
    tile.width = 320;
    expect(flight('auto').playback.stream).toBe(`${door}~low`);
  });

  it('is found out from the stream that plays', () => {
    const { playback, steer } = flight('auto');
    tile.width = 320;
    steer(1000);
    expect(playback.played).toEqual([]);
    playback.line.facts.offers = [SUB];
    playback.line.facts.size = OWN;
    steer(1100);
    expect(playback.played).toEqual([`${door}~low`]);
    expect(recall(SERVER, door)).toEqual({ offers: [SUB], size: OWN });
  });

  it('is left alone while nobody looks', () => {
    const { playback, steer } = flight('auto', [SUB]);
    tile.width = 320;
    playback.paused = true;
    steer(1000);
    playback.paused = false;
    vi.stubGlobal('document', { hidden: true });
    steer(2000);
    expect(playback.played).toEqual([]);
  });

  it('is low for who does not keep up, and not where that has gone offline', () => {
    const { playback, steer } = flight('auto', [MADE]);
    for (let now = 1000; now <= 2000; now += 100) playback.line.keeping.arrived(now, 900);
    steer(2000);
    expect(playback.played).toEqual([`${door}~low`]);
    playback.line.facts.camera = 'offline';
    steer(2500);
    expect(playback.played).toEqual([`${door}~low`, door]);
  });
});

describe('a stream that this browser does not play', () => {
  it('is asked for as the server converts it, for each setting that means the large picture', () => {
    const { pilot, playback, steer } = flight('auto');
    const facts = { ...unknownFacts(), offers: [MADE, H264] };
    expect(pilot.instead(1000, door, facts)).toBe(`${door}~h264`);
    playback.stay(`${door}~h264`);
    steer(2000);
    pilot.setting = 'high';
    steer(3000);
    expect(playback.played).toEqual([]);
  });

  it('has nothing instead where the server does not convert, or that does not play either', () => {
    const { pilot } = flight('auto');
    expect(pilot.instead(0, door, { ...unknownFacts(), offers: [MADE] })).toBeNull();
    expect(pilot.instead(0, door, unknownFacts())).toBeNull();
    expect(pilot.instead(0, `${door}~h264`, { ...unknownFacts(), offers: [H264] })).toBeNull();
  });

  it('is tried again every ten minutes, and played if that works', () => {
    const { pilot, playback, steer } = flight('high');
    pilot.instead(0, door, { ...unknownFacts(), offers: [H264] });
    playback.stay(`${door}~h264`);
    steer(600_000);
    expect(playback.played).toEqual([]);
    steer(600_100);
    expect(playback.played).toEqual([`${door} on trial`]);
    playback.stay(`${door}~h264`);
    pilot.refused(600_200, { stream: door, plays: false, why: null });
    steer(600_300);
    expect(playback.played).toHaveLength(1);
    steer(1_200_300);
    expect(playback.played).toHaveLength(2);
    steer(1_200_400);
    steer(1_900_000);
    expect(playback.played).toHaveLength(2);
    expect(playback.stream).toBe(door);
  });
});
