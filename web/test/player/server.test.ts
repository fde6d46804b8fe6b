import { expect, it } from 'vitest';
import { serverOfModule } from '../../src/player/server';

it.each([
  ['http://cam.test:8080/static/live-edge-player.js', 'http://cam.test:8080/'],
  ['https://cam.test/static/assets/chunk-abc.js?x=1', 'https://cam.test/'],
  ['https://cam.test/house/static/live-edge-player.js', 'https://cam.test/house/'],
  ['https://cam.test/elsewhere.js', 'https://cam.test/'],
])('%s comes from %s', (module, server) => {
  expect(serverOfModule(module).href).toBe(server);
});
