import { expect, test } from 'vitest';

import { streamOf } from '../../src/player/quality';

test.each([
  ['low', 'door~low'],
  ['medium', 'door~medium'],
  ['high', 'door'],
  ['auto', 'door'],
  ['', 'door'],
  ['LOW', 'door'],
  [null, 'door'],
])('quality %s is the stream %s', (quality, stream) => {
  expect(streamOf('door', quality)).toBe(stream);
});
