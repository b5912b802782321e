"""`python -m lapor.bench`, as `./run bench` calls it: the models can only be read once Django stands."""

import sys
from importlib import import_module

import django

django.setup()
sys.exit(import_module("lapor.bench.table").main(sys.argv[1:]))
