"""RTSP/1.0 (RFC 2326) without I/O, then the asyncio client and server on top of it."""
