"""What `./run` does once Python is there: services, keys, preparation, the children, and a clean end.

It needs the environment that `run` made, but nothing of the house: it must work before the house stands.
"""
