"""Citizens' reports and how they are handled."""
