import { describe, expect, it } from 'vitest';

import { codecName, doesNotPlay } from '../../src/media/codec-name';

describe('codecName', () => {
  it('calls codecs what people call them', () => {
    expect(codecName('avc1.42c01f')).toBe('H.264');
    expect(codecName('hvc1.1.6.L93.B0')).toBe('H.265');
    expect(codecName('vp09.00.10.08')).toBe('vp09.00.10.08');
  });

  it('says what to do about one that is not played', () => {
    expect(doesNotPlay('hvc1.1.6.L93.B0')).toBe(
      'This browser does not play H.265 (hvc1.1.6.L93.B0); set the camera to H.264.',
    );
    expect(doesNotPlay('avc1.f4001f')).toContain('use another browser');
  });
});
