"""The form of a draft: length, language, gaps, doubled openers, one voice, the number first, nothing said twice."""

import re
from collections import Counter
from collections.abc import Iterator

from eval.drafts.second.facts import fold
from eval.drafts.second.finding import Finding, Seen
from eval.drafts.second.length import LIMITS, measure
from eval.drafts.second.words import Words, parts

_GAP = re.compile(
    r"[{}]|\[(?!nano\])|(?<!\[nano)\]|<\w|\(\s*\)|«\s*»|\"\s*\"|\b(?:None|null|nan|undefined|TODO|XXX)\b"
    r"|  +| [,.;:!?](?!\.)|[,;:]\s*[.]|\.\.(?!\.)|¿\s*\?"
)
_PLACEHOLDER = re.compile(r"\[[A-ZÑ]+_\w+\]")
_LETTERS = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"\S+(?:://|@)\S+")
MOST_EMOJI = 2
_EMOJI = re.compile("[\U0001f000-\U0001faff☀-➿]")
LEAST_WORDS = 7
"""Of a text whose language is judged: under that the function words are too few."""


def too_long(seen: Seen) -> Iterator[Finding]:
    """Within the network's own limit and the one the draft declares, and its length is what it says."""
    length = measure(seen.text, seen.channel)
    declared, limit = seen.declared
    if length > min(LIMITS[seen.channel, seen.audience], limit):
        yield Finding("too_long", f"{length} of {limit}")
    if length != declared:
        yield Finding("wrong_length", f"{length}, not {declared}")
    if not seen.text.strip():
        yield Finding("empty", "")


def gaps(seen: Seen) -> Iterator[Finding]:
    """Unfilled slots, empty brackets, stray marks."""
    for found in _GAP.finditer(_PLACEHOLDER.sub("", seen.text)):
        yield Finding("gap", seen.text[max(0, found.start() - 15) : found.end() + 15])
    if seen.text and not re.search(r"[.!?…)»\w\U0001f000-\U0001faff☀-➿]️?$", seen.text):
        yield Finding("gap", seen.text[-15:])


def other_language(seen: Seen, words: Words) -> Iterator[Finding]:
    """The function words of the draft, and of each longer sentence, are those of its language."""
    if seen.language not in words.stop_words:
        return
    for text in (seen.text, *(said.text for said in seen.sentences)):
        counted = Counter[str]()
        spoken = [word.casefold() for word in _LETTERS.findall(_ADDRESS.sub(" ", text))]
        for language, known in words.stop_words.items():
            counted[language] = sum(word in known for word in spoken)
        best = max(counted.values())
        # Neighbours share many words: one or two more are chance.
        if len(spoken) >= LEAST_WORDS and counted[seen.language] + 1 < best:
            yield Finding("other_language", f"{counted.most_common(1)[0][0]}: {text[:50]}")


def doubled(seen: Seen, words: Words) -> Iterator[Finding]:
    """Two greetings, two thanks, two regrets: each is said once."""
    ours = " ".join(said.text for said in seen.sentences if not said.quoted)
    for kind, pattern in words.openers.items():
        found = [match[0] for match in pattern.finditer(ours)]
        if len(found) > 1:
            yield Finding(f"doubled_{kind}", " · ".join(found))
    sentences = [fold(part) for part in parts(seen.text)]
    for sentence, times in Counter(sentences).items():
        if times > 1:
            yield Finding("said_twice", sentence)


def two_voices(seen: Seen, words: Words) -> Iterator[Finding]:
    """Spanish drafts say tú or usted, not both."""
    if seen.language != "es":
        return
    said = {voice: pattern.search(seen.text) for voice, pattern in words.voices.items()}
    tu, usted = said["tu"], said["usted"]
    if tu is not None and usted is not None:
        yield Finding("two_voices", f"{tu[0]} · {usted[0]}")


def number_first(seen: Seen) -> Iterator[Finding]:
    """In an emergency: a number in the first sentence, and at most two sentences."""
    if seen.disposition != "urgent_referral":
        return
    sentences = parts(seen.text)
    if len(sentences) > 2:
        yield Finding("long_in_an_emergency", sentences[-1])
    if seen.safety_numbers and not any(number in sentences[0] for number in seen.safety_numbers):
        yield Finding("no_number_first", sentences[0])


def said_before(seen: Seen) -> Iterator[Finding]:
    """No sentence that an agent wrote in this thread."""
    earlier = {fold(part) for text in seen.said_before for part in parts(text)}
    for said in seen.sentences:
        if not said.quoted and len(said.text) > 25 and fold(said.text) in earlier:
            yield Finding("said_before", said.text)


def emoji(seen: Seen) -> Iterator[Finding]:
    """At most two emoji."""
    found = _EMOJI.findall(seen.text)
    if len(found) > MOST_EMOJI:
        yield Finding("many_emoji", "".join(found))
