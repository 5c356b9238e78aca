"""Words with which a report is read from marked spans and capital letters: ``policies/lexicons/report_words.yaml``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from models.redaction.folding import fold_word
from models.understanding.lexicon_file import read_lexicon
from models.vocabulary import Language

FILE = "report_words.yaml"
Words = Annotated[str, Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    kinds: Words
    containers: Words
    breaks: Words
    introducers: dict[Language, str]
    brings: dict[Language, list[str]]
    elsewhere: dict[Language, list[str]]
    not_a_product: Words
    substances: Words
    intake: Words
    fillers: Words
    asked: Words
    asked_first: Words
    asked_before: Words
    taken_already: Words
    befell: Words
    pronouns: Words
    purposes: list[str]
    absent: list[str]
    denied: list[str]
    joins: Words
    reasons: list[str]
    articles: Words
    feared: list[str]
    history: list[str]
    was: Words
    lost: Words
    relieved: Words
    negators: Words
    food: Words
    bodily: list[str]
    things: list[str]
    allergies: list[str]
    had: list[str]
    offers: Words
    affirms: list[str]
    denies: list[str]
    greets: Words


@dataclass(frozen=True, slots=True)
class WordSet:
    """Folded words, some of them open at one end."""

    whole: frozenset[str]
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> Self:
        """From words as they are written in the file: ``word``, ``start*``, ``*end``."""
        listed = [fold_word(word) for word in words]
        return cls(
            frozenset(word for word in listed if "*" not in word),
            tuple(word[:-1] for word in listed if word.endswith("*")),
            tuple(word[1:] for word in listed if word.startswith("*")),
        )

    def __contains__(self, key: str) -> bool:
        """Whether a folded word is one of them."""
        return key in self.whole or key.startswith(self.starts) or key.endswith(self.ends)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of folded words."""

    folded: frozenset[tuple[str, ...]]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, phrases: Iterable[str]) -> Self:
        """From phrases as they are written in the file."""
        folded = frozenset(tuple(map(fold_word, phrase.split())) for phrase in phrases)
        return cls(folded, tuple(sorted({len(phrase) for phrase in folded})))

    def end(self, keys: Sequence[str]) -> bool:
        """Whether folded words end with one of them."""
        return any(tuple(keys[-size:]) in self.folded for size in self.sizes)

    def begin(self, keys: Sequence[str], at: int = 0) -> bool:
        """Whether one of them stands at a place in folded words."""
        return any(tuple(keys[at : at + size]) in self.folded for size in self.sizes)

    def inside(self, keys: Sequence[str]) -> bool:
        """Whether one of them stands anywhere in folded words."""
        return any(self.begin(keys, at) for at in range(len(keys)))


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The words, folded."""

    kinds: WordSet
    containers: WordSet
    breaks: WordSet
    introducers: Mapping[Language, WordSet]
    """Words right before a product's name; each language of the file is in the next two, too."""
    brings: Mapping[Language, Phrases]
    """Words before a product's name, the last of them right before it."""
    elsewhere: Mapping[Language, Phrases]
    """The same before a place or a person."""
    not_a_product: WordSet
    substances: WordSet
    intake: WordSet
    fillers: WordSet
    asked: WordSet
    asked_first: WordSet
    asked_before: WordSet
    taken_already: WordSet
    befell: WordSet
    pronouns: WordSet
    purposes: Phrases
    absent: Phrases
    denied: Phrases
    joins: WordSet
    reasons: Phrases
    articles: WordSet
    feared: Phrases
    history: Phrases
    was: WordSet
    lost: WordSet
    relieved: WordSet
    negators: WordSet
    food: WordSet
    bodily: Phrases
    things: Phrases
    allergies: Phrases
    had: Phrases
    offers: WordSet
    affirms: tuple[tuple[str, ...], ...]
    """As they are written: "sí" is no "si"."""
    denies: Phrases
    greets: WordSet

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the file of a folder of lexicons. Raises ArtifactError with file and field."""
        file = read_lexicon(folder / FILE, _File)
        return cls(
            kinds=WordSet.of(file.kinds.split()),
            containers=WordSet.of(file.containers.split()),
            breaks=WordSet.of(file.breaks.split()),
            introducers={code: WordSet.of(words.split()) for code, words in file.introducers.items()},
            brings={code: Phrases.of(phrases) for code, phrases in file.brings.items()},
            elsewhere={code: Phrases.of(phrases) for code, phrases in file.elsewhere.items()},
            not_a_product=WordSet.of(file.not_a_product.split()),
            substances=WordSet.of(file.substances.split()),
            intake=WordSet.of(file.intake.split()),
            fillers=WordSet.of(file.fillers.split()),
            asked=WordSet.of(file.asked.split()),
            asked_first=WordSet.of(file.asked_first.split()),
            asked_before=WordSet.of(file.asked_before.split()),
            taken_already=WordSet.of(file.taken_already.split()),
            befell=WordSet.of(file.befell.split()),
            pronouns=WordSet.of(file.pronouns.split()),
            purposes=Phrases.of(file.purposes),
            absent=Phrases.of(file.absent),
            denied=Phrases.of(file.denied),
            joins=WordSet.of(file.joins.split()),
            reasons=Phrases.of(file.reasons),
            articles=WordSet.of(file.articles.split()),
            feared=Phrases.of(file.feared),
            history=Phrases.of(file.history),
            was=WordSet.of(file.was.split()),
            lost=WordSet.of(file.lost.split()),
            relieved=WordSet.of(file.relieved.split()),
            negators=WordSet.of(file.negators.split()),
            food=WordSet.of(file.food.split()),
            bodily=Phrases.of(file.bodily),
            things=Phrases.of(file.things),
            allergies=Phrases.of(file.allergies),
            had=Phrases.of(file.had),
            offers=WordSet.of(file.offers.split()),
            affirms=tuple(tuple(phrase.casefold().split()) for phrase in file.affirms),
            denies=Phrases.of(file.denies),
            greets=WordSet.of(file.greets.split()),
        )
