"""What a sweep found and did, in objects and bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from typedxcom.errors import MAX_PROBLEMS

__all__ = ["Amount", "StoreReport", "SweepReport", "SweptDag"]


@dataclass(slots=True)
class Amount:
    """Some objects.

    Attributes:
        objects: How many.
        size: Bytes of all of them.
    """

    objects: int = 0
    size: int = 0

    def add(self, size: int) -> None:
        """Count one more object of *size* bytes."""
        self.objects += 1
        self.size += size


@dataclass(frozen=True, slots=True)
class SweptDag:
    """The orphans of one DAG in one store.

    Attributes:
        folder: The DAG's folder in the store: its id, quoted where need be.
        orphans: Objects that no entry points to.
    """

    folder: str
    orphans: Amount


@dataclass(slots=True)
class StoreReport:
    """The objects of one store.

    Attributes:
        name: What pointers call the store.
        address: Where it is, without credentials.
        found: All objects that typedxcom wrote.
        others: Of these, objects of other deployments or of an unknown one.
        young: Objects that are younger than their grace period. Nobody asked who points to them.
        in_flight: Objects of runs that are not finished.
        named: Objects that some entry points to.
        hidden: Objects of DAGs whose entries the account may not read.
        orphans: The rest.
        deleted: Orphans that are gone now.
        kept: Orphans that were written again meanwhile, or whose run has started again.
        failed: Orphans that the store would not remove.
        partials: Old leftovers of unfinished writes.
        deleted_partials: Of these, those that are gone now.
        dags: The orphans by DAG, largest first.
    """

    name: str
    address: str = ""
    found: Amount = field(default_factory=Amount)
    others: Amount = field(default_factory=Amount)
    young: Amount = field(default_factory=Amount)
    in_flight: Amount = field(default_factory=Amount)
    named: Amount = field(default_factory=Amount)
    hidden: Amount = field(default_factory=Amount)
    orphans: Amount = field(default_factory=Amount)
    deleted: Amount = field(default_factory=Amount)
    kept: Amount = field(default_factory=Amount)
    failed: Amount = field(default_factory=Amount)
    partials: Amount = field(default_factory=Amount)
    deleted_partials: Amount = field(default_factory=Amount)
    dags: list[SweptDag] = field(default_factory=list)


@dataclass(slots=True)
class SweepReport:
    """What one sweep found and did.

    Attributes:
        delete: Whether it was to remove anything.
        source: Where entries were read, without credentials.
        entries: How many XCom entries were read.
        marked: How many of them typedxcom wrote.
        stores: By store.
        warnings: Why a sweep that deletes would stop here.
        errors: The first messages about what could not be read or removed.
    """

    delete: bool
    source: str = ""
    entries: int = 0
    marked: int = 0
    stores: list[StoreReport] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether everything could be read, and what was to go is gone."""
        return not self.errors

    def add_error(self, error: Exception) -> None:
        """Keep the message, up to a bound."""
        if len(self.errors) < MAX_PROBLEMS:
            self.errors.append(str(error))
