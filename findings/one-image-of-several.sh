#!/bin/sh
# lm_eval sends the first image of a question with two, and logs both.
#
# Version: lm_eval 0.4.13. Seen 2026-11-30.
# Source: lm_eval/models/api_models.py: `max_images: int = 1`, and generate_until sends
#   `visual[: self.max_images]`; at the level INFO it says "Using max_images 1. Set in the model
#   args." The local models of lm_eval have 999 as their default. The log's `visual` is made from
#   the task, not from the request.
# For whoever evaluates models: a question about a sagittal and an axial image is answered from the
#   sagittal one, and flexion is compared with nothing. Neither samples nor results tell such a run
#   from a sound one: `arguments` lists a hash for each image of the task.
# SpineBench: the tasks of `spinebench download --for lm_eval` refuse to begin with a max_images
#   that is too small (cli/spinebench/tools/lm_eval.py), docs/tools.md says so, and
#   `python -m bench tools` counts the images that arrive.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "lm_eval[api]==0.4.13" datasets==5.2.0 pillow==13.0.0
cd "$work"
cat >task.yaml <<'END'
task: two_images
custom_dataset: !function data.load
test_split: test
output_type: generate_until
doc_to_text: question
doc_to_image: !function data.draw
doc_to_target: ""
generation_kwargs: {until: [], max_gen_toks: 16}
metric_list: [{metric: bypass}]
END
cat >data.py <<'END'
from datasets import Dataset, DatasetDict
from PIL import Image


def load(**_):
    return DatasetDict(test=Dataset.from_list([{"id": "q1", "question": "Compare both images."}]))


def draw(doc):
    return [Image.new("L", (8, 8), grey) for grey in (10, 200)]
END
cat >server.py <<'END'
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = body["messages"][-1]["content"]
        kinds = ["text"] if isinstance(content, str) else [part["type"] for part in content]
        with open("asked", "a") as file:
            print(*kinds, file=file)
        choice = {"index": 0, "message": {"role": "assistant", "content": "B"}, "finish_reason": "stop"}
        answer = json.dumps({"choices": [choice]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, file=open("port", "w"), flush=True)
server.serve_forever()
END
"$work/venv/bin/python" server.py &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
while [ ! -s port ]; do sleep 0.1; done

run() { # run NAME [more model arguments]: which images were sent, and how many are in the log
    rm -f asked
    HF_HUB_OFFLINE=1 "$work/venv/bin/lm_eval" --model local-chat-completions \
        --model_args "model=m,base_url=http://127.0.0.1:$(cat port)/v1/chat/completions$2" \
        --tasks two_images --include_path . --apply_chat_template --log_samples \
        --output_path "out-$1" >>log 2>&1
    "$work/venv/bin/python" - "$1" <<'END'
import json
import sys
from pathlib import Path

name = sys.argv[1]
[path] = Path(f"out-{name}").rglob("samples_two_images_*.jsonl")
logged = json.loads(path.read_text())["arguments"]["gen_args_0"]["arg_2"]["visual"]
asked = sorted(line.count("image_url") for line in Path("asked").read_text().splitlines())
print(f"{name}: images sent {asked}, images in the log {len(logged)}")
with open("seen", "a") as file:
    print(name, *asked, len(logged), file=file)
END
}
"$work/venv/bin/python" -c 'from importlib.metadata import version; print("lm_eval", version("lm_eval"))'
run default ""
run max_images=2 ",max_images=2"
printf 'default 1 2\nmax_images=2 2 2\n' | cmp -s - seen || {
    echo "The behaviour has changed."
    exit 1
}
