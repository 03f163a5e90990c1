"""A text that is longer than one property of a table takes."""

from sync_core.tables import PART, in_parts, whole


def test_a_text_of_more_than_ten_parts_comes_back_in_its_order() -> None:
    text = "".join(f"{number:10}" for number in range(PART * 12 // 10))
    row = in_parts("base", text)
    assert len(row) == 12
    assert whole(row, "base") == text
