"""A server's words are short, plain and without secrets before anybody sees them."""

import pytest

from leaderboard.chat.words import MAX_WORDS, blank, make_words

KEY = "sk-team-0123456789abcdef"


def test_words_are_one_short_line() -> None:
    words = make_words("a\x1b[0m\n\tb\0" + "x" * 1_000, None)
    assert words.startswith("a [0m b x")
    assert words.isprintable()
    assert len(words) == MAX_WORDS


@pytest.mark.parametrize(
    "echo",
    [
        f"bad key {KEY}.",
        f"bad key {KEY[:12]}...",
        f"bad key ...{KEY[-9:]}",
        f"Authorization: Bearer {KEY}",
        f"https://x.example/?key={KEY}",
    ],
)
def test_neither_the_key_nor_a_longer_part_of_it_is_echoed(echo: str) -> None:
    words = make_words(echo, KEY)
    assert "[key]" in words
    assert not any(KEY[start : start + 8] in words for start in range(len(KEY) - 7))


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefghijklmnop1234",
        "hf_abcdefghijklmnopqrst",
        "Bearer abcdefgh12345678",
        "AIzaSyA1234567890abcdefg",
        "0123456789abcdef0123456789abcdef",
        "https://user:pass1234@models.example.org",
        "https://models.example.org/?api_key=abc",
    ],
)
def test_what_looks_like_anybodys_secret_is_blanked(secret: str) -> None:
    words = make_words(f"refused {secret} here", None)
    assert "[key]" in words
    assert "1234" not in words
    assert "abc" not in words


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens must be < 4096 and > 0",
        "This model's maximum context length is 8192 tokens, however you requested 9000.",
        "No endpoints found that support image input",
        "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        "The model `meta-llama/Llama-3.2-11B-Vision-Instruct` does not exist.",
        "api-version 2024-10-21-preview is not supported",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert make_words(text, KEY) == text


def test_a_short_key_is_blanked_where_it_stands_apart() -> None:
    assert blank("bad key x: error_x (x)", "x") == "bad key [key]: error_[key] ([key])"
    assert blank("max_tokens", "x") == "max_tokens"


def test_of_a_page_its_title_and_words_stay() -> None:
    page = "<!doctype html><head><title>502 Bad Gateway</title><style>p{}</style></head><h1>Oh</h1>"
    assert make_words(page, None) == "502 Bad Gateway: Oh"
