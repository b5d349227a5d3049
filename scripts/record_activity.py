"""Record the default run of Live LoRA, and the same run by transformers' Trainer, for whoever brings back none.

    python -m scripts.record_activity

Both train the bundled model on the kopi texts on a CPU, with the same settings. The app's own curve goes to
`assets/training/activity_run.json`; what the Trainer writes, as it is, to
`assets/training/activity_trainer_state.json`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile

from lib.places import ASSETS, BUNDLED_MODEL
from lib.training.run import FineTuningRun

FOLDER = ASSETS / "training"
RUN = FineTuningRun(evaluate_every=5)


def record_run() -> None:
    """The run as the app makes it."""
    from lib.training.finetune import finetune
    from lib.training.out.record import record

    told = record(RUN, list(finetune(RUN))).to_dict()
    kept = {
        "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "source": "scripts/record_activity.py in this repository",
        "card": told["card"],
        "steps": [{"step": each["step"], "loss": each["loss"]} for each in told["steps"]],
        "held_out": told["held_out"],
    }
    (FOLDER / "activity_run.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def record_trainer() -> None:
    """The same texts and settings through transformers' Trainer, on which TRL's SFTTrainer is built."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import (
        AutoModelForCausalLM,
        AutoTokenizer,
        DataCollatorForLanguageModeling,
        Trainer,
        TrainingArguments,
    )

    base = BUNDLED_MODEL
    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    torch.manual_seed(RUN.seed)
    adapter = LoraConfig(
        r=RUN.rank, lora_alpha=RUN.lora_alpha, target_modules=list(RUN.target_modules), task_type="CAUSAL_LM"
    )
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), adapter)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=RUN.batch_size,
            max_steps=RUN.steps,
            learning_rate=RUN.learning_rate,
            lr_scheduler_type=RUN.lr_scheduler_type,
            weight_decay=0.0,
            logging_steps=1,
            eval_strategy="steps",
            eval_steps=RUN.evaluate_every,
            save_strategy="no",
            seed=RUN.seed,
            use_cpu=True,
            report_to="none",
        )
        trainer = Trainer(
            model=model,
            args=arguments,
            train_dataset=[tokenizer(each.text) for each in RUN.data.training],
            eval_dataset=[tokenizer(each.text) for each in RUN.data.held_out],
            data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
        )
        trainer.train()
        trainer.state.save_to_json(str(FOLDER / "activity_trainer_state.json"))


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    record_run()
    record_trainer()
