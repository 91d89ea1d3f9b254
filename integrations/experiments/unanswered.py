"""Why an experiment ends without an answer."""

from __future__ import annotations

NOT_UNDERSTOOD = (AttributeError, KeyError, TypeError, ValueError)
"""What reading an answer raises that lacks what the definition promises."""


class CannotTell(Exception):
    """The account did not let the question be settled; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)
