"""Stores of other packages: the scheme of an address names an entry point of `typedxcom.stores`.

What `BUILT_IN` names is never looked up, so installing a package does not change where the pointers
of a deployment are read.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from typedxcom.errors import ConfigurationError, StoreError
from typedxcom.stores.base import Store
from typedxcom.stores.deadline import safe_address, safe_text

__all__ = ["BUILT_IN", "GROUP", "open_installed"]

GROUP: Final = "typedxcom.stores"
BUILT_IN: Final = frozenset(
    {"file", "s3", "s3a", "s3n", "gs", "gcs", "az", "abfs", "abfss", "adl", "wasb"}
)


def open_installed(name: str, address: str) -> Store | None:
    """The store *name* at *address*, made by the package that has its scheme, or None.

    Args:
        name: What pointers call the store.
        address: A URL.

    Raises:
        ConfigurationError: Several packages have the scheme, or the one that has it cannot be
            imported, fails, or makes something else than this store.
        StoreError: The store refused. A retry may help.
    """
    scheme = address.partition("://")[0].lower()
    found = [] if scheme in BUILT_IN else list(entry_points(group=GROUP, name=scheme))
    if not found:
        return None
    about = f"The store {name!r} at {safe_address(address)}"
    if len({one.value for one in found}) > 1:
        raise ConfigurationError(
            f"{about} cannot be opened: several packages offer stores for {scheme}:// "
            f"({', '.join(sorted(map(_offer, found)))}). Uninstall all but one."
        )
    try:
        made = found[0].load()(address, name=name)
    except (ConfigurationError, StoreError):
        raise
    except Exception as error:  # not chained: it may quote the address
        raise ConfigurationError(
            f"{about} cannot be opened by {_offer(found[0])}: {safe_text(error)}"
        ) from None
    return _checked(made, name, f"{about}: {_offer(found[0])}")


def _checked(made: Any, name: str, about: str) -> Store:
    if not isinstance(made, Store):
        raise ConfigurationError(
            f"{about} gives a `{type(made).__name__}`, which is not a subclass of "
            "typedxcom.stores.Store."
        )
    if made.name != name:
        raise ConfigurationError(
            f"{about} returns a store with the name {made.name!r}. Pass the `name` that it gets "
            "to Store.__init__."
        )
    return made


def _offer(found: EntryPoint) -> str:
    """Which class of which package."""
    dist = getattr(found, "dist", None)
    return f"`{found.value}`" if dist is None else f"`{found.value}` of {dist.name} {dist.version}"
