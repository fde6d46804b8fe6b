/** hls.js without sound of its own, subtitles or encryption: less than two thirds of its bytes. */
export { default as Hls, ErrorTypes, Events } from 'hls.js/light';

export const sounds: boolean = false;
