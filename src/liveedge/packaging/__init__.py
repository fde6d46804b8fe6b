"""Access units become CMAF chunks, and chunks become parts and segments."""
