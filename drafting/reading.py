"""What a draft believes of a message: the decision's queue and flags say more than the scores of the intents."""

import re
from dataclasses import dataclass

from drafting.request import ComposeRequest
from drafting.topics import ReadingRules, Topics
from models.vocabulary import Emotion, Intent
from policies.vocabulary import Disposition, Flag

_LIKELY = 0.5
"""Scores are calibrated: a main intent under this is more likely wrong than right."""
_HEALTH_FLAGS = (Flag.EMERGENCY, Flag.SELF_HARM, Flag.ADVERSE_EVENT, Flag.IN_PERSON_REFERRAL)
_ASSENT, _THANKS = "only_assent", "only_thanks"
_YES_THANKS, _ANYTHING_ELSE = "assent_and_thanks", "anything_else"
_QUESTION = re.compile(r"\?(?![\w/&=%#])")
"""A question mark of a sentence, not of an address."""
_AGAIN_TOPICS = {"third_contact": "third", "again_contact": "again"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Intents (main first; none when nothing is sure enough), topics and emotion that wording may follow."""

    intents: tuple[str, ...]
    topics: frozenset[str]
    emotion: str
    vague: bool
    """Too unsure to tell a story: a neutral acknowledgement, no approved answer."""
    contact: frozenset[str]
    """``owed`` (we promised an answer and are asked for it), ``third``, ``again`` (wrote before) or ``new``."""


def read(request: ComposeRequest, topics: Topics) -> Reading:
    """What wording may follow in this case."""
    rules, understanding = topics.rules, request.understanding
    found = topics.find(request.text.value, request.language) | topics.tagged(
        understanding.tags, request.language
    )
    if _asked(request):
        found -= {_ASSENT}  # "sí" is the answer that we wait for, not the end of the talk
    accepted = _accepted(request, topics, found)
    if accepted:
        found -= {_THANKS}
    health = _health(request)
    glad = not found.isdisjoint(rules.glad_topics)
    intents = _ranked(request, rules)
    complains = not found.isdisjoint(rules.against_praise) or request.decision.has(Flag.HEALTH_DATA)
    doubted = intents[0] == Intent.PRAISE and (accepted or (not glad and complains))
    lead = _lead(request, found, rules)
    vague = lead is None and not health and (doubted or _unsure(request, intents[0], found, rules))
    if lead is not None:
        intents = _led(intents, lead, rules)
    elif vague:
        intents = intents[:1] if _idle(request, intents[0], found, rules) else ()
    elif doubted:
        intents = intents[1:]
    emotion = _emotion(request, found, rules)
    if emotion == Emotion.SATISFIED and not glad and (health or doubted):
        emotion = Emotion.NEUTRAL
    return Reading(
        intents=intents,
        topics=found & frozenset(rules.sure_topics) if vague else found | _scenes(request, topics, intents),
        emotion=str(emotion),
        vague=vague,
        contact=_contact(request, topics, found),
    )


def _asked(request: ComposeRequest) -> bool:
    """Whether our last text asks the customer something."""
    return bool(request.agent_texts) and _QUESTION.search(request.agent_texts[-1]) is not None


def _accepted(request: ComposeRequest, topics: Topics, found: frozenset[str]) -> bool:
    """Whether "sí, gracias" answers what we asked: the talk goes on, unless we only asked if there was more."""
    return (
        _YES_THANKS in found
        and _asked(request)
        and _ANYTHING_ELSE not in topics.find(request.agent_texts[-1], request.language)
    )


def _lead(request: ComposeRequest, found: frozenset[str], rules: ReadingRules) -> Intent | None:
    """The intent that the queue stands for, where the scores do not make it more likely wrong than right."""
    queue, scores = request.decision.queue, dict(request.understanding.intents)
    lead = rules.lead_by_queue.get(queue)
    if lead is None or (queue in rules.lead_if_read and scores.keys().isdisjoint(rules.lead_if_read[queue])):
        return None
    guessed = scores.get(lead, 1.0) < rules.least_intent_score and not _borne_out(found, rules)
    return None if queue in rules.lead_if_likely and guessed else lead


def _borne_out(found: frozenset[str], rules: ReadingRules) -> bool:
    """Whether the message's words name a matter, so that a low score is no mere guess."""
    return not found <= frozenset(rules.plain_topics)


def _emotion(request: ComposeRequest, found: frozenset[str], rules: ReadingRules) -> Emotion:
    """The emotion to write for: one that is a guess counts only where the message's own words bear it out."""
    emotion, score = request.understanding.emotion, request.understanding.emotion_score
    if score >= rules.least_emotion_score.get(emotion, 0.0):
        return emotion
    return emotion if not found.isdisjoint(rules.words_of_emotion.get(emotion, [])) else Emotion.NEUTRAL


def _scenes(request: ComposeRequest, topics: Topics, intents: tuple[str, ...]) -> frozenset[str]:
    """Scenes by closeness: none in an emergency; where an adverse event is reported, those of reports alone."""
    if request.decision.disposition == Disposition.URGENT_REFERRAL:
        return frozenset()
    if request.decision.has(Flag.ADVERSE_EVENT):
        intents = (str(Intent.ADVERSE_EVENT),)
    return frozenset(near.topic for near in topics.near(request.vector, intents, request.text.value))


def _health(request: ComposeRequest) -> bool:
    """Whether health is at stake: then no topic is forgotten."""
    decision = request.decision
    referred = decision.disposition in (Disposition.URGENT_REFERRAL, Disposition.REFER_IN_PERSON)
    return referred or any(decision.has(flag) for flag in _HEALTH_FLAGS)


def _ranked(request: ComposeRequest, rules: ReadingRules) -> tuple[str, ...]:
    """The intents, main first; behind an idle main one, a likely one with a higher score takes its place."""
    scored = request.understanding.intents
    main, score = scored[0]
    likely = [pair for pair in scored[1:] if pair[0] not in rules.idle and pair[1] >= max(score, _LIKELY)]
    if main in rules.idle and likely and max(value for _, value in likely) > score:
        first = max(likely, key=lambda pair: pair[1])[0]
        return (str(first), *(str(code) for code, _ in scored if code != first and code not in rules.idle))
    return tuple(str(intent) for intent, _ in scored)


def _unsure(request: ComposeRequest, main: str, found: frozenset[str], rules: ReadingRules) -> bool:
    """A main intent that is no business of ours, or more likely wrong than right."""
    if request.decision.disposition != Disposition.ACKNOWLEDGE:
        return False
    score = dict(request.understanding.intents)[Intent(main)]
    guessed = score < rules.least_intent_score and not _borne_out(found, rules)
    return main in rules.idle or guessed or (request.understanding.abstained and score < _LIKELY)


def _idle(request: ComposeRequest, main: str, found: frozenset[str], rules: ReadingRules) -> bool:
    """Whether the message is small talk: likely so by its score, and by no words a matter of ours."""
    likely = dict(request.understanding.intents)[Intent(main)] >= rules.least_intent_score
    return main in rules.idle and likely and found.isdisjoint(rules.against_idle)


def _led(intents: tuple[str, ...], lead: Intent, rules: ReadingRules) -> tuple[str, ...]:
    if lead in rules.formal:
        return (str(lead),)
    others = (code for code in intents if code != lead and code not in (*rules.idle, *rules.formal))
    return (str(lead), *others)


def _contact(request: ComposeRequest, topics: Topics, found: frozenset[str]) -> frozenset[str]:
    """How this message stands to what was written before."""
    rules = topics.rules
    contact = {name for topic, name in _AGAIN_TOPICS.items() if topic in found}
    promised = bool(request.agent_texts) and rules.promise_topic in topics.find(
        request.agent_texts[-1], request.language
    )
    asks = "?" in request.text.value or not found.isdisjoint(rules.chasing_topics)
    if promised and asks and request.understanding.emotion != Emotion.SATISFIED:
        contact.add("owed")
    return frozenset(contact or {"new"})
