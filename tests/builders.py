"""Tiny models with random weights and a word-level tokenizer, built from configurations."""

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    AutoModelForCausalLM,
    GPT2Tokenizer,
    LlamaConfig,
    Olmo2Config,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2Tokenizer,
    Qwen3Config,
)

WORDS = (
    *("Mia", "has", "apples", "She", "buys", "more", "How", "many", "does", "have", "now", "x"),
    *(".", ",", "?", "=", "+", "-", "*", "#", "/", "(", ")", "{", "}", "\n"),
    *("```python", "```", "\\boxed{", "After", "all", "of", "this", "there", "are"),
)
FAMILIES: dict[str, Any] = {
    "qwen2": Qwen2Config,
    "qwen3": Qwen3Config,
    "llama": LlamaConfig,
    "olmo2": Olmo2Config,
}


def build_tokenizer(
    extra: tuple[str, ...] = (), bos: bool = False, eos: str = "<eos>"
) -> PreTrainedTokenizerFast:
    """Words, single digits and line ends; `bos` prepends a beginning-of-sequence token."""
    vocabulary = ["<pad>", "<eos>", "<unk>", "<s>", "<end>", *WORDS, *map(str, range(10)), *extra]
    ids = {token: i for i, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\n|[0-9]"), behavior="isolated"),
            pre_tokenizers.Split(Regex(" "), behavior="removed"),
        ]
    )
    if bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", ids["<s>"])]
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=eos, unk_token="<unk>", pad_token="<pad>"
    )


def build_real_tokenizer(family: str, texts: list[str]) -> Any:
    """A tokenizer of the class that real models of a family have, with a vocabulary of 400."""
    end, start = "<|endoftext|>", "<|begin_of_text|>"
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[end, start],
        show_progress=False,
    )
    trained.train_from_iterator(texts, trainer)
    if family == "llama":
        trained.decoder = decoders.ByteLevel()
        trained.post_processor = processors.TemplateProcessing(
            single=f"{start} $A", special_tokens=[(start, trained.token_to_id(start))]
        )
        return PreTrainedTokenizerFast(tokenizer_object=trained, bos_token=start, eos_token=end)
    parts = json.loads(trained.to_str())["model"]
    merges = [tuple(merge) for merge in parts["merges"]]
    kind = GPT2Tokenizer if family == "olmo2" else Qwen2Tokenizer
    return kind(vocab=parts["vocab"], merges=merges, eos_token=end, pad_token=end)


def build_model(family: str = "qwen2", seed: int = 0, **changes: Any) -> PreTrainedModel:
    """A model of 3 layers and width 32 with weights large enough that every part matters."""
    sizes = {
        "vocab_size": 80,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 128,
        "initializer_range": 0.2,
        "pad_token_id": 0,
        "eos_token_id": 1,
        "bos_token_id": None,
        "tie_word_embeddings": False,
    }
    torch.manual_seed(seed)
    return AutoModelForCausalLM.from_config(FAMILIES[family](**(sizes | changes))).eval()


def save_model(
    directory: Path,
    family: str = "qwen2",
    seed: int = 0,
    tokenizer: Any = None,
    **changes: Any,
) -> Path:
    """Write a Hugging Face directory and return it."""
    build_model(family, seed, **changes).save_pretrained(directory)
    (tokenizer or build_tokenizer()).save_pretrained(directory)
    return directory
