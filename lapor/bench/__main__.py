"""`python -m lapor.bench`, as `./run bench` calls it: the models can only be read once Django stands."""

import sys
from importlib import import_module

import django

# What is measured in the database alone, beside the works that ask a server.
APART = {"watch": "lapor.bench.watching", "measure": "lapor.bench.measuring"}

django.setup()
name, *rest = sys.argv[1:] or [""]
sys.exit(import_module(APART[name]).main(rest) if name in APART else import_module("lapor.bench.table").main(sys.argv[1:]))
