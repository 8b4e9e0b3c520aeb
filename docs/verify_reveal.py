#!/usr/bin/env python3
"""Check what a SpineBench site has revealed against what it had committed to before.

    python3 verify_reveal.py COMMITMENTS REVEAL [--root ROOT]

Each is a file or an address: SITE/api/v1/benchmarks/SLUG/commitments as you kept it, and
SITE/api/v1/benchmarks/SLUG/reveal as it is now; ROOT is the root of the answers as you kept it.
Python 3.9, nothing else; docs/commitments.md says what is hashed. Exit status: 0 if everything
fits, 1 if something does not (each thing is named), 2 where something could not be read.
"""

import argparse
import hashlib
import json
import sys
import urllib.request


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def hash_array(array):
    return sha256(json.dumps(array, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def hash_lines(digests):
    return sha256("".join(digest + "\n" for digest in sorted(digests)))


def fold_tree(row):
    while len(row) > 1:
        joined = [sha256(left + right) for left, right in zip(row[::2], row[1::2])]
        row = joined + row[len(joined) * 2 :]
    return row[0]


def walk_path(digest, path):
    for step in path:
        both = [step["digest"], digest] if step["side"] == "left" else [digest, step["digest"]]
        digest = sha256("".join(both))
    return digest


def read(place):
    if place.startswith(("http://", "https://")):
        with urllib.request.urlopen(place, timeout=60) as answer:
            return json.load(answer)
    with open(place, encoding="utf-8") as file:
        return json.load(file)


def check_answers(committed, revealed, root):
    digests = {(one["split"], one["key"]): one["commitment"] for one in committed["answers"]}
    if hash_lines(digests.values()) != committed["root"]:
        yield "The commitments do not give their own root."
    if root and root.strip().lower() != committed["root"]:
        yield "The commitments have another root than the one that you named."
    for item in revealed["items"]:
        place = (item["split"], item["key"])
        array = [committed["benchmark"], committed["version"], *place, item["answer"]]
        if place not in digests:
            yield f"{' '.join(place)}: it has no commitment."
        elif hash_array(["spinebench-answer-1", item["salt"], *array]) != digests.pop(place):
            yield f"{' '.join(place)}: answer and salt do not give the commitment."
    for split, key in digests:
        if split in revealed["complete"]:
            yield f"{split} {key}: its answer is missing, though all are said to be revealed."


def check_values(committed, revealed, ranked, model):
    split, root, values = model["split"], ranked["root"], {v["key"]: v for v in model["values"]}
    head = [committed["benchmark"], committed["version"], split, ranked["submission"]]
    leaves = {
        key: hash_array(["spinebench-value-1", v["salt"], *head, key, v["value"], v["decides"]])
        for key, v in values.items()
    }
    of_split = [one["key"] for one in committed["answers"] if one["split"] == split]
    shown = [one["key"] for one in revealed["items"] if one["split"] == split]
    if missing := [key for key in shown if key not in values]:
        yield from (f"its value on {key} is missing." for key in missing)
    elif split not in revealed["complete"]:
        for key, leaf in leaves.items():
            if walk_path(leaf, values[key]["path"]) != root:
                yield f"value and salt of {key} do not lead to its root."
    elif fold_tree([leaves.get(key, "") for key in of_split]) != root:
        yield "values and salts do not give its root."
    else:
        yield from check_scores(committed, split, ranked, values)


def check_scores(committed, split, ranked, values):
    """When all is revealed: a track's score is the mean over the items of it that decide ranks."""
    track_of = {one["key"]: one["track"] for one in committed["answers"] if one["split"] == split}
    group_of = {one["key"]: one.get("group", one["track"]) for one in committed["answers"]}
    rule = committed.get("overall", {"over": "track", "weights": "items"})
    n_of = {track: list(track_of.values()).count(track) for track in track_of.values()}
    deciding = {key: v["value"] for key, v in values.items() if v["decides"]}
    said, scores = ranked["scores"], {}
    for track in n_of:
        own = [value for key, value in deciding.items() if track_of[key] == track]
        scores[track] = sum(map(float, own)) / len(own) if own and "none" not in own else None
        if track == "report" and (ranked["report_badge"] != "uncalibrated" or "none" in own):
            scores[track] = said[track]  # not the mean of its values: taken as published

    def weigh(tracks):  # each track weighs as many items as the split has of it
        if any(scores[track] is None for track in tracks):
            return None
        return sum(n_of[one] * scores[one] for one in tracks) / sum(n_of[one] for one in tracks)

    if {"text", "image"} <= set(n_of):
        scores["closed"] = weigh(["text", "image"])
    groups = sorted({group_of[key] for key in track_of})
    sums, means, given = {}, {}, rule["weights"]
    for group in groups:
        own = [key for key in deciding if group_of[key] == group]
        if {track_of[key] for key in own} == {"report"}:
            means[group] = scores["report"]
        elif own and all(deciding[key] != "none" for key in own):
            means[group] = sum(float(deciding[key]) for key in own) / len(own)
        n = sum(group_of[key] == group for key in track_of)
        sums[group] = given[group] if isinstance(given, dict) else n if given == "items" else 1
    is_whole = "none" not in deciding.values() and None not in map(means.get, groups)
    total = sum(sums[one] * means[one] for one in groups) if is_whole else None
    scores["overall"] = None if total is None else total / sum(sums.values())
    for name, score in scores.items():
        is_same = score == said[name] or None not in (score, said[name])
        if not is_same or (score is not None and abs(score - said[name]) > 0.001):
            yield f"its {name} score was published as {said[name]}, its values give {score}."


def check(committed, revealed, root):
    if any(committed[name] != revealed[name] for name in ("benchmark", "version")):
        raise ValueError("the two are of different benchmarks or versions")
    yield from check_answers(committed, revealed, root)
    opened = {(one["split"], one["root"]): one for one in revealed["models"]}
    for ranking in committed["rankings"]:
        if hash_lines(one["root"] for one in ranking["models"]) != ranking["root"]:
            yield f"The models of release {ranking['release']} do not give its root."
        if any(one["split"] == ranking["split"] for one in revealed["items"]):
            for ranked in ranking["models"]:
                model = opened.get((ranking["split"], ranked["root"]))
                again = "its values are missing; of a ranking that was replaced, ask for ?root="
                found = check_values(committed, revealed, ranked, model) if model else [again]
                name = f"{ranked['model']} {ranked['submission']} root {ranked['root'][:8]}"
                yield from (f"{name}: {one}" for one in found)


def main():
    parser = argparse.ArgumentParser(description="Check a reveal against earlier commitments.")
    parser.add_argument("commitments")
    parser.add_argument("reveal")
    parser.add_argument("--root", help="the root of the answers as you kept it")
    options = parser.parse_args()
    try:
        committed, revealed = read(options.commitments), read(options.reveal)
        problems = list(check(committed, revealed, options.root))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"This cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for problem in problems:
        print(problem)
    n_items, n_models = len(revealed["items"]), len(revealed["models"])
    print(f"{n_items} revealed items, {n_models} models: {len(problems)} problems.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
