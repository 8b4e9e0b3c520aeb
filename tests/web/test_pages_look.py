"""What every public page keeps to, and how the ranking and a rank are drawn and told."""

import json
from html.parser import HTMLParser

import pytest

from leaderboard.figures.intervals import Axis, Tie, make_axis, make_dot, tie_bands
from leaderboard.rankings.scores import (
    BoardScore,
)
from leaderboard.scoring.rank_range import RankRange
from leaderboard.web.words import interval, rank_in_words
from tests.site import N_IMAGE, N_REPORT, N_TEXT, Site

PAGES = [
    "/",
    "/?board=report&weights=open&q=nobody",
    "/?sort=text&size_from=0&columns=licence,parameters,unscored",
    "/?weights=closed",
    "/models/model-a",
    "/models/model-b",
    "/breakdowns",
    "/ablations/model-a",
    "/breakdowns?slice=section&show=intervals",
    "/benchmarks",
    "/benchmarks/tiny",
    "/benchmarks/tiny/revealed",
    "/benchmarks/tiny/splits/dev/items",
    "/benchmarks/tiny/splits/dev/items?track=report",
    "/reported",
    "/no-such-page",
]


class Structure(HTMLParser):
    """What a page's tags say about tables, styles and scripts; data for programs is no script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[str]] = []
        self.heads_without_scope = 0
        self.inline: list[str] = []
        self._is_open_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "table":
            self.tables.append([])
        if tag == "caption":
            self.tables[-1].append(tag)
        if tag == "th" and "scope" not in names:
            self.heads_without_scope += 1
        is_data = names.get("type") == "application/ld+json"
        if tag == "style" or (tag == "script" and "src" not in names and not is_data):
            self.inline.append(tag)
        self.inline += [f"{tag} {name}" for name in names if name == "style" or name[:2] == "on"]


@pytest.fixture
def ranked(site: Site) -> Site:
    """The site with a model that answered everything and one that answered text alone."""
    site.add_person("bo", "team-b", "model-b")
    texts = [
        json.dumps({"id": f"test-text-{n:03}", "prediction": "Answer: B"}) for n in range(N_TEXT)
    ]
    others = [
        json.dumps({"id": f"test-{kind}-{n:03}", "prediction": "Answer: B"})
        for kind, count in (("image", N_IMAGE), ("report", N_REPORT))
        for n in range(count)
    ]
    everything = "\n".join([*texts, *others]).encode()
    assert site.submit(site.token("ada"), everything).status_code == 201
    text_alone = "\n".join(texts).encode()
    assert site.submit(site.token("bo"), text_alone, "model-b").status_code == 201
    site.evaluate_all()
    return site


@pytest.mark.one_database
def test_every_table_has_a_caption_and_every_head_says_what_it_heads(ranked: Site) -> None:
    for path in PAGES:
        structure = Structure(ranked.get(path).text)
        assert all(captions == ["caption"] for captions in structure.tables), path
        assert structure.heads_without_scope == 0, path


@pytest.mark.one_database
def test_no_page_carries_styles_or_scripts_in_its_own_text(ranked: Site) -> None:
    for path in PAGES:
        assert Structure(ranked.get(path).text).inline == [], path


@pytest.mark.one_database
def test_a_model_without_a_rank_is_shown_last_with_the_reason(ranked: Site) -> None:
    page = ranked.get("/").text
    assert page.index("Model-A") < page.index("part of the items and no overall rank")
    assert "no predictions for image questions and reports" in page
    assert "No overall score" in ranked.get("/models/model-b").text


def test_models_whose_ranks_overlap_with_the_first_of_them_share_a_band() -> None:
    ranks = [RankRange(*ends) for ends in ((1, 1), (2, 3), (2, 4), (4, 5), (4, 5), (6, 6), (7, 8))]
    assert tie_bands(ranks) == [
        Tie(is_tied=False, begins=True),
        Tie(is_tied=True, begins=True),
        Tie(is_tied=True, begins=False),
        Tie(is_tied=True, begins=True),
        Tie(is_tied=True, begins=False),
        Tie(is_tied=False, begins=True),
        Tie(is_tied=False, begins=True),
    ]
    assert tie_bands([]) == []


def test_the_common_axis_holds_every_interval_in_whole_steps() -> None:
    scores = [BoardScore(50.0, 42.0, 58.0, 100), BoardScore(61.0, 55.5, 70.5, 100)]
    axis = make_axis(scores)
    assert axis == Axis(40, 80, 4)
    assert axis.ticks == [40, 50, 60, 70, 80]
    assert make_dot(scores[0], axis) == (25.0, 5.0, 40.0)
    assert make_axis([]) == Axis(0, 100, 5)
    assert make_axis([BoardScore(100.0, None, None, 1)]) == Axis(90, 100, 1)


@pytest.mark.parametrize(
    ("rank", "n_ranked", "sentence"),
    [
        (RankRange(1, 1), 1, "It is the only ranked model."),
        (RankRange(1, 2), 2, "The other model cannot be told apart from it."),
        (RankRange(3, 3), 3, "Both other models are significantly better."),
        (RankRange(1, 3), 3, "None of the 2 other models can be told apart from it."),
        (
            RankRange(2, 4),
            9,
            "Of the 8 other models, 1 is significantly better, 5 are significantly worse "
            "and 2 cannot be told apart from it.",
        ),
    ],
)
def test_a_rank_range_is_told_in_words(rank: RankRange, n_ranked: int, sentence: str) -> None:
    assert rank_in_words(rank, n_ranked) == sentence


def test_a_score_without_an_interval_says_so() -> None:
    assert interval(BoardScore(28.6, 20.1, 40.0, 5)) == "20.1–40.0"
    assert interval(BoardScore(28.6, None, None, 5)) == "no interval"
    assert interval(None) == ""
