#!/usr/bin/env python3
"""Django's command line; a sensitive command of a library gives its ticket here (officers/management/tickets.py)."""

import os
import sys
from importlib import import_module

import django
from django.core.management import CommandError, execute_from_command_line

from officers.management.tickets import FOREIGN

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lapor.settings")
    if len(sys.argv) > 1 and sys.argv[1] in FOREIGN:
        django.setup()
        try:
            sys.argv = import_module("officers.management.command").signed(sys.argv)
        except CommandError as error:
            sys.exit(f"CommandError: {error}")
    execute_from_command_line(sys.argv)
