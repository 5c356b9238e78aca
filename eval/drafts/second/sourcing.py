"""Whether each sentence is what its source says, slots filled with approved values only."""

import re
from collections.abc import Iterator
from functools import lru_cache

from eval.drafts.second.approved import Approved
from eval.drafts.second.finding import Finding, Said, Seen

_SLOT = re.compile(r"\\\{(\w+)\\\}")
_ANSWER = re.compile(r"answer:([\w-]+)@(\d+)#(?:short|full|private)")


def unsourced(seen: Seen, approved: Approved) -> Iterator[Finding]:
    """The text is its sentences and no more; each is in the phrase, fixed reply or answer that it names."""
    if _bare("".join(said.text for said in seen.sentences)) != _bare(seen.text):
        yield Finding("text_beyond_its_sentences", seen.text[:60])
    for said in seen.sentences:
        problem = _answer(said, seen, approved) if said.quoted else _phrase(said, seen, approved)
        if problem is not None:
            yield Finding(problem, f"{said.source}: {said.text[:60]}")


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _answer(said: Said, seen: Seen, approved: Approved) -> str | None:
    """What is wrong with a quotation."""
    named = _ANSWER.fullmatch(said.source)
    answer = approved.answers.get(named[1]) if named else None
    if named is None or answer is None or answer.version != int(named[2]):
        return "source_unknown"
    if (answer.id, answer.version) not in seen.evidence:
        return "source_not_among_the_evidence"
    if answer.private and seen.audience == "public":
        return "private_answer_in_public"
    texts = answer.texts.get(seen.language, ())
    return None if any(_is_part(said.text, text) for text in texts) else "sentence_not_in_its_source"


def _is_part(quoted: str, text: str) -> bool:
    """Whether a quotation is the text, or whole sentences of it."""
    at = f" {text} ".find(f" {quoted} ")
    if at < 0 or not quoted:
        return False
    before = text[:at].rstrip()
    return (not before or before[-1] in ".!?…»") and (quoted[-1] in ".!?…»" or quoted == text)


def _phrase(said: Said, seen: Seen, approved: Approved) -> str | None:
    """What is wrong with a phrase of the bank or a fixed reply."""
    name = said.source.rsplit("/", 1)[0] if said.source.startswith("bank:") else said.source
    texts = approved.phrases.get(name)
    if texts is None:
        return "source_unknown"
    return (
        None
        if any(_pattern(text, _values(seen, approved)).fullmatch(said.text) for text in texts)
        else "sentence_not_in_its_source"
    )


Values = tuple[tuple[str, str], ...]


def _values(seen: Seen, approved: Approved) -> Values:
    """For each slot, the values that it may take here, by newlines."""
    values = {slot: texts.get(seen.language, "") for slot, texts in approved.slots.items()}
    safety = "\n".join(seen.safety_numbers)
    values |= dict.fromkeys(
        ("numero_emergencias", "linea_ayuda", "telefono_toxicologia", "linea_salud"), safety
    )
    own = "\n".join(seen.own_values) if seen.audience == "private" else ""
    values |= {"codigo_seguimiento": own, "nombre": own}
    values["producto"] = "\n".join(sorted(approved.products & set(seen.own_values)))
    return tuple(sorted(values.items()))


@lru_cache(maxsize=20_000)
def _pattern(text: str, values: Values) -> re.Pattern[str]:
    known = dict(values)

    def alternatives(slot: re.Match[str]) -> str:
        found = [value for value in known.get(slot[1], "").split("\n") if value]
        return f"(?:{'|'.join(map(re.escape, found))})" if found else "(?!)"

    return re.compile(_SLOT.sub(alternatives, re.escape(text)))
