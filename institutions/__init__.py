"""The tree of institutions, regions, calendars, topics and the rules with their legal basis."""
