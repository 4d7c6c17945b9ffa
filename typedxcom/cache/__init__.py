"""A cache on each worker: what was read from a store far away is read from this machine next time.

Objects never change, and their pointers have their digests. So what was verified once can be read
again without asking the store.
"""

from __future__ import annotations

from typedxcom.cache.base import Cache, CacheUse, Found
from typedxcom.cache.beside import beside
from typedxcom.cache.filling import CacheRefusedError, Filling
from typedxcom.cache.keys import CacheKey

__all__ = ["Cache", "CacheKey", "CacheRefusedError", "CacheUse", "Filling", "Found", "beside"]
