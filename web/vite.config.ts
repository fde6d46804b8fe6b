import { defineConfig } from 'vitest/config';

/** Entries that other pages import by name; everything else carries its hash. */
const STABLE = new Set(['live-edge-player', 'meter', 'baseline', 'notes', 'ear', 'beeps']);

export default defineConfig({
  base: '/static/',
  publicDir: false,
  build: {
    outDir: '../src/liveedge/static',
    emptyOutDir: true,
    target: 'es2022',
    // hls.js comes with its licence wherever it goes.
    license: { fileName: 'licenses.md' },
    // Chromium and Safari both preload modules by themselves.
    modulePreload: {
      polyfill: false,
      // A page on another origin may import the player: only its HTML may name /static/ addresses.
      resolveDependencies: (_file, dependencies, { hostType }) =>
        hostType === 'html' ? dependencies : [],
    },
    rolldownOptions: {
      input: {
        'live-edge-player': 'src/live-edge-player.ts',
        meter: 'src/meter.ts',
        baseline: 'src/baseline.ts',
        notes: 'src/notes.ts',
        ear: 'src/ear.ts',
        beeps: 'src/beeps.ts',
        index: 'index.html',
        watch: 'watch.html',
      },
      preserveEntrySignatures: 'allow-extension',
      output: {
        entryFileNames: (chunk) => (STABLE.has(chunk.name) ? '[name].js' : 'assets/[name]-[hash].js'),
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
  },
});
