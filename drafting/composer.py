"""Composes drafts out of approved answers and the sentence bank, from the best candidate to the safest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from drafting.answers import answer_sentences
from drafting.bank import Bank, Treatment
from drafting.channels import Channels
from drafting.closeness import Closeness
from drafting.draft import Draft, Sentence
from drafting.edges import Edges
from drafting.joining import join, normal, split
from drafting.nearby import Scenes
from drafting.packing import Place, Room, pack
from drafting.plans import ANSWER, OTHER_ANSWERS, TURN, Plan, Plans, Step
from drafting.reading import read
from drafting.report_questions import Missing, missing
from drafting.request import ComposeRequest
from drafting.selection import Choice, Selector, Wanted
from drafting.situation import Condition, Labels, labels_of
from drafting.slots import Departments, slot_values
from drafting.subjects import subject_of
from drafting.topics import Topics
from drafting.treatment import Treatments
from drafting.vector_file import FingerprintedEncoder
from drafting.words import content_words
from policies.vocabulary import Visibility

DRAFTER = "composer"
CandidateDrafts = tuple[Draft, ...]
"""One draft for each audience of the decision, in its order."""


@dataclass(frozen=True, slots=True)
class _Try:
    """How bold a candidate is."""

    round: int
    needs: frozenset[str]
    answer: bool


_TRIES = (
    _Try(0, frozenset({"must", "should", "may"}), True),
    _Try(1, frozenset({"must", "should"}), True),
    _Try(2, frozenset({"must"}), True),
    _Try(3, frozenset({"must", "should"}), False),
    _Try(4, frozenset({"must"}), False),
)


_REPORT_QUESTION = Step(("ask_report",), "should", Condition())


def _sent(request: ComposeRequest) -> frozenset[str]:
    """What agents already said in the thread, normalised."""
    return frozenset(normal(part) for text in request.agent_texts for part in split(text))


@dataclass(frozen=True, slots=True)
class Composer:
    """Knows the phrases, the plans and the channels."""

    selector: Selector
    topics: Topics
    departments: Departments
    channels: Channels
    treatments: Treatments
    edges: Edges

    @classmethod
    def load(
        cls,
        phrases_dir: Path,
        channels: Channels,
        encoder: FingerprintedEncoder | None = None,
    ) -> "Composer":
        """Load phrases, plans, topics and departments from a folder; a PolicyError names file and line."""
        words = Topics.load(phrases_dir / "topics.yaml")
        scenes = Scenes.load(phrases_dir / "nearby.yaml", words.names)
        topics = words.with_scenes(scenes, encoder, phrases_dir)
        plans = Plans.load(phrases_dir / "plans.yaml", topics.names)
        bank = Bank.load(phrases_dir, plans.purposes, topics.names, plans.ruled_out_by)
        edges = Edges.load(phrases_dir / "edges.yaml")
        closeness = (
            Closeness.load(bank, encoder, phrases_dir / "vectors.npz")
            if encoder is not None
            else Closeness.none()
        )
        departments = Departments.load(phrases_dir / "departments.yaml")
        selector = Selector(bank, plans, closeness)
        return cls(selector, topics, departments, channels, Treatments.of(edges.treatment), edges)

    @property
    def bank(self) -> Bank:
        """The sentence bank."""
        return self.selector.bank

    def compose(self, request: ComposeRequest) -> list[CandidateDrafts]:
        """Candidates from the best to the safest; empty for a language without phrases or no audience."""
        return list(self.candidates(request, self.labels(request)))

    def labels(self, request: ComposeRequest) -> dict[Visibility, Labels]:
        """The situation of each audience's draft."""
        reading = read(request, self.topics)
        return {
            audience: labels_of(request, audience, self.topics, reading) for audience in request.audiences()
        }

    def candidates(
        self, request: ComposeRequest, labels: Mapping[Visibility, Labels]
    ) -> Iterator[CandidateDrafts]:
        """The candidates one by one: the next is composed only if it is asked for."""
        if request.language is None or not labels:
            return
        seen: list[CandidateDrafts] = []
        for attempt in _TRIES:
            drafts: list[Draft | None] = []
            for audience in labels:
                beside = tuple(draft for draft in drafts if draft is not None)
                drafts.append(self._draft(request, audience, labels[audience], attempt, beside))
            complete = tuple(draft for draft in drafts if draft is not None)
            if len(complete) == len(drafts) and complete not in seen:
                seen.append(complete)
                yield complete

    def report_questions(self, request: ComposeRequest) -> dict[Missing, Sentence]:
        """The approved question for each thing that a report lacks, the most useful first; for private use."""
        lacking = missing(request, self.topics.rules.report_questions)
        if request.language is None or not lacking:
            return {}
        labels = labels_of(request, Visibility.PRIVATE, self.topics)
        labels = frozenset(label for label in labels if not label.startswith("missing:"))
        found: dict[Missing, Sentence] = {}
        for code in lacking:
            wanted = Wanted(
                request=request,
                labels=labels | {f"missing:{code}"},
                language=request.language,
                treatment=request.account.treatment,
                values=slot_values(request, request.language, Visibility.PRIVATE, self.departments),
                sent=_sent(request),
                round=0,
            )
            choices = self.selector.choices(_REPORT_QUESTION, wanted)
            if choices:
                found[code] = choices[0].sentence
        return found

    def _draft(
        self,
        request: ComposeRequest,
        audience: Visibility,
        labels: Labels,
        attempt: _Try,
        beside: Sequence[Draft] = (),
    ) -> Draft | None:
        language = request.language
        assert language is not None
        if not attempt.answer:
            labels = frozenset(label for label in labels if not label.startswith("evidence:")) | {
                "evidence:no"
            }
        plan = self.selector.plans.choose(labels)
        answers = self._answers(request, language, audience) if attempt.answer else []
        wanted = Wanted(
            request=request,
            labels=labels,
            language=language,
            treatment=self._treatment(request, plan, answers, language),
            values=slot_values(request, language, audience, self.departments),
            sent=_sent(request),
            round=attempt.round,
            beside=frozenset(sentence.source for draft in beside for sentence in draft.sentences),
        )
        places = [
            place
            for step in plan.steps_for(labels)
            if step.need in attempt.needs
            for place in self._places(step, wanted, plan, answers)
        ]
        room = Room(
            limit=self.channels.limit(request.channel, audience, request.account.settings),
            max_sentences=plan.max_sentences or self.channels.max_sentences(request.channel, audience),
            measure=lambda sentences: self.channels.measure(
                join(sentences, request.channel), request.channel
            ),
        )
        sentences = self._turned(pack(places, room) or [])
        if not sentences:
            return None
        finished = self._finished(sentences, request, audience, room)
        return replace(finished, subject=subject_of(self.selector, wanted))

    def _answers(self, request: ComposeRequest, language: str, audience: Visibility) -> list[list[Sentence]]:
        """The variants of each answer that may be quoted; another one only if it speaks to people as the first."""
        every = [
            answer_sentences(request, language, audience, number)
            for number in range(request.retrieval.quoted)
        ]
        if not every or not every[0]:
            return []
        voices = {self.treatments.of_text(one.text, language) for variants in every for one in variants}
        return every if len(voices - {"any"}) < 2 else every[:1]

    def _places(
        self, step: Step, wanted: Wanted, plan: Plan, answers: Sequence[Sequence[Sentence]]
    ) -> list[Place]:
        """A step's places with their candidates; none for a step that an answer makes superfluous."""
        if ANSWER in step.purposes:
            return [_answer_place(step, answers[0])] if answers else [Place(step.need, [])]
        if OTHER_ANSWERS in step.purposes:
            turn = replace(step, purposes=(TURN,))
            return [
                place
                for variants in answers[1:]
                if variants
                for place in (
                    Place(step.need, self.selector.choices(turn, wanted)),
                    _answer_place(step, variants),
                )
            ]
        if plan.uses_answer and answers:
            said = " ".join(variants[0].text for variants in answers if variants)
            if self.edges.superfluous(step.purposes, said, wanted.language):
                return []
        return [Place(step.need, self.selector.choices(step, wanted))]

    def _turned(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """Without a turn to another answer that found no room."""
        return [
            sentence
            for sentence, after in zip_longest(sentences, sentences[1:])
            if (after is not None and after.role == ANSWER) or not self._turns(sentence)
        ]

    def _turns(self, sentence: Sentence) -> bool:
        phrase = self.bank.by_id.get(sentence.source.removeprefix("bank:"))
        return phrase is not None and phrase.purpose == TURN

    def _treatment(
        self, request: ComposeRequest, plan: Plan, answers: Sequence[Sequence[Sentence]], language: str
    ) -> Treatment:
        """One voice: an answer that says tú or usted decides; else the account does."""
        if plan.uses_answer:
            for sentence in (one for variants in answers for one in variants):
                treatment = self.treatments.of_text(sentence.text, language)
                if treatment != "any":
                    return treatment
        return request.account.treatment

    def _finished(
        self, sentences: Sequence[Sentence], request: ComposeRequest, audience: Visibility, room: Room
    ) -> Draft:
        sentences = [replace(sentence) for sentence in sentences]
        text = join(sentences, request.channel)
        length = self.channels.measure(text, request.channel)
        return Draft(audience, text, length, room.limit, tuple(sentences), DRAFTER)


def _answer_place(step: Step, variants: Sequence[Sentence]) -> Place:
    """An approved answer, its variants in their order; it does not count among our own sentences."""
    choices = [
        Choice(sentence, -float(number), content_words(sentence.text))
        for number, sentence in enumerate(variants)
    ]
    return Place(step.need, choices, counts=False)
