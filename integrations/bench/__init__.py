"""Measuring the reconciler against the sandbox: requests, time and memory, beside a floor and beside others.

`scenarios.py` says what is measured, `association.py` makes the people, `floor.py` is what it is compared with,
`measuring.py` is one measurement in a process of its own, `course.py` runs them all, `peers.py` and `table.py` print.
"""
