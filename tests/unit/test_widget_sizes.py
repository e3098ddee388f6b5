from benchmarks.widget_sizes import OPENED_LIMIT, SCRIPT_LIMIT, sizes


def test_the_embedded_script_is_light() -> None:
    assert sizes()["widget.js"] <= SCRIPT_LIMIT


def test_the_whole_widget_is_light() -> None:
    assert sum(sizes().values()) <= OPENED_LIMIT
