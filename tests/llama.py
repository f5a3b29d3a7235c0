"""A real llama.cpp server on 127.0.0.1 with a model of random weights.

Its answers are nonsense, but they obey the schema: what no scripted server can show is that a real constrained decoder
takes our schema, end to end through the real client.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

from extractor.prompt import system_message

WIDTH, LAYERS, HEADS, FEED_FORWARD = 32, 1, 2, 64
CONTEXT = 32_768
WORDS = 400
"""The prompt's commonest words are tokens, so that it is read in seconds; all else is read character by character."""

CLOSING = {'"': 0.5, "]": 0.45, "}": 0.35, ",": 0.1, "{": 0.1, "n": 0.25}
"""Weights drawn at random babble for ever inside a string; a little bias towards what closes it ends the answer."""


def _word_tokens() -> list[str]:
    """The commonest words with all their beginnings: a SentencePiece tokenizer gets to a word one character at a time."""
    words = Counter(re.findall(r"[A-Za-z]{3,}", system_message()))
    common = sorted(words, key=lambda word: -words[word] * len(word))[:WORDS]
    return sorted({f"\u2581{word[:end]}" for word in common for end in range(1, len(word) + 1)}, key=len)


def write_random_model(path: Path) -> None:
    """A llama model of about a megabyte."""
    random = np.random.default_rng(0)
    tokens: list[tuple[bytes, float, TokenType]] = [
        (b"<unk>", 0.0, TokenType.UNKNOWN),
        (b"<s>", 0.0, TokenType.CONTROL),
        (b"</s>", 0.0, TokenType.CONTROL),
        *((f"<0x{byte:02X}>".encode(), 0.0, TokenType.BYTE) for byte in range(256)),
        *((chr(c).encode(), -float(c), TokenType.NORMAL) for c in range(33, 127)),
        ("\u2581".encode(), -1.0, TokenType.NORMAL),
        *((word.encode(), float(len(word)), TokenType.NORMAL) for word in _word_tokens()),
    ]
    words = [token for token, _, _ in tokens]
    writer = GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(words)
    writer.add_token_scores([score for _, score, _ in tokens])
    writer.add_token_types([int(kind) for _, _, kind in tokens])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(False)
    writer.add_chat_template("{% for m in messages %}{{ m['content'] }}\n{% endfor %}")

    def matrix(name: str, *shape: int) -> None:
        writer.add_tensor(name, (random.standard_normal(shape) * 0.05).astype(np.float32))

    embeddings = (random.standard_normal((len(tokens), WIDTH)) * 0.5).astype(np.float32)
    embeddings[:, 0] = 4.0  # the same in every hidden state: what the bias of a token is measured against
    output = (random.standard_normal((len(tokens), WIDTH)) * 0.1).astype(np.float32)
    output[:, 0] = 0.0
    output[3:259, 0] = -1.2  # bytes, white space among them
    for token, bias in CLOSING.items():
        output[words.index(token.encode()), 0] = bias
    writer.add_tensor("token_embd.weight", embeddings)
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for layer in range(LAYERS):
        prefix = f"blk.{layer}"
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{prefix}.{norm}.weight", np.ones(WIDTH, np.float32))
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            matrix(f"{prefix}.{part}.weight", WIDTH, WIDTH)
        matrix(f"{prefix}.ffn_gate.weight", FEED_FORWARD, WIDTH)
        matrix(f"{prefix}.ffn_up.weight", FEED_FORWARD, WIDTH)
        matrix(f"{prefix}.ffn_down.weight", WIDTH, FEED_FORWARD)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@contextmanager
def llama_server(model: Path) -> Iterator[str]:
    """The base URL of a server that answers with ``model``."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1  # two would wait for each other on a busy machine
    parameters.cpuparams_batch.n_threads = 1  # two would wait for each other on a busy machine
    parameters.warmup = False
    parameters.fit_params = False
    server = xllamacpp.Server(parameters)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server
