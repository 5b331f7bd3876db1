# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # Bring your own model and generations
#
# Everything the package does starts from three things anyone has: a Hugging Face folder, a file of completions,
# a file of answers. This notebook makes all three itself, so that it runs anywhere: **the models have random
# weights and the generations are invented, so no figure below says anything about any model.** Put your own
# paths in their places.

# %%
import json
import os
import tempfile
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, Qwen2Config
from transformers.utils import logging

logging.disable_progress_bar()

os.chdir(tempfile.mkdtemp())
questions = [
    f"Mia has {a} apples and buys {b} more. How many now?" for a in range(3, 13) for b in (2, 5)
]
answers = [str(a + b) for a in range(3, 13) for b in (2, 5)]

# %% [markdown]
# ## A folder with a model
#
# Any folder with `config.json`, safetensors and a tokenizer, of the families Qwen2, Qwen3, Llama and OLMo2. Yours
# is there already; this one is drawn at random.

# %%
trained = Tokenizer(models.BPE())
trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(
    vocab_size=400,
    special_tokens=["<|end|>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
trained.train_from_iterator(questions, trainer)
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=trained, eos_token="<|end|>", pad_token="<|end|>"
)
torch.manual_seed(0)
sizes = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
}
config = Qwen2Config(vocab_size=len(tokenizer), num_key_value_heads=2, eos_token_id=0, **sizes)
for name in ("base", "tuned"):
    AutoModelForCausalLM.from_config(config).save_pretrained(name)
    tokenizer.save_pretrained(name)

# %% [markdown]
# ## Completions from anywhere
#
# One row a completion; fields are recognised under the names other tools give them.

# %%
with Path("generations.jsonl").open("w", encoding="utf-8") as file:
    for i, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        wrong = str(int(answer) + 1)
        told = f"She has \\boxed{{{answer if i % 3 else wrong}}} apples."
        coded = f"```python\nx = {question.split()[2]}\nx = x + {question.split()[6]}\n```\n\\boxed{{{answer}}}"
        for model, response in (("base", told), ("tuned", coded if i % 2 else told)):
            row = {
                "id": i,
                "model": model,
                "question": question,
                "response": response,
                "answer": answer,
            }
            file.write(json.dumps(row) + "\n")

# %%
import latent_reasoning as lr

evaluation = lr.evaluate(
    ["generations.jsonl"], lr.EvaluateConfig(by="model", output=Path("evaluation"))
)
for name, condition in evaluation.results["conditions"].items():
    print(
        f"{name:<6} accuracy {condition['accuracy']['value']:.2f}   code {condition['behaviours']['code']['value']:.2f}"
    )

# %% [markdown]
# ## What your model thinks while it reads them
#
# Both models are recorded on the same tokens, into one store.

# %%
point = "blocks.1.hook_resid_post"
pair = lr.load_pair("./base", "./tuned")
rows = [json.loads(line) for line in Path("generations.jsonl").read_text().splitlines()]
samples = [
    lr.Sample(
        problem_id=str(row["id"]),
        prompt=row["question"] + "\n",
        completion=row["response"],
        gold=row["answer"],
        condition=row["model"],
        behaviours=("code",) if "```" in row["response"] else (),
    )
    for row in rows
]
store = lr.record_pair(pair, samples, [point], "activations")
print(f"{len(store):,} rows, mean norm {store.mean_norm(point):.2f}")

# %% [markdown]
# ## A dictionary of your own, and its features
#
# A few seconds of training: enough to see how it is done, too few for features that mean something.

# %%
sae = lr.fit_sae(
    store.activations(point, "base", ~store.rows.is_sink),
    lr.SaeConfig(d_sae=128, k=8, steps=300, batch_size=512),
    hook_point=point,
    model=pair.base.name,
)

# %%
lr.explore(
    store,
    sae,
    limit=6,
    model=pair.base,
    sampling=lr.SamplingConfig(temperature=0.0, max_new_tokens=24),
)

# %% [markdown]
# ## And the whole comparison
#
# On your own pair, in a shell; it says beforehand what it will take:
#
#     latent-reasoning compare --base ./base --tuned ./tuned --problems problems.jsonl --behaviour code
