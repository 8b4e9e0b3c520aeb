#!/bin/sh
# Every Eval Ever's converter writes lm_eval's filtered answer as the model's complete response.
#
# Version: every_eval_ever 0.3.0 (Python 3.12 or newer). Seen 2026-12-01.
# Source: its schema says of `output.raw`: "Complete model responses". converters/lm_eval/
#   instance_level_adapter.py takes `filtered_resps` before `resps`, and as `sample_id` lm_eval's
#   running number `doc_id`. Likewise converters/inspect/instance_level_adapter.py takes the
#   scorer's `answer` or `explanation` before the output.
# For whoever evaluates models: a record that looks as if it held what the model said holds a letter
#   or "[invalid]", once for each filter. Nobody can read such an answer again by better rules: here
#   the first letter, which the model turned down in its thoughts, and nothing of a good answer. The
#   items cannot be told but by their prompts.
# SpineBench: reads the tools' own logs; a file of this kind with two outputs for a sample, or with
#   ids that are not the items', is refused, and "[invalid]" is no answer
#   (cli/spinebench/formats/every_eval_ever.py, leaderboard/submissions/texts.py).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3.12}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet every_eval_ever==0.3.0
cd "$work"
"$work/venv/bin/python" - <<'END'
import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from subprocess import run

TEXTS = {
    "spine-17": "<think>ANSWER: C would be too low.</think>\nANSWER: A",
    "spine-18": "The root is L5, so B.",
}
FILTERED = {"spine-17": "C", "spine-18": "[invalid]"}
task, stamp = "levels", "2026-11-30T22-56-07.330250"
config = {"task": task, "dataset_path": "json", "output_type": "generate_until", "num_fewshot": 0,
          "metric_list": [{"metric": "exact_match"}], "generation_kwargs": {"until": []}, "repeats": 1}
results = {
    "results": {task: {"alias": task, "exact_match,strict": 0.5, "exact_match_stderr,strict": 0.5}},
    "configs": {task: config}, "versions": {task: 1.0}, "n-shot": {task: 0},
    "higher_is_better": {task: {"exact_match": True}},
    "n-samples": {task: {"original": 2, "effective": 2}},
    "config": {"model": "local-completions", "model_args": {"model": "lab/model"}},
    "git_hash": None, "date": 1796079767.4, "lm_eval_version": "0.4.13", "model_source": "local-completions",
    "model_name": "lab/model", "model_name_sanitized": "lab__model", "total_evaluation_time_seconds": "1.0",
    "task_hashes": {}, "start_time": 1.0, "end_time": 2.0,
}
samples = [
    {"doc_id": number, "doc": {"id": key}, "target": "A",
     "arguments": {"gen_args_0": {"arg_0": f"Question {number}?", "arg_1": {"until": []}}},
     "resps": [[text]], "filtered_resps": [FILTERED[key]], "filter": "strict",
     "metrics": ["exact_match"], "exact_match": 0.0, "doc_hash": "0" * 64, "prompt_hash": "0" * 64, "target_hash": "0" * 64}
    for number, (key, text) in enumerate(TEXTS.items())
]
Path("log").mkdir()
Path(f"log/results_{stamp}.json").write_text(json.dumps(results))
Path(f"log/samples_{task}_{stamp}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in samples))
command = ["venv/bin/every_eval_ever", "convert", "lm_eval", "--log_path", "log", "--output_dir", "out",
           "--source_organization_name", "Lab", "--evaluator_relationship", "third_party", "--include_samples"]
done = run(command, capture_output=True, text=True)
assert done.returncode == 0, done.stderr[-2000:]
schema = json.loads(files("every_eval_ever").joinpath("schemas/instance_level_eval.schema.json").read_text())
print("every_eval_ever", version("every_eval_ever"), "output.raw:", json.dumps(schema).split('"raw": {"type": "array", "description": "')[1].split('"')[0])
[path] = Path("out").rglob("*_samples.jsonl")
seen = []
for line, (key, text) in zip(map(json.loads, path.read_text().splitlines()), TEXTS.items(), strict=True):
    print(f"  {key}: the model said {text!r}; sample_id {line['sample_id']!r}, output.raw {line['output']['raw']}")
    seen.append((line["sample_id"], line["output"]["raw"]))
same = seen == [("0", ["C"]), ("1", ["[invalid]"])]
raise SystemExit(0 if same else "The behaviour has changed.")
END
