"""Measure an encoder: retrieval on a company it never saw, heads and linear probes on messages."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

from models.training.finetune_data import SIGNALS, Company, LabelledText

Vectors = npt.NDArray[np.float32]
Encode = Callable[[list[str], str], Vectors]

_DEPTH = 10


def retrieval_report(company: Company, encode: Encode) -> dict[str, float]:
    """Rank a company's answers by the nearest of their views, dense alone.

    Returns success@1 and nDCG@10 over the questions that have an answer, the same with the full text as the
    only view, and the AUROC of the best score between questions with and without an answer.
    """
    names = list(company.answers)
    views = [(row, view) for row, name in enumerate(names) for view in company.answers[name]]
    vectors = encode([view for _, view in views], "passage")
    queries = encode([question.text for question in company.questions], "query")
    similar = queries @ vectors.T
    best = np.full((len(queries), len(names)), -1.0, dtype=np.float32)
    for place, (row, _) in enumerate(views):
        best[:, row] = np.maximum(best[:, row], similar[:, place])
    full = [
        next(place for place, (owner, _) in enumerate(views) if owner == row) for row in range(len(names))
    ]
    answerable = np.array([bool(question.relevant) for question in company.questions])
    found: dict[str, float] = {}
    if not answerable.all():
        found[f"{company.name}_abstain_auroc"] = float(roc_auc_score(answerable, best.max(axis=1)))
    ways = {"": best, "_full_text": similar[:, full]} if len(views) > len(names) else {"": best}
    for label, scores in ways.items():
        top, gain = _ranking(company, names, scores)
        found[f"{company.name}{label}_success_at_1"] = top
        found[f"{company.name}{label}_ndcg_at_10"] = gain
    return found


def _ranking(company: Company, names: Sequence[str], scores: Vectors) -> tuple[float, float]:
    tops, gains = [], []
    for question, row in zip(company.questions, scores, strict=True):
        if question.relevant:
            hits = [names[place] in question.relevant for place in np.argsort(-row)[:_DEPTH]]
            ideal = sum(1 / np.log2(rank + 2) for rank in range(min(len(question.relevant), _DEPTH)))
            tops.append(hits[0])
            gains.append(sum(hit / np.log2(rank + 2) for rank, hit in enumerate(hits)) / ideal)
    return float(np.mean(tops)), float(np.mean(gains))


def heads_report(scores: Mapping[str, Vectors], messages: Sequence[LabelledText]) -> dict[str, float]:
    """Accuracy of the three closed choices and average precision of each signal."""
    intents = [message.intents[0] for message in messages]
    found = {
        "intent_accuracy": float(np.mean(scores["intent"].argmax(1) == intents)),
        "handling_accuracy": float(
            np.mean(scores["handling"].argmax(1) == [message.handling for message in messages])
        ),
        "emotion_accuracy": float(
            np.mean(scores["emotion"].argmax(1) == [message.emotion for message in messages])
        ),
    }
    precisions = {
        code.value: float(average_precision_score(truth, scores["signals"][:, place]))
        for place, code in enumerate(SIGNALS)
        if any(truth := [place in message.signals for message in messages])
    }
    found |= {f"ap_{name}": value for name, value in precisions.items()}
    found["ap_mean"] = float(np.mean(list(precisions.values())))
    return found


def probe_report(
    train: Sequence[LabelledText],
    dev: Sequence[LabelledText],
    encode: Encode,
    *,
    strength: float = 0.01,
) -> dict[str, float]:
    """Fit linear heads on the vectors of the training messages and judge them on the development ones."""
    scaler = StandardScaler()
    known = scaler.fit_transform(encode([message.text for message in train], "query"))
    asked = scaler.transform(encode([message.text for message in dev], "query"))

    def fit(labels: Sequence[int], classes: int) -> Vectors:
        probe = LogisticRegression(C=strength, max_iter=500).fit(known, labels)
        scores = np.full((len(asked), classes), -np.inf, dtype=np.float32)
        scores[:, probe.classes_] = probe.predict_log_proba(asked)
        return scores

    signals = [
        fit([int(code in message.signals) for message in train], 2)[:, 1] for code in range(len(SIGNALS))
    ]
    scores = {
        "intent": fit([message.intents[0] for message in train], 17),
        "handling": fit([message.handling for message in train], 5),
        "emotion": fit([message.emotion for message in train], 6),
        "signals": np.stack(signals, axis=1),
    }
    return {f"probe_{name}": value for name, value in heads_report(scores, dev).items()}
