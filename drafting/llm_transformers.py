"""A causal language model of ``transformers`` in this process: for trials without a server. Needs torch."""

import atexit
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from drafting.llm_errors import LanguageModelError, Refusal
from drafting.llm_model import Schema
from drafting.llm_policy import Limits
from drafting.llm_prompt import Turn
from models.errors import ArtifactError

CLOSING_SECONDS = 60.0
"""How long the end of the process waits for a token that is being worked out: the first one reads the whole prompt."""


@dataclass(frozen=True, slots=True)
class TransformersModel:
    """A tokenizer and a causal model; one generation at a time."""

    name: str
    tokenizer: Any = field(repr=False)
    weights: Any = field(repr=False)
    limits: Limits
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    closing: threading.Event = field(default_factory=threading.Event, repr=False)

    @classmethod
    def load(cls, name: str, limits: Limits) -> "TransformersModel":
        """Load a model by hub name or folder: weights in safetensors only, no code from the hub.

        Raises:
            ArtifactError: torch or transformers is not installed, or the model cannot be loaded.
        """
        try:
            from transformers import AutoModelForCausalLM, AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
            weights = AutoModelForCausalLM.from_pretrained(
                name, trust_remote_code=False, use_safetensors=True
            )
        except (ImportError, OSError, ValueError) as error:
            raise ArtifactError(
                f"language model {name}: cannot be loaded ({type(error).__name__})"
            ) from error
        model = cls(name, tokenizer, weights, limits)
        atexit.register(model.close)
        return model

    def close(self) -> None:
        """Stop at the next token and write no more: a process that ends with torch at work is aborted, not ended."""
        self.closing.set()
        self.turn.acquire(timeout=CLOSING_SECONDS)

    def call(self, turns: Sequence[Turn], schema: Schema, seconds: float) -> "GenerationCall":
        """Prepare a generation; the schema is not enforced here, what is written is read against it anyhow."""
        return GenerationCall(self, tuple(turns), time.monotonic() + seconds)


@dataclass(frozen=True, slots=True)
class GenerationCall:
    """One generation; it stops at a token's end once it is over or aborted."""

    model: TransformersModel
    turns: tuple[Turn, ...] = field(repr=False)
    over_at: float
    aborted: threading.Event = field(default_factory=threading.Event, repr=False)

    def abort(self) -> None:
        """Stop at the next token."""
        self.aborted.set()

    def text(self) -> str:
        """Generate greedily.

        Raises:
            LanguageModelError: another generation is under way past the time, the prompt is too long for the model,
                or what it writes is over the limits.
        """
        if not self.model.turn.acquire(timeout=max(0.0, self.over_at - time.monotonic())):
            raise LanguageModelError(Refusal.BUSY)
        try:
            return self._generated()
        finally:
            self.model.turn.release()

    def _generated(self) -> str:
        import torch
        from transformers import StoppingCriteriaList

        limits, tokenizer, closing = self.model.limits, self.model.tokenizer, self.model.closing

        def over(input_ids: Any, *_: Any, **__: Any) -> Any:  # noqa: ANN401 - tensors
            stop = self.aborted.is_set() or closing.is_set() or time.monotonic() > self.over_at
            return torch.full((input_ids.shape[0],), stop, dtype=torch.bool)

        ids = tokenizer(self._prompt(), return_tensors="pt", add_special_tokens=False)["input_ids"]
        room = getattr(self.model.weights.config, "max_position_embeddings", None)
        if room is not None and ids.shape[1] + limits.output_tokens > room:
            raise LanguageModelError(Refusal.OUTPUT_TOO_LONG)
        with torch.inference_mode():
            written = self.model.weights.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                max_new_tokens=limits.output_tokens,
                stopping_criteria=StoppingCriteriaList([over]),
                pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id or 0,
            )
        if self.aborted.is_set() or time.monotonic() > self.over_at:
            raise LanguageModelError(Refusal.TIMEOUT)
        text: str = tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True)
        if len(text) > limits.output_characters:
            raise LanguageModelError(Refusal.OUTPUT_TOO_LONG)
        return text

    def _prompt(self) -> str:
        """The turns in the model's own format, or plainly one under the other where it has none."""
        messages = [{"role": turn.role, "content": turn.content} for turn in self.turns]
        if self.model.tokenizer.chat_template:
            formatted: str = self.model.tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True
            )
            return formatted
        return "\n\n".join(message["content"] for message in messages) + "\n\n"
