"""The ``[typedxcom]`` section of airflow.cfg."""

from __future__ import annotations

import functools

try:
    from airflow.sdk.configuration import conf
except ImportError:  # Airflow 3.1
    from airflow.configuration import conf

from typedxcom.errors import ConfigurationError
from typedxcom.pointer.signing import check_keys
from typedxcom.settings import MAX_PREVIEW, Settings

__all__ = ["SECTION", "check_dags", "conf", "lineage_inline", "settings", "signing_keys"]

SECTION = "typedxcom"


@functools.cache
def settings() -> Settings:
    """What the section says, with the defaults of provider info.

    Raises:
        ConfigurationError: A value is not of its kind.
    """
    defaults = Settings()
    try:
        return Settings(
            strict=conf.getboolean(SECTION, "strict", fallback=defaults.strict),
            threshold=conf.getint(SECTION, "threshold", fallback=defaults.threshold),
            store_threshold=conf.getint(
                SECTION, "store_threshold", fallback=defaults.store_threshold
            ),
            preview=_preview_rows(),
        )
    except ValueError as error:
        raise ConfigurationError(f"[{SECTION}] in airflow.cfg: {error}") from error


def _preview_rows() -> int | None:
    """Rows of a preview; None where it is not set or off. Raises ValueError."""
    written = str(conf.get(SECTION, "preview", fallback="") or "").strip()
    if written.lower() in ("", "off", "false", "none"):
        return None
    rows = int(written)
    if not 0 <= rows <= MAX_PREVIEW:
        raise ValueError(f"preview is {rows}: it needs a number from 0 to {MAX_PREVIEW}, or off")
    return rows


@functools.cache
def lineage_inline() -> bool:
    """Whether OpenLineage also gets the values that are in an entry itself.

    Raises:
        ConfigurationError: The value is not a boolean.
    """
    try:
        return bool(conf.getboolean(SECTION, "lineage_inline", fallback=False))
    except ValueError as error:
        raise ConfigurationError(f"[{SECTION}] in airflow.cfg: {error}") from error


@functools.cache
def signing_keys() -> tuple[bytes, ...]:
    """The secrets that sign pointers. The first one signs, all verify. Empty if none is configured.

    Raises:
        ConfigurationError: A key is set and empty, or too short. Going on without one would accept
            every pointer.
    """
    written = _signing_key()
    keys = tuple(part.strip().encode() for part in (written or "").split(",") if part.strip())
    if not keys and (written is not None or _names_a_source()):
        raise ConfigurationError(
            f"[{SECTION}] signing_key is set, but there is no key in it. Check the variable, the "
            "command (signing_key_cmd) or the secrets backend (signing_key_secret) that should "
            "give it. If you do not want to sign, remove the setting."
        )
    check_keys(keys)
    return keys


def _signing_key() -> str | None:
    try:
        found: str | None = conf.get(SECTION, "signing_key", fallback=None)
    except Exception as error:  # not chained: what a command printed may hold the key
        raise ConfigurationError(
            f"[{SECTION}] signing_key could not be read: {type(error).__name__}. Run the command "
            "(signing_key_cmd) by hand, or check the secrets backend (signing_key_secret)."
        ) from None
    return found


def _names_a_source() -> bool:
    """Whether a command or a secrets backend was to give the key."""
    options = ("signing_key_cmd", "signing_key_secret")
    return any(conf.get(SECTION, option, fallback=None) is not None for option in options)


def check_dags() -> str:
    """Which DAGs the cluster policy checks: ``typed`` (those that use typedxcom), ``all``, ``off``.

    Raises:
        ConfigurationError: It has another value.
    """
    which = str(conf.get(SECTION, "check_dags", fallback="typed")).strip().lower()
    if which not in {"typed", "all", "off"}:
        raise ConfigurationError(f"[{SECTION}] check_dags is {which!r}: use typed, all or off")
    return which
