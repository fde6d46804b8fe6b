"""Facts of a stream at one moment, and what follows from them."""
