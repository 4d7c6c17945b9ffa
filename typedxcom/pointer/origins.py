"""Which XCom a reader asked for, as far as it knows: a signed pointer says which one it is of."""

from __future__ import annotations

from dataclasses import dataclass

from typedxcom.pointer.paths import folder_of

__all__ = ["Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The XComs that a reader may get a pointer from; None stands for any.

    Attributes:
        run_id: None where an earlier run counts too.
        map_index: None for all instances of a mapped task.
    """

    dag_id: str | None
    run_id: str | None
    task_id: str | None
    key: str | None
    map_index: int | None = None

    def covers(self, home: str) -> bool:
        """Whether *home*, the folder of an XCom's objects, is one of them."""
        index = None if self.map_index is None else str(self.map_index)
        wanted = (self.dag_id, self.run_id, self.task_id, index, self.key)
        found = home.split("/")
        return len(found) == len(wanted) and all(
            one is None or folder_of(one) == part for one, part in zip(wanted, found, strict=True)
        )

    def __str__(self) -> str:
        """As a message names it."""
        return f"XCom {self.key!r} of task {self.task_id!r}"
