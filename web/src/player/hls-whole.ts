/** All of hls.js, which alone plays sound that has a playlist of its own. */
export { default as Hls, ErrorTypes, Events } from 'hls.js';

export const sounds: boolean = true;
