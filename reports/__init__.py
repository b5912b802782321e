"""Editions of evaluation reports and public statistics."""
