from dataclasses import dataclass, field

from transformers import HfArgumentParser, TrainingArguments


@dataclass
class ModelArguments:
    model_name_or_path: str = field(metadata={"help": "Path of the model."})
    freeze: bool = field(default=False, metadata={"help": "Freeze the encoder."})
    lora_rank: int = field(default=8, metadata={"help": "Rank of LoRA."})


HfArgumentParser((ModelArguments, TrainingArguments)).parse_args_into_dataclasses()
