"""A stand-in Constant Contact: a real HTTP server for the demo, whole-cycle tests and benchmarks.

Start reading at `server.py` (how to run one) and `switches.py` (everything the real service's documents
leave open, each as a switch). The sandbox shares nothing with the product, not even its database.
"""
