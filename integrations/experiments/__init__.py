"""What the documents leave open, found out on a real account: one function a question, and a table of them.

`questions.py` is the table, `running.py` asks, `laboratory.py` is what an experiment has at hand and what keeps note
of everything made, `tidying.py` deletes it again, `table.py` shows what was found.
"""
