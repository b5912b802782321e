"""The composition root: settings, addresses, background work, health and the launcher."""
