"""Sources of access units, kept running: connect, retry, and a timeline that survives both."""
