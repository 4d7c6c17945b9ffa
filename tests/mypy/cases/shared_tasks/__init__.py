from shared_tasks.extract import ids as ids
from shared_tasks.extract import rows
from shared_tasks.groups import halves, plain_group
from shared_tasks.helpers import build, make_task

__all__ = ["build", "halves", "make_task", "plain_group", "rows"]
