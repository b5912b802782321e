"""How fast the house is beside what the same machine, server and framework allow: floors and our own work in one run."""
