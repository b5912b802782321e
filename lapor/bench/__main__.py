"""`python -m lapor.bench`, as `./run bench` calls it: the models can only be read once Django stands."""

import os
import sys
from importlib import import_module

import django

# What is measured in the database alone, beside the works that ask a server.
APART = {"watch": "lapor.bench.watching", "measure": "lapor.bench.measuring", "cpu": "lapor.bench.alone"}

name, *rest = sys.argv[1:] or [""]
if name == "cpu":  # answers in this process what the production server would answer
    os.environ.update(LAPOR_DEBUG="0", LAPOR_TLS="0", ALLOWED_HOSTS="127.0.0.1")
django.setup()
sys.exit(import_module(APART[name]).main(rest) if name in APART else import_module("lapor.bench.table").main(sys.argv[1:]))
