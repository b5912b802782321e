"""Technical ground with nothing of the domain in it."""
