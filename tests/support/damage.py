"""What happens to a file on its way, or in the hands of somebody who looks for a hole."""

from typing import TypeAlias

from hypothesis import strategies as st

Changes: TypeAlias = list[tuple[float, int, bytes]]


def mutations() -> st.SearchStrategy[Changes]:
    """Up to six changes: where (a share of the length), how many bytes are lost there, and what stands there then."""
    place = st.floats(0, 1, exclude_max=True)
    byte = st.binary(min_size=1, max_size=1)
    replaced = st.tuples(place, st.just(1), byte)
    other = st.tuples(place, st.integers(0, 8), st.binary(max_size=4))
    number = st.tuples(place, st.just(4), st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f", b"\0\0\0\x80"]))
    return st.lists(replaced | other | number, min_size=1, max_size=6)


def damaged(content: bytes, changes: Changes) -> bytes:
    """The content after the changes, one after the other."""
    raw = bytearray(content)
    for place, lost, put in changes:
        start = int(place * len(raw))
        raw[start : start + lost] = put
    return bytes(raw)
