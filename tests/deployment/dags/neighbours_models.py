"""What `neighbours` imports: classes that an untyped task returns."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from typedxcom import register_codec


@attrs.define
class Point:
    x: int
    y: int


register_codec(Point, encode=attrs.asdict, decode=lambda data: Point(**data))


class Custom:
    """Writes itself, as Airflow's serde lets a class do."""

    __version__: ClassVar[int] = 1

    def __init__(self, n: int) -> None:
        self.n = n

    def serialize(self) -> dict[str, Any]:
        return {"n": self.n}
