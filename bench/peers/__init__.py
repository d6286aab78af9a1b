"""The peers: each reads one file and prints {"amount", "seconds", "peak"} as JSON."""
