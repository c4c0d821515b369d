"""A tiny transformer learns which of two words is the more frequent. Two lines have to do with danlu.

The model is made from its configuration and the tokenizer from a list of words, on
the spot: nothing is downloaded.
"""

import argparse
import random
import tempfile

import danlu
import numpy
import transformers

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=4)
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--width", type=int, default=32)
parser.add_argument("--warmup-ratio", type=float, default=0.1)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()
transformers.set_seed(args.seed)


def sentence(rng):
    """Thirteen words, and whether most of them are "up"."""
    words = rng.choices(["up", "down"], k=13)
    return " ".join(words), int(words.count("up") > 6)


with tempfile.NamedTemporaryFile("w", suffix=".txt") as vocabulary:
    vocabulary.write("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "up", "down"]))
    vocabulary.flush()
    tokenizer = transformers.BertTokenizer(vocabulary.name)


def dataset(n, seed):
    rng = random.Random(seed)
    texts, labels = zip(*(sentence(rng) for _ in range(n)))
    tokens = tokenizer(list(texts), padding="max_length", max_length=16, truncation=True)
    return [{**{k: v[i] for k, v in tokens.items()}, "labels": labels[i]} for i in range(n)]


model = transformers.BertForSequenceClassification(
    transformers.BertConfig(
        vocab_size=7, hidden_size=args.width, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=2 * args.width, max_position_embeddings=16,
    )
)
trainer = transformers.Trainer(
    model=model,
    args=transformers.TrainingArguments(
        output_dir=tempfile.mkdtemp(), num_train_epochs=args.epochs, learning_rate=args.lr,
        per_device_train_batch_size=args.batch_size, per_device_eval_batch_size=256,
        warmup_ratio=args.warmup_ratio, eval_strategy="epoch", save_strategy="no", seed=args.seed,
        use_cpu=True, disable_tqdm=True, report_to="none",
    ),
    train_dataset=dataset(600, seed=1),
    eval_dataset=dataset(300, seed=2),
    compute_metrics=lambda p: {"accuracy": float((numpy.argmax(p.predictions, 1) == p.label_ids).mean())},
)
danlu.transformers.train(trainer)  # it was trainer.train()
