"""The stores' own fixtures, and a database without the rows of other tests."""

from __future__ import annotations

import importlib

import pytest

from tests.harness import env
from tests.stores.conftest import bucket, memory_filesystem, s3, s3_endpoint

__all__ = ["bucket", "memory_filesystem", "no_other_rows", "s3", "s3_endpoint"]


@pytest.fixture(scope="module")
def no_other_rows() -> None:
    """Empty the XComs of this home: a sweep reads them all, and refuses damaged ones."""
    env.migrate()
    importlib.import_module("airflow.models.xcom")  # which puts its table into the metadata
    from airflow.models.base import Base
    from airflow.utils.session import create_session

    with create_session() as session:
        session.execute(Base.metadata.tables["xcom"].delete())
