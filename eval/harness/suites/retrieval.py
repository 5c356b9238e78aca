"""Search on a company that the retriever never saw: right answer first, and silence where there is none.

Qrels are the relevant answers of each question; the run is what the shipped retriever's code ranks.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from eval.harness.datasets import Request
from eval.harness.errors import NothingToJudgeError
from eval.harness.samples import length_of
from eval.harness.scores import Confidence, Judged, Score, hit
from eval.harness.subject import Subject
from eval.harness.suites.suite import Job, Suite
from eval.retrieval_data import Company, Measured, companies_in, load_company, measure
from eval.retrieval_metrics import ndcg
from eval.splits import load
from knowledge_base.config import RetrievalConfig
from knowledge_base.features import calibrate, describe, fuse
from knowledge_base.vector_cache import VectorCache

DEPTH = 10


def judge(item: Measured, config: RetrievalConfig) -> Judged:
    """Rank the candidates of one question and score the ranking. Nothing found counts as nothing right."""
    fused = fuse(item.candidates, config)
    order = np.argsort(-fused, kind="stable")
    sure = float(calibrate(describe(item.candidates, fused), config)[order[0]]) if len(order) else 0.0
    first = bool(len(order) and item.relevant[order[0]])
    given = sure >= config.abstain.threshold
    scores: list[Score] = []
    if item.question.relevant:
        gained = ndcg(item.relevant[order].tolist(), len(item.question.relevant))
        scores += [hit("success_at_1", first), Score("ndcg_at_10", gained), hit("answer.coverage", given)]
        scores.append(hit("answer.right_and_given", given and first))
        scores.append(hit("found_in_ten", bool(item.relevant[order[:DEPTH]].any())))
    else:
        scores.append(hit("answer.given_without_one", given))
    if given:
        scores.append(hit("answer.accuracy_when_given", first))
    return Judged(
        suite="retrieval",
        id=item.question.id,
        text=item.question.text,
        groups={"language": item.question.language, "length": length_of(item.question.text)},
        target={"relevant": sorted(item.question.relevant)},
        answer={"given": given, "first_is_right": first},
        scores=tuple(scores),
        confidences=(Confidence("answer", sure, first),),
    )


def companies(request: Request) -> list[Path]:
    """The folders of the companies of a split. Raises NothingToJudgeError when there are none."""
    folder = request.data / "retrieval"
    splits = load(folder)
    found = [folder / name for name in companies_in(folder) if splits.get(name) is request.split]
    if not found:
        raise NothingToJudgeError(f"retrieval: no company in the {request.split.value} split")
    return found


def _prepare(subject: Subject, request: Request) -> Sequence[Job]:
    config, cache = subject.retrieval, VectorCache(subject.encoder, None)
    jobs: list[Job] = []
    for folder in companies(request):
        company = load_company(folder)
        questions = request.cut(company.questions, lambda question: question.id)
        cut = Company(company.name, company.base, tuple(questions))
        jobs += [partial(judge, item, config) for item in measure(cut, subject.encoder, config, cache)]
    return jobs


def _files(request: Request, _: Subject) -> tuple[Path, ...]:
    return tuple(
        file for folder in companies(request) for file in (folder / "answers.jsonl", folder / "queries.jsonl")
    )


SUITE = Suite("retrieval", _prepare, _files, takes_own=False)
