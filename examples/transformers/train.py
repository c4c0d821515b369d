"""A tiny transformer learns whether brackets match. Two lines have to do with danlu.

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
    """Brackets and whether they match; half of them do."""
    depth, words = 0, []
    while len(words) < 10 or depth:
        opens = depth == 0 or (len(words) + depth < 12 and rng.random() < 0.5)
        words.append("(" if opens else ")")
        depth += 1 if opens else -1
    matches = rng.random() < 0.5
    if not matches:
        i = rng.randrange(len(words))
        words[i] = "(" if words[i] == ")" else ")"
    return " ".join(words), int(matches)


with tempfile.NamedTemporaryFile("w", suffix=".txt") as vocabulary:
    vocabulary.write("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "(", ")"]))
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
    train_dataset=dataset(2000, seed=1),
    eval_dataset=dataset(500, seed=2),
    compute_metrics=lambda p: {"accuracy": float((numpy.argmax(p.predictions, 1) == p.label_ids).mean())},
)
danlu.transformers.train(trainer)  # it was trainer.train()
