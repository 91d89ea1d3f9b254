"""Asking all questions of the connected account, and leaving it as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from requests import RequestException

from integrations.connection_errors import NotUsable
from integrations.constant_contact.errors import ConstantContactError, Forbidden, QuotaExceeded, Unauthorized
from integrations.experiments.findings import Answer, Question, judged, open_question
from integrations.experiments.laboratory import Laboratory
from integrations.experiments.tidying import tidy
from integrations.experiments.unanswered import NOT_UNDERSTOOD, CannotTell

STOPPED_BY_HAND = "Stopped by hand."
NOT_REACHED = "Not asked: the check stopped before."
MANY_LISTS = "Not asked: it makes 51 lists for some minutes. Add --many-lists to ask it."


@dataclass(frozen=True)
class Report:
    """`stopped` is blank when everything was asked; `left_behind` names what could not be deleted."""

    answers: tuple[Answer, ...]
    left_behind: tuple[str, ...]
    requests: int
    stopped: str = ""


def run(
    lab: Laboratory,
    questions: Sequence[Question],
    *,
    many_lists: bool = False,
    on_answer: Callable[[Answer], None] = lambda answer: None,
    before_tidying: Callable[[], None] = lambda: None,
) -> Report:
    """Ask each question and delete what that made, whatever happens meanwhile.

    What concerns one experiment leaves its question open; what concerns the connection, or Ctrl-C, stops the rest.
    """
    answers: list[Answer] = []
    stopped = ""
    try:
        for question in questions:
            answer = _asked(lab, question, many_lists=many_lists)
            answers.append(answer)
            on_answer(answer)
    except (QuotaExceeded, Unauthorized, Forbidden, NotUsable) as error:
        stopped = error.sentence
    except KeyboardInterrupt:
        stopped = STOPPED_BY_HAND
    finally:
        before_tidying()
        left = tidy(lab)
    rest = [open_question(one, NOT_REACHED) for one in questions[len(answers) :]]
    return Report((*answers, *rest), tuple(left), lab.tally.requests, stopped)


def _asked(lab: Laboratory, question: Question, *, many_lists: bool) -> Answer:
    if question.needs_many_lists and not many_lists:
        return open_question(question, MANY_LISTS)
    try:
        return judged(question, question.experiment(lab))
    except CannotTell as why:
        return open_question(question, why.sentence)
    except (QuotaExceeded, Unauthorized, Forbidden):
        raise
    except (ConstantContactError, RequestException) as error:
        return open_question(question, f"The experiment failed: {error}.")
    except NOT_UNDERSTOOD as error:
        return open_question(question, f"The answer was not understood: {type(error).__name__} {error}.")
