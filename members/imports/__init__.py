"""Importing member records from CSV files: read, match columns, check, preview, write in the background."""

from members.jobs import BulkAction, Import, Stage


def is_running() -> bool:
    """Whether an import or a bulk action is writing records: what it does to lists is judged when it has ended."""
    return any(model.objects.filter(state=Stage.RUNNING).exists() for model in (Import, BulkAction))
