"""Rules on the form of a draft: length, sentences, sources, language, treatment, order, repeats."""

import re
from collections.abc import Iterator, Mapping

from drafting.answers import AnswerSource
from drafting.bank import Bank
from drafting.channels import EMOJI, Channels
from drafting.context import Context
from drafting.draft import REWORDED, Draft, Sentence, Violation
from drafting.edges import Edges
from drafting.joining import count, holds_whole, join, normal, split
from drafting.lexicon import Lexicon
from drafting.slots import fill
from drafting.treatment import Treatments

_WORD = re.compile(r"[^\W\d_]+")
_OPENING_ROLES = frozenset({"acknowledge", "empathy", "thanks"})


def length(draft: Draft, context: Context, channels: Channels) -> Iterator[Violation]:
    """The draft fits the channel, and says its own length truly."""
    measured = channels.measure(draft.text, context.channel)
    if measured > context.limit:
        yield Violation("length", f"Mide {measured} y el límite es {context.limit}", draft.text[-40:])
    elif not draft.text.strip():
        yield Violation("length", "El borrador está vacío", "")
    if draft.length != measured or draft.limit != context.limit or draft.audience != context.audience:
        yield Violation("length", "La longitud, el límite o la audiencia declarados no son los reales", "")


def max_sentences(draft: Draft, context: Context) -> Iterator[Violation]:
    """At most two sentences in an emergency; elsewhere the channel's own maximum for composed sentences."""
    ours = sum(
        count(sentence.text)
        for sentence in draft.sentences
        if sentence.role != "answer" or not _quoted(sentence)
    )
    if ours > context.max_sentences:
        yield Violation(
            "max_sentences", f"Tiene {ours} frases y el máximo es {context.max_sentences}", draft.text[-40:]
        )


def every_sentence_sourced(
    draft: Draft, context: Context, bank: Bank, fixed: Mapping[str, str]
) -> Iterator[Violation]:
    """The text is exactly its sentences, and each is what its source says."""
    rule = "every_sentence_sourced"
    if draft.text != join(draft.sentences, context.channel):
        yield Violation(rule, "El texto no es la suma de sus frases", draft.text[:40])
    for sentence in draft.sentences:
        if not _resolves(sentence, context, bank, fixed):
            yield Violation(rule, f"La fuente {sentence.source} no dice esto", sentence.text[:60])


def _resolves(sentence: Sentence, context: Context, bank: Bank, fixed: Mapping[str, str]) -> bool:
    if sentence.source.startswith(REWORDED):
        original = context.reworded.get((sentence.text, sentence.source))
        named = Sentence(original or "", sentence.source.removeprefix(REWORDED), sentence.role)
        return original is not None and _resolves(named, context, bank, fixed)
    kind, _, name = sentence.source.partition(":")
    if kind == "bank":
        phrase = bank.by_id.get(name)
        return phrase is not None and fill(phrase.text, context.values) == sentence.text
    if kind == "answer" and context.language is not None:
        source = AnswerSource.parse(sentence.source)
        if source is None or (source.variant == "private" and context.audience == "public"):
            return False
        if any(
            found.answer.id == source.id
            and found.answer.audience == "private"
            and context.audience == "public"
            for found in context.evidence
        ):
            return False
        text = source.text(context.evidence, context.language)
        return text is not None and holds_whole(" ".join(text.split()), sentence.text)
    if kind == "policy":
        text = fixed.get(name)
        return text is not None and fill(text, context.values) == sentence.text
    return False


def language(draft: Draft, context: Context, lexicon: Lexicon) -> Iterator[Violation]:
    """The draft is in the customer's language, by its function words."""
    if context.language is None:
        return
    words = [word.lower() for word in _WORD.findall(draft.text)]
    hits = {code: sum(word in known for word in words) for code, known in lexicon.language_words.items()}
    ours = hits.get(context.language, 0)
    best = max(hits, key=lambda code: hits[code])
    # Neighbouring languages share words: only a clear lead counts.
    if len(words) >= 5 and hits[best] >= 2 and hits[best] > 1.5 * ours + 1:
        yield Violation(
            "language", f"Está en {best} y el cliente escribe en {context.language}", draft.text[:40]
        )


def treatment(draft: Draft, context: Context, treatments: Treatments) -> Iterator[Violation]:
    """One voice: never tú and usted in one draft."""
    if context.language is None:
        return
    tu, usted = treatments.marks(draft.text, context.language)
    if tu and usted:
        yield Violation("treatment", "Mezcla tú y usted", f"{tu} / {usted}")


def repeats_earlier_draft(draft: Draft, context: Context) -> Iterator[Violation]:
    """No sentence is sent twice in a thread, nor said twice in a draft."""
    sent = {normal(part) for text in context.agent_texts for part in split(text)}
    seen: set[str] = set()
    for sentence in draft.sentences:
        if sentence.source.startswith("policy:") or sentence.role in ("greeting", "sign_off"):
            continue  # the fixed holding reply may have to be said again
        for part in split(sentence.text):
            if normal(part) in seen or (normal(part) in sent and not _urgent(sentence, context)):
                yield Violation("repeats_earlier_draft", "Repite una frase ya dicha", part[:60])
            seen.add(normal(part))


def missing_acknowledgement(draft: Draft, context: Context, edges: Edges) -> Iterator[Violation]:
    """Where someone waits or complains, the first thing said shows that we have understood (M21).

    An approved answer may open by itself in that way.
    """
    owed = context.has(
        "disposition:acknowledge", "disposition:refer_in_person", "constraint:acknowledge_first"
    )
    first = next((sentence for sentence in draft.sentences if sentence.role != "greeting"), None)
    if context.has("disposition:urgent_referral"):
        return  # the number comes before anything
    if not owed or (first is not None and first.role in _OPENING_ROLES):
        return
    if first is None or not (_quoted(first) and edges.opens_itself(first.text, context.language or "es")):
        yield Violation(
            "missing_acknowledgement", "No empieza por acusar recibo", first.text[:40] if first else ""
        )


def emergency_number_first(draft: Draft, context: Context) -> Iterator[Violation]:
    """In an emergency the first sentence gives the number; without a number for the country, it sends to help."""
    if not context.has("disposition:urgent_referral"):
        return
    first = draft.sentences[0] if draft.sentences else None
    opening = split(first.text)[0] if first is not None and split(first.text) else ""
    numbers = [number for number in context.safety_numbers if number]
    if (
        first is None
        or first.role != "safety"
        or (numbers and not any(number in opening for number in numbers))
    ):
        yield Violation(
            "emergency_number_first", "El número de ayuda no va en la primera frase", opening[:60]
        )


def emoji_excess(draft: Draft, context: Context) -> Iterator[Violation]:
    """At most one emoji."""
    emoji = EMOJI.findall(draft.text)
    if len(emoji) > 1:
        yield Violation("humour_or_emoji_when_hurt", "Lleva más de un emoji", " ".join(emoji))


def _quoted(sentence: Sentence) -> bool:
    return sentence.source.startswith("answer:")


def _urgent(sentence: Sentence, context: Context) -> bool:
    return sentence.role == "safety" and context.has("disposition:urgent_referral")
