"""Facts of a stream at one moment → rules → a verdict → what is done about it."""
