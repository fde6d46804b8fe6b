"""The live WebSocket: many streams on one socket, one message a frame."""
