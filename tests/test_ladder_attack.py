"""A small seeded attack on hidden answers, through the product's own code."""

from bench.ladder_attack import attack
from leaderboard.models.benchmark import Answers

N_TEXT, N_IMAGE, N_UPLOADS, SEED = 168, 112, 20, 5


def test_without_the_ladder_random_sheets_give_the_answers_away_and_with_it_they_do_not() -> None:
    off = attack(Answers.PUBLIC, N_TEXT, N_IMAGE, N_UPLOADS, SEED)
    on = attack(Answers.HIDDEN, N_TEXT, N_IMAGE, N_UPLOADS, SEED)
    assert off.n_shown == N_UPLOADS
    assert on.n_shown <= 10
    assert off.points > 30
    assert on.points < 15
