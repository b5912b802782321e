"""The dashboards of every tier: who may look where, what is read for a board, and how it is shown. They only read."""
