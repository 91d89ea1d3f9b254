"""Measuring recalculation and pages with 100,000 members and 200 groups, each beside what the database needs for it.

`association.py` makes the people and groups in a database of their own, `recalculating.py` and `pages.py` measure,
`running.py` starts both from `manage.py bench`.
"""
