import { expect, it } from 'vitest';
import { CaptureTable } from '../../src/player/capture-table';

it('finds the picture at a media time that was rounded in another way', () => {
  const table = new CaptureTable();
  table.add(10, { captureMs: 1000, arrivedMs: 0, clock: 'server', stream: 'door' });
  table.add(10.0333, { captureMs: 1033, arrivedMs: 0, clock: 'camera', stream: 'door' });
  expect(table.find(10.033334)).toMatchObject({ captureMs: 1033, arrivedMs: 0, clock: 'camera', stream: 'door' });
  expect(table.find(9.9999)?.captureMs).toBe(1000);
});

it('takes the nearest of two that are close', () => {
  const table = new CaptureTable();
  table.add(10, { captureMs: 1, arrivedMs: 0, clock: 'server', stream: 'door' });
  table.add(10.004, { captureMs: 2, arrivedMs: 0, clock: 'server', stream: 'door' });
  expect(table.find(10.001)?.captureMs).toBe(1);
  expect(table.find(10.003)?.captureMs).toBe(2);
});

it('knows nothing of other times', () => {
  const table = new CaptureTable();
  expect(table.find(0)).toBeNull();
  table.add(10, { captureMs: 1, arrivedMs: 0, clock: 'server', stream: 'door' });
  expect(table.find(10.02)).toBeNull();
});

it('forgets the oldest when it is full', () => {
  const table = new CaptureTable(3);
  for (let at = 0; at < 5; at += 1) table.add(at, { captureMs: at, arrivedMs: 0, clock: 'server', stream: 'door' });
  expect([0, 1, 2, 3, 4].map((at) => table.find(at)?.captureMs ?? null)).toEqual([
    null,
    null,
    2,
    3,
    4,
  ]);
});
