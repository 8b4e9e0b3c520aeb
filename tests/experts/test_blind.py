"""Names are taken out of reports, ordinary words are not."""

import pytest

from leaderboard.experts.blind import hide_names


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("I am SpineGPT 7B, made by Acme.", "I am [name removed], made by [name removed]."),
        ("spinegpt-7b and ACME", "[name removed] and [name removed]"),
        ("Acmeology is no name", "Acmeology is no name"),
        ("The disc is L4", "The disc is L4"),
        ("Lumbar stenosis", "Lumbar stenosis"),
    ],
)
def test_names_are_hidden_as_whole_words(text: str, hidden: str) -> None:
    names = ["SpineGPT 7B", "Acme", "L4", "Lumbar", None, ""]
    assert hide_names(text, names, "The lumbar spine") == hidden
