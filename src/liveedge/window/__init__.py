"""The newest seconds of a stream, kept once for all viewers."""
