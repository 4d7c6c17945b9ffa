"""The ``[typedxcom]`` section of airflow.cfg."""

from __future__ import annotations

import functools

try:
    from airflow.sdk.configuration import conf
except ImportError:  # Airflow 3.1
    from airflow.configuration import conf

from typedxcom.errors import ConfigurationError
from typedxcom.settings import Settings

__all__ = ["SECTION", "check_dags", "conf", "settings"]

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
        )
    except ValueError as error:
        raise ConfigurationError(f"[{SECTION}] in airflow.cfg: {error}") from error


def check_dags() -> str:
    """Which DAGs the cluster policy checks: ``typed`` (those that use typedxcom), ``all``, ``off``.

    Raises:
        ConfigurationError: It is none of these.
    """
    which = str(conf.get(SECTION, "check_dags", fallback="typed")).strip().lower()
    if which not in {"typed", "all", "off"}:
        raise ConfigurationError(f"[{SECTION}] check_dags is {which!r}: use typed, all or off")
    return which
