"""XCom keys, good and bad: what is in a URL, and what only looks like it."""

from __future__ import annotations

__all__ = ["KEYS"]

KEYS = [
    *("ok", "a b", " a", "a:b", "a/b", "a//b", "/b", "b/", "..a", "a..", "...", "a.b", "%", "50%"),
    *(
        "%zz",
        "a%4",
        "100%!",
        "é",
        "日本",
        "🌍",
        "http://x",
        "a\\b",
        "a;b",
        "a=b&c",
        "a+b",
        "item/1",
    ),
    *("item", "slice", "x/items/1", "x/item/", "x/item/1/2", "a'b\"c", "{{ x }}", "[a]", "@", "~"),
    *("", ".", "..", "../x", "./x", "x/.", "x/..", "a/./b", "a/../b", "ok?", "?", "n#1", "a?b=c"),
    *("%41", "a%2Fb", "%2e%2e/x", "x/item/0", "x/item/abc", "x/slice", "/slice", "//item/1"),
    *("a\nb", "a\tb", "\0", "\x7f", "\ud800"),
]
