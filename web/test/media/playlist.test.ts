import { expect, test } from 'vitest';
import { withoutParts } from '../../src/media/playlist';

const HEADER = [
  '#EXTM3U',
  '#EXT-X-TARGETDURATION:1',
  '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.315',
];
const PART = '#EXT-X-PART:DURATION=0.10000,URI="a.p7.m4s",INDEPENDENT=YES';

test('a playlist loses its parts and nothing else', () => {
  const segment = ['#EXT-X-PROGRAM-DATE-TIME:2026-11-22T20:00:00.000Z', '#EXTINF:0.50000,', 'a.s1.m4s'];
  const playlist = [...HEADER, '#EXT-X-PART-INF:PART-TARGET=0.105', PART, PART, ...segment, PART];
  const hint = '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="a.p8.m4s"';
  expect(withoutParts([...playlist, hint, ''].join('\n'))).toBe([...HEADER, ...segment, ''].join('\n'));
});

test('the lines may end as on other systems, and the last one not at all', () => {
  expect(withoutParts(`#EXTM3U\r\n${PART}\r\na.s1.m4s\r\n${PART}`)).toBe('#EXTM3U\r\na.s1.m4s\r\n');
});

test('a multivariant playlist is left as it is', () => {
  const playlist = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.live-1-105.m3u8\n';
  expect(withoutParts(playlist)).toBe(playlist);
});
