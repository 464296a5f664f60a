"""Writes a Llama of one layer with random weights and a vocabulary of bytes: make_model.py FILE."""
import sys
import numpy as np
import gguf

WIDTH, HEADS, HIDDEN, CONTEXT = 64, 4, 128, 65536
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
random = np.random.default_rng(7)

tokens = [b"<unk>", b"<s>", b"</s>"] + [b"<0x%02X>" % byte for byte in range(256)]
words = [" hello", " there", " Ada", " yes", " no", " one", " two", " three", ".", "!"]
tokens += [word.replace(" ", "\u2581").encode() for word in words]
kind = gguf.TokenType
kinds = [kind.UNKNOWN, kind.CONTROL, kind.CONTROL] + [kind.BYTE] * 256 + [kind.NORMAL] * len(words)

writer = gguf.GGUFWriter(sys.argv[1], "llama")
writer.add_context_length(CONTEXT)
writer.add_embedding_length(WIDTH)
writer.add_block_count(1)
writer.add_feed_forward_length(HIDDEN)
writer.add_head_count(HEADS)
writer.add_head_count_kv(HEADS)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_rope_dimension_count(WIDTH // HEADS)
writer.add_vocab_size(len(tokens))
writer.add_tokenizer_model("llama")
writer.add_token_list(tokens)
writer.add_token_scores([0.0] * len(tokens))
writer.add_token_types(kinds)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_unk_token_id(0)
writer.add_add_bos_token(True)
writer.add_chat_template(TEMPLATE)

def weights(name, *shape):
    writer.add_tensor(name, random.normal(0, 0.1, shape).astype(np.float32))

weights("token_embd.weight", len(tokens), WIDTH)
weights("output.weight", len(tokens), WIDTH)
writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
writer.add_tensor("blk.0.attn_norm.weight", np.ones(WIDTH, np.float32))
writer.add_tensor("blk.0.ffn_norm.weight", np.ones(WIDTH, np.float32))
for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
    weights(f"blk.0.{name}.weight", WIDTH, WIDTH)
weights("blk.0.ffn_gate.weight", HIDDEN, WIDTH)
weights("blk.0.ffn_up.weight", HIDDEN, WIDTH)
weights("blk.0.ffn_down.weight", WIDTH, HIDDEN)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
