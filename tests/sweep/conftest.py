"""The stores' own fixtures."""

from tests.stores.conftest import bucket, memory_filesystem, s3, s3_endpoint

__all__ = ["bucket", "memory_filesystem", "s3", "s3_endpoint"]
