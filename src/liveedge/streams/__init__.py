"""One stream is a source, its packaging and its window; the registry holds them all."""
