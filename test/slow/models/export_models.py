"""Randomly initialised Llama and Qwen2 models, exported to ONNX in the forms that exports have, with log-probs of PyTorch.

argv: folder to write to. Prints, for each export, the log-probability of every token after the first of some sequences.
"""
import json
import sys
from pathlib import Path

import torch
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

ROOT = Path(sys.argv[1])
SIZES = dict(vocab_size=97, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.5, attn_implementation="eager")
LAYERS, HEADS, WIDTH = 2, 2, 8
B, T, P = torch.export.Dim("batch"), torch.export.Dim("tokens"), torch.export.Dim("past")


class Plain(torch.nn.Module):
    """Without a cache."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids,
                          use_cache=False).logits


class Cached(torch.nn.Module):
    """With keys and values of earlier tokens, as exports for generation have them."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, past):
        cache = DynamicCache()
        for layer in range(LAYERS):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        out = self.model(input_ids=input_ids, attention_mask=attention_mask, position_ids=position_ids,
                         past_key_values=cache, use_cache=True)
        return out.logits, [state for layer in cache.layers for state in (layer.keys, layer.values)]


def inputs(past):
    ids = torch.randint(0, 97, (2, 6))
    return ids, torch.ones(2, 6 + past, dtype=torch.int64), torch.arange(past, past + 6).expand(2, 6).contiguous()


def plain_export(model, path):
    axes = {0: B, 1: T}
    torch.onnx.export(Plain(model), inputs(0), path, dynamo=True, external_data=True, verbose=False,
                      input_names=["input_ids", "attention_mask", "position_ids"], output_names=["logits"],
                      dynamic_shapes={"input_ids": axes, "attention_mask": axes, "position_ids": axes})


def cached_export(model, path):
    names = [f"past_key_values.{layer}.{part}" for layer in range(LAYERS) for part in ("key", "value")]
    presents = [name.replace("past_key_values", "present") for name in names]
    past = [torch.randn(2, HEADS, 3, WIDTH) for _ in names]
    torch.onnx.export(Cached(model), (*inputs(3), past), path, dynamo=True, external_data=False, verbose=False,
                      input_names=["input_ids", "attention_mask", "position_ids", *names],
                      output_names=["logits", *presents],
                      dynamic_shapes={"input_ids": {0: B, 1: T}, "attention_mask": {0: B, 1: torch.export.Dim("whole")},
                                      "position_ids": {0: B, 1: T}, "past": [{0: B, 2: P} for _ in names]})


def log_probs(model, sequence):
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([sequence])).logits[0, :-1].float()
    return torch.log_softmax(logits, -1).gather(1, torch.tensor(sequence[1:])[:, None])[:, 0].tolist()


EXPORTS = {
    "llama": (LlamaForCausalLM, LlamaConfig(**SIZES), plain_export, torch.float32),
    "llama-tied": (LlamaForCausalLM, LlamaConfig(**SIZES, tie_word_embeddings=True), plain_export, torch.float32),
    "llama-cache": (LlamaForCausalLM, LlamaConfig(**SIZES), cached_export, torch.float32),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**SIZES), plain_export, torch.float32),
    "qwen2-cache": (Qwen2ForCausalLM, Qwen2Config(**SIZES), cached_export, torch.float32),
    "qwen2-half": (Qwen2ForCausalLM, Qwen2Config(**SIZES), plain_export, torch.float16),
}

results = {}
for name, (kind, config, export, dtype) in EXPORTS.items():
    torch.manual_seed(0)
    model = kind(config).eval().to(dtype)
    folder = ROOT / name
    folder.mkdir()
    model.config.save_pretrained(folder)
    export(model, folder / "model.onnx")
    sequences = [torch.randint(0, 97, (length,)).tolist() for length in (2, 3, 9, 17, 40)]
    results[name] = [{"tokens": ids, "logProbs": log_probs(model, ids)} for ids in sequences]
(ROOT / "expected.json").write_text(json.dumps(results))
