"""The XCom that a reader asked for, to compare with the one that a signed pointer names."""

from __future__ import annotations

from dataclasses import dataclass

from typedxcom.pointer.paths import folder_of

__all__ = ["Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The XComs that a reader may get a pointer from; None stands for any.

    Attributes:
        run_id: None if an earlier run counts too.
        map_index: None for all instances of a mapped task.
    """

    dag_id: str | None
    run_id: str | None
    task_id: str | None
    key: str | None
    map_index: int | None = None

    def covers(self, home: str) -> bool:
        """Whether the XCom with the folder *home* is one of them."""
        index = None if self.map_index is None else str(self.map_index)
        wanted = (self.dag_id, self.run_id, self.task_id, index, self.key)
        found = home.split("/")
        return len(found) == len(wanted) and all(
            one is None or folder_of(one) == part for one, part in zip(wanted, found, strict=True)
        )

    def __str__(self) -> str:
        """Returns its name for messages."""
        return f"XCom {self.key!r} of task {self.task_id!r}"
