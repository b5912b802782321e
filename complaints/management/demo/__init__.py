"""The demo: an invented country whose officers and citizens live through half a year of reports."""
