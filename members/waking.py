"""Having the worker go on with the jobs of this room."""

from novi_ams.association.worker import tell_worker


def wake() -> None:
    """Have the worker look soon after this transaction."""
    tell_worker("members.work")
