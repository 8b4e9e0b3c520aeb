"""Names: what passes for another one by what cannot be seen is refused, in every script."""

# ruff: noqa: RUF001

import unicodedata

import pytest

from leaderboard.accounts.card_fields import read_card_fields
from leaderboard.accounts.users import read_email
from leaderboard.errors import InvalidRequest
from leaderboard.names import read_line, read_name, read_prose, show_line

REAL = [
    "Ada Lovelace",
    "Nguyễn Thị Minh Khai",
    "José Ångström-Łukasiewicz",
    "Müller & Söhne (Zürich)",
    "O’Connor's Lab #2",
    "Мария Склодовская-Кюри",
    "Ελένη Γλύκατζη-Αρβελέρ",
    "محمد بن موسى الخوارزمي",
    "علی\u200cرضا نوری\u200cزاده",
    "עֲמוֹס עֹז",
    "श्रीनिवास रामानुजन्",
    "ක්\u200dෂේම ශ්\u200dරී",
    "தமிழ்நாடு",
    "ប្រាក់ សុខា",
    "นายแพทย์ สมชาย ใจดี",
    "རྡོ་རྗེ་རྒྱལ་མཚན",
    "ᠮᠣᠩᠭᠣᠯ",
    "王小明",
    "さくら いろは・ヴァイオリン",
    "김철수",
    "አበበ ቢቂላ",
    "ᏣᎳᎩ",
    "Spine-VLM 7B 🦴",
]
"""Names of every kind of script, with joiners where Persian and Sinhala are spelt with them."""
INVISIBLE = {
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "zero width non-joiner": "\u200c",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "soft hyphen": "\xad",
    "grapheme joiner": "\u034f",
    "Hangul filler": "\u3164",
    "halfwidth Hangul filler": "\uffa0",
    "Hangul jamo filler": "\u115f",
    "Khmer inherent vowel": "\u17b4",
    "Braille blank": "\u2800",
    "Mongolian vowel separator": "\u180e",
    "musical null notehead": "\U0001d159",
    "tag": "\U000e0041",
    "left-to-right mark": "\u200e",
    "Arabic letter mark": "\u061c",
    "right-to-left override": "\u202e",
    "isolate": "\u2066",
    "interlinear annotation": "\ufff9",
    "bell": "\x07",
    "delete": "\x7f",
    "next line in C1 controls": "\x9b",
    "private use": "\ue000",
    "half a character": "\ud800",
    "no character": "\uffff",
}


@pytest.mark.parametrize("name", REAL)
def test_real_names_of_every_script_stay_as_they_are_written(name: str) -> None:
    assert read_name(name, "The name", 120) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE.keys())
def test_what_cannot_be_seen_is_refused_by_its_number(character: str) -> None:
    for name in (f"Ada{character}Lovelace", f"{character}Ada", f"Ada{character}"):
        if read_line_or_none(name) == "Ada":
            continue
        with pytest.raises(InvalidRequest, match=rf"U\+{ord(character):04X}"):
            read_name(name, "The name", 120)


def read_line_or_none(name: str) -> str | None:
    try:
        return read_line(name, "The name", 120)
    except InvalidRequest:
        return None


def test_every_character_that_unicode_hides_is_refused_or_left_out() -> None:
    hidden = [0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0]
    ranges = [(0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)]
    ranges += [(0xFE00, 0xFE0F), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)]
    ranges += [(0xE0000, 0xE0FFF)]
    for code in [*hidden, *(code for low, high in ranges for code in range(low, high + 1))]:
        assert read_line_or_none(f"a{chr(code)}b") in (None, "ab"), hex(code)


@pytest.mark.parametrize("space", [" ", "\xa0", "\u2003", "\u2009", "\u202f", "\u3000", "\u2028"])
def test_every_kind_of_space_becomes_a_plain_one(space: str) -> None:
    assert read_name(f"{space}Ada{space}{space}Lovelace{space}", "The name", 120) == "Ada Lovelace"


def test_the_same_name_is_the_same_text_however_its_letters_are_composed() -> None:
    composed, apart = "Zoë", "Zoe\u0308"
    assert read_name(apart, "The name", 120) == read_name(composed, "The name", 120) == composed


def test_a_joiner_where_no_script_needs_one_is_refused() -> None:
    for name in ("Sam\u200cModel", "Ada\u200d", "\u200cعلی", "علی \u200c رضا"):
        with pytest.raises(InvalidRequest, match="zero width"):
            read_name(name, "The name", 120)


def test_stacks_of_marks_and_marks_without_a_letter_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="more than 4 marks"):
        read_name("Z" + "\u0335\u0321\u0489\u0300\u0316a", "The name", 120)
    with pytest.raises(InvalidRequest, match="belongs on a letter"):
        read_name("\u0489Ada", "The name", 120)


def test_a_variation_of_a_letter_is_the_letter() -> None:
    assert read_name("葛\U000e0100城 ❤\ufe0f", "The name", 120) == "葛城 ❤"


def test_a_name_of_nothing_that_is_seen_is_refused() -> None:
    for name in ("", " \u3000", "\ufe0f"):
        with pytest.raises(InvalidRequest, match="is empty"):
            read_name(name, "The name", 120)


def test_a_description_may_have_lines_and_emoji_but_turns_no_text_around() -> None:
    text = "First.\n\nSecond: 👩\u200d⚕\ufe0f علی\u200cرضا"
    assert read_prose(f" {text} ", "The description", 100) == text
    for bad in ("\u202eevil", "a\x00b", "a\u2066b", "Z" + "\u0300" * 40):
        with pytest.raises(InvalidRequest):
            read_prose(bad, "The description", 100)
        with pytest.raises(InvalidRequest):
            read_card_fields({"name": "M", "organisation": "O", "description": bad})


def test_an_address_that_looks_like_another_by_what_cannot_be_seen_is_none() -> None:
    for bad in ("ada\u200b@example.org", "ada@exam\xadple.org", "\u3164ada@example.org"):
        with pytest.raises(InvalidRequest):
            read_email(bad)


def test_a_name_that_came_with_a_file_is_shown_with_its_holes() -> None:
    assert show_line("fil\u202eelsj.\u200bx\n y") == "fil\ufffdelsj.\ufffdx y"
