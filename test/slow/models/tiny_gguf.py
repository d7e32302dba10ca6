"""
Writes a tiny Llama with random weights as GGUF: a token for each byte, a few pairs of them, and two marks of a chat.

Arguments: the file to write.
"""

import sys

import gguf
import numpy as np

WIDTH, HIDDEN, BLOCKS, HEADS, KV_HEADS = 64, 128, 2, 4, 2
END, START = "<|im_end|>", "<|im_start|>"
PAIRS = [("t", "h"), ("th", "e"), ("i", "n"), ("e", "r"), ("a", "n"), ("o", "n")]


def byte_texts():
    """The texts that stand in a vocabulary of GPT-2's kind for the 256 bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    texts = {byte: chr(byte) for byte in printable} | {byte: chr(256 + at) for at, byte in enumerate(others)}
    return [texts[byte] for byte in range(256)]


def write_vocabulary(writer):
    tokens = [*byte_texts(), *(one + other for one, other in PAIRS), END, START]
    types = [gguf.TokenType.NORMAL] * (len(tokens) - 2) + [gguf.TokenType.CONTROL] * 2
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([f"{one} {other}" for one, other in PAIRS])
    writer.add_eos_token_id(tokens.index(END))
    writer.add_bos_token_id(tokens.index(END))
    writer.add_add_bos_token(False)
    return len(tokens)


def write_shape(writer, vocabulary):
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(BLOCKS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(vocabulary)
    writer.add_file_type(0)


def write_weights(writer, vocabulary):
    generator = np.random.default_rng(0)
    drawn = lambda *shape: (generator.standard_normal(shape) * 0.3).astype(np.float32)
    ones = np.ones(WIDTH, np.float32)
    shared = WIDTH * KV_HEADS // HEADS
    writer.add_tensor("token_embd.weight", drawn(vocabulary, WIDTH))
    writer.add_tensor("output.weight", drawn(vocabulary, WIDTH))
    writer.add_tensor("output_norm.weight", ones)
    parts = {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (shared, WIDTH),
        "attn_v": (shared, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (HIDDEN, WIDTH),
        "ffn_up": (HIDDEN, WIDTH),
        "ffn_down": (WIDTH, HIDDEN),
    }
    for block in range(BLOCKS):
        for name, shape in parts.items():
            writer.add_tensor(f"blk.{block}.{name}.weight", drawn(*shape))
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{block}.{name}.weight", ones)


def main(path):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    vocabulary = write_vocabulary(writer)
    write_shape(writer, vocabulary)
    write_weights(writer, vocabulary)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main(*sys.argv[1:])
