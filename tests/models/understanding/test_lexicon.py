"""The lexicons against their cases, the mechanism against small lexicons, and broken files."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ArtifactError
from models.understanding.lexicon import Lexicon, Reading, joined
from models.vocabulary import SignalCode

LEXICONS = Path(__file__).parents[3] / "policies" / "lexicons"
ON = 0.5
REPORT_KINDS = ("criterion", "situation", "seriousness")
"""Read for a report: what the lexicon says of these is not in a signal."""


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load(LEXICONS)


def cases() -> list[tuple[str, str, str, bool]]:
    found = []
    for path in sorted(LEXICONS.glob("signals*.cases.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for group in data.get("groups", [data]):
            (kind,) = {"signal", "intent", "tag", *REPORT_KINDS} & set(group)
            found += [(kind, group[kind], text, True) for text in group["fires"]]
            found += [(kind, group[kind], text, False) for text in group["silent"]]
    return found


def says(reading: Reading, kind: str, code: str) -> bool:
    if kind == "signal":
        return reading.scores.get(SignalCode(code), 0.0) >= ON
    if kind in REPORT_KINDS:
        return code in {str(getattr(hit.entry, kind)) for hit in reading.hits}
    return code in (reading.intents if kind == "intent" else reading.tags)


@pytest.mark.parametrize(("kind", "code", "text", "on"), cases())
def test_cases(lexicon: Lexicon, kind: str, code: str, text: str, on: bool) -> None:
    reading = lexicon.read(text)
    assert says(reading, kind, code) is on, sorted(reading.entry_ids)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    reading = SMALL.read(text)
    assert all(0 <= hit.offset < max(1, len(text)) for hit in reading.hits)
    assert all(0 < score <= 1 for score in reading.scores.values())


def write(folder: Path, text: str) -> Path:
    (folder / "signals_x.yaml").write_text(text, encoding="utf-8")
    return folder


SMALL_FILE = """
version: 1
about: test
negators: ["no", sin]
negation_ends: [pero]
guards: {price: [precio], of_price: [me sale caro]}
entries:
  - {id: t.pain, signal: emergency, unless: [price], patterns: [(duele|dolor*) ... pecho, "tos #"]}
  - {id: t.near, signal: adverse_event, patterns: [pica], near: [[crema, gel]], within: 3}
  - {id: t.tag, tag: price, negation: 0, patterns: [precio]}
  - {id: t.alone, intent: data_rights, bonus: 3, alone: true, patterns: [baja, por favor]}
  - {id: t.line, signal: emergency, strength: medium, patterns: ["123"]}
  - {id: t.used, tag: used, patterns: [(ampolla|ampollas)], unless_far: [price]}
  - {id: t.led, tag: led, patterns: [(me sale|grano)], unless_before: [price, of_price]}
"""


def small(folder: Path) -> Lexicon:
    return Lexicon.load(write(folder, SMALL_FILE))


@pytest.fixture(scope="module", autouse=True)
def _small(tmp_path_factory: pytest.TempPathFactory) -> None:
    global SMALL
    SMALL = small(tmp_path_factory.mktemp("lexicon"))


SMALL: Lexicon


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("Me duele mucho el pecho", {"t.pain"}),
        ("ME DUELEE el PÉCHO", set()),
        ("me duele. El pecho bien", set()),  # a gap does not cross a sentence
        ("no me duele el pecho", set()),
        ("no es nada, pero me duele el pecho", {"t.pain"}),
        ("sin fiebre, duele el pecho", {"t.pain"}),
        ("al ver el precio me duele el pecho", {"t.tag"}),
        ("tos 3 días", {"t.pain"}),
        ("tos seca", set()),
        ("me pica con la crema", {"t.near"}),
        ("la crema es buena y bonita y me pica", set()),  # too far
        ("pica", set()),
        ("BAJA.", {"t.alone"}),
        ("baja, por favor", {"t.alone"}),
        ("baja el volumen", set()),
        ("llamo al 123", {"t.line"}),
        ("llamo al 900 000 123", set()),  # a telephone, no emergency line
        ("me salen ampollas", {"t.used"}),
        ("qué precio, y además de todo eso que ya os he contado antes dos veces, ampollas", {"t.tag"}),
        ("qué precio, un grano", {"t.tag", "t.led"}),
        ("un grano, qué precio", {"t.tag", "t.led"}),
        ("precio grano", {"t.tag"}),  # the guard ends where the cue begins
        ("me sale muy caro", {"t.led"}),
        ("me sale caro", set()),  # it begins with the cue
    ],
)
def test_mechanism(text: str, entries: set[str]) -> None:
    assert SMALL.read(text).entry_ids == entries


def test_offset_is_of_the_original_text() -> None:
    text = "\u200b¡Ay!  me DUELE el pecho"
    assert text[SMALL.read(text).hits[0].offset :].startswith("DUELE")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("patterns: [pica]", "patterns: [... pica]"), "t.near: patterns"),
        (("unless: [price]", "unless: [nothing]"), "t.pain: unless: unknown guard nothing"),
        (("signal: emergency", "signal: fire"), "entry t.pain: signal"),
        (("id: t.near", "id: t.pain"), "entry t.pain: defined twice"),
        (("within: 3", "wihtin: 3"), "entry t.near: wihtin"),
        (("version: 1", "version: one"), "version"),
        (("near: [[crema, gel]]", "near: [['{oils}']]"), "unknown group 'oils'"),
        (("patterns: [pica]", "patterns: [(pica|arde]"), "a bracket too many"),
        (("patterns: [pica]", "patterns: [(pica (mucho))]"), "a bracket too many"),
        (("unless_far: [price]", "unless_far: [nothing]"), "t.used: unless: unknown guard nothing"),
        (("intent: data_rights", "intent: data"), "entry t.alone: intent"),
    ],
)
def test_broken_file(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(ArtifactError, match=r"signals_x\.yaml") as error:
        Lexicon.load(write(tmp_path, SMALL_FILE.replace(*change)))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_joined_keeps_the_higher_score_and_every_cue() -> None:
    one, other = SMALL.read("llamo al 123"), SMALL.read("me duele el pecho, qué precio")
    both = joined(one, other)
    assert both.entry_ids == one.entry_ids | other.entry_ids
    assert other.scores.get(SignalCode.EMERGENCY) is None
    assert both.scores[SignalCode.EMERGENCY] == pytest.approx(0.6)


def test_no_lexicon(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no signals"):
        Lexicon.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("me ha salido un lunar raro en la espalda", "skin"),
        ("me duele la espalda y tengo un lunar", "muscles_and_joints"),
        ("un lunar en la espalda, y la rodilla hinchada", "skin"),
    ],
)
def test_what_is_named_first_leads_among_topics(lexicon: Lexicon, text: str, first: str) -> None:
    assert lexicon.read(text).topics[0] == first


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("me ha salido un bulto detrás de la oreja y no se va", ()),
        ("me duele el oído, no la oreja", ("ears",)),
    ],
)
def test_a_lump_behind_the_ear_is_no_matter_of_the_ear(
    lexicon: Lexicon, text: str, topics: tuple[str, ...]
) -> None:
    assert lexicon.read(text).topics == topics


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("la cita de mi marido, que falleció el domingo, y me la habéis cobrado", True),
        ("my husband died last week and you still send him letters", True),
        ("el móvil se murió y perdí la receta", False),
        ("en el cartel pone que el fundador falleció en 1950", False),
    ],
)
def test_a_death_is_bereavement_where_a_relative_is_named(lexicon: Lexicon, text: str, told: bool) -> None:
    assert ("bereavement" in lexicon.read(text).tags) is told


def test_a_splash_in_the_eye_is_tagged_before_the_eye_is_masked(lexicon: Lexicon) -> None:
    assert "chemical_eye" in lexicon.read("me ha saltado el tónico al ojo y pica").tags
    assert "chemical_eye" not in lexicon.read("busco un contorno para el ojo").tags


def test_every_pattern_compiles(lexicon: Lexicon) -> None:
    """They are compiled when first needed, so no start would tell."""
    patterns = [part.pattern for parts in lexicon._index.values() for part in parts]
    assert len(patterns) > 1000
    assert all(pattern.regex.pattern == pattern.source for pattern in patterns)
