"""HLS and Low-Latency HLS (RFC 8216bis) out of the window."""
