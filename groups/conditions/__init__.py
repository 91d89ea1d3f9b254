"""Conditions: a tree of comparisons that decides who is in a group.

`tree` parses and validates, `operators` is the one table of comparisons, `compiling` makes one `Q`,
`evaluating` answers for one record in memory and explains, `describing` says it in words.
"""
