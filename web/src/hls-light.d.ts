/** The package gives types only for the full build; the light one has the same classes. */
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
