import { afterEach, describe, expect, it, vi } from 'vitest';
import { actsFor } from '../../src/pages/camera-switch';
import { act } from '../../src/pages/streams';

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: unknown) {
  const fetched = vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

describe('actsFor', () => {
  it('starts what is stopped', () => expect(actsFor('stopped')).toEqual(['start']));
  it.each(['connecting', 'live', 'offline'])('restarts and stops what is %s', (state) => {
    expect(actsFor(state)).toEqual(['restart', 'stop']);
  });
});

describe('act', () => {
  it('posts with the header that no form can set, and gives back the stream', async () => {
    const entry = { stream_id: 'a b', name: 'Door', state: 'stopped', audio: null };
    const fetched = answer(200, entry);
    expect(await act('a b', 'stop')).toEqual(entry);
    const [path, options] = fetched.mock.calls[0] as unknown as [string, RequestInit];
    expect(path).toBe('/api/streams/a%20b/stop');
    expect(options).toMatchObject({ method: 'POST', headers: { 'X-Liveedge': '1' } });
  });

  it('says what the server says', async () => {
    answer(503, { detail: 'Others are at it; try again.' });
    await expect(act('door', 'restart')).rejects.toThrow('Others are at it; try again.');
  });

  it('says something where the server does not', async () => {
    answer(502, 'bad gateway');
    await expect(act('door', 'start')).rejects.toThrow('The server answered 502.');
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(act('door', 'start')).rejects.toThrow('The server does not answer; try again.');
  });
});
