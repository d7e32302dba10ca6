"""
A fixture, and no server that anyone runs: a tiny GGUF behind vLLM's names for token ids, as far as a client that sends and
receives ids needs them. It stands in for vLLM, which does not fit on a machine without a GPU; the server that comes with
llama-cpp-python gives no ids. `GET /sampled` lists what was sampled: prompt and answer of each request, as ids.

Arguments: GGUF file, port.
"""

import json
import math
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

import numpy as np
from llama_cpp import Llama

MODEL = Llama(sys.argv[1], n_ctx=2048, logits_all=True, verbose=False)
LOCK = Lock()
SAMPLED = []


def log_softmax(row):
    row = np.asarray(row, np.float64)
    row = row - row.max()
    return row - math.log(np.exp(row).sum())


def ids_of(text):
    return MODEL.tokenize(text.encode(), add_bos=False, special=True)


def text_of(ids):
    return MODEL.detokenize([each for each in ids if each != MODEL.token_eos()]).decode(errors="replace")


def rows_of(ids):
    """Log-probabilities of the token after each of `ids`."""
    MODEL.reset()
    MODEL.eval(ids)
    return [log_softmax(MODEL.scores[at]) for at in range(len(ids))]


def sample(prompt, body):
    """Ids and their log-probabilities at the temperature of the request, and why it ended."""
    generator = np.random.default_rng(body.get("seed"))
    ids, log_probs, row = [], [], rows_of(prompt)[-1]
    while len(ids) < body.get("max_tokens", 16):
        shares = log_softmax(row / (body.get("temperature") or 1e-6))
        ids.append(int(generator.choice(len(shares), p=np.exp(shares) / np.exp(shares).sum())))
        log_probs.append(float(shares[ids[-1]]))
        if ids[-1] == MODEL.token_eos():
            return ids, log_probs, "stop"
        MODEL.eval([ids[-1]])
        row = log_softmax(MODEL.scores[MODEL.n_tokens - 1])
    return ids, log_probs, "length"


def completion(body):
    prompt = body["prompt"] if isinstance(body["prompt"], list) else ids_of(body["prompt"])
    ids, log_probs, finish = sample(prompt, body)
    rows = rows_of(prompt)
    choice = {"index": 0, "text": text_of(ids), "finish_reason": finish, "token_ids": ids, "prompt_token_ids": prompt}
    if body.get("prompt_logprobs") is not None:
        known = [{str(each): {"logprob": float(rows[at][each])}} for at, each in enumerate(prompt[1:])]
        choice["prompt_logprobs"] = [None, *known]
    return {"object": "text_completion", "model": "tiny", "choices": [choice]}


def chat(body):
    turns = "".join(f"<|im_start|>{each['role']}\n{each['content']}<|im_end|>\n" for each in body["messages"])
    prompt = ids_of(f"{turns}<|im_start|>assistant\n")
    ids, log_probs, finish = sample(prompt, body)
    SAMPLED.append({"prompt": prompt, "ids": ids})
    message = {"role": "assistant", "content": text_of(ids)}
    content = [{"token": f"token_id:{each}", "logprob": log_prob} for each, log_prob in zip(ids, log_probs)]
    choice = {"index": 0, "message": message, "finish_reason": finish, "token_ids": ids, "logprobs": {"content": content}}
    usage = {"prompt_tokens": len(prompt), "completion_tokens": len(ids)}
    return {"object": "chat.completion", "model": "tiny", "choices": [choice], "prompt_token_ids": prompt, "usage": usage}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._answer(SAMPLED)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with LOCK:
            self._answer(chat(body) if self.path.endswith("/chat/completions") else completion(body))

    def _answer(self, value):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
