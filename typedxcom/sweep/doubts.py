"""Stops a sweep before it deletes anything if a store or database may be the wrong one.

With an empty database, the database of another deployment or half a migration, every object looks
like an orphan. So a store is only swept for the deployment that writes to it, and the orphans must
look like leftovers.
"""

from __future__ import annotations

from typedxcom.errors import SweepError
from typedxcom.stores import Store
from typedxcom.stores.owners import UNMARKED, Owners, adopt, read_owners
from typedxcom.sweep.entries import EntrySource
from typedxcom.sweep.report import StoreReport, SweepReport
from typedxcom.sweep.rules import SweepRules

__all__ = ["adopt_store", "check_bound", "doubts"]


def check_bound(store: Store, owners: Owners, owner: str, source: EntrySource) -> None:
    """Refuse a store that is not known to be of the deployment whose entries are read.

    Raises:
        SweepError: It belongs to another deployment, or its owner is not known.
    """
    if owner and owner in owners.known:
        return
    where = f"Store {store.name!r} ({address(store)})"
    whose = f"deployment {owner}" if owner else "no deployment that ever stored anything"
    read = f"{source.describe()} is of {whose}"
    if owners.known:
        raise SweepError(
            f"{where} belongs to deployment {_listed(owners.known)}, and {read}. Read the entries of "
            "the deployment that writes there: see sweep_database. If its id was lost, take its "
            "objects over: `typedxcom sweep --adopt` with the deployment's name."
        )
    raise SweepError(
        f"{where} does not say which deployment writes there, and {read}. If no other one writes "
        "there, `typedxcom sweep --adopt` binds it to this one."
    )


def adopt_store(store: Store, owner: str, of: str = "") -> None:
    """Bind *store* to *owner*, with objects that are there now.

    Args:
        of: Whose objects: another owner, or `UNMARKED`. "" means `UNMARKED` if no other deployment
            writes there.

    Raises:
        SweepError: Another deployment took them over already, or none of that name wrote there.
        StoreError: The store refused. A retry may help.
    """
    owners = read_owners(store)
    where = f"Store {store.name!r} ({address(store)})"
    others = owners.known - {owner}
    if not of and others:
        raise SweepError(
            f"{where} belongs to deployment {_listed(others)}. Say whose objects to take over, if "
            "nobody else needs them: `--adopt` with that name, or `--adopt unmarked` for those that "
            "name no deployment."
        )
    of = of or UNMARKED
    for other, taken in owners.adopted.items():
        if of in taken and other != owner:
            raise SweepError(f"In {where}, deployment {other} took over these objects already")
    if of != UNMARKED and of not in others:
        raise SweepError(f"{where} has nothing of another deployment {of!r}")
    adopt(store, owner, of)


def doubts(report: SweepReport, store: StoreReport, rules: SweepRules) -> str:
    """Why the orphans of one store may be no orphans. "" if they look like leftovers."""
    orphans = store.orphans.objects
    old = orphans + store.named.objects + store.in_flight.objects + store.hidden.objects
    if orphans and not report.marked:
        why = "typedxcom wrote no entry at all there"
    elif rules.are_too_many(orphans, old):
        why = f"that is more than {rules.max_percent} %"
    else:
        return ""
    return (
        f"No entry of {report.source} points to {orphans:,} of {old:,} old objects in store "
        f"{store.name!r} ({store.address}), and {why}. Check that it is the database of the "
        "deployment that writes to this store, and that it is complete. To delete all of them, "
        "use `--all-orphans`, or `all_orphans` "
        "of the sweep's DAG."
    )


def address(store: Store) -> str:
    """Where a store is, without credentials."""
    return store.describe("").rstrip("/")


def _listed(owners: frozenset[str]) -> str:
    return ", ".join(sorted(owners)[:10])
