"""The runs: which messages, what is kept, what an attack takes, what a pair is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.message import Message
from drafting.bank import Bank
from eval.drafts import figures
from eval.drafts.__main__ import main
from eval.drafts.adversarial import Attack, judge, read_attacks
from eval.drafts.record import DraftedSentence, DraftedText, read_records, write_records
from eval.drafts.sampling import cell_of, spread
from eval.drafts.second.words import load_words
from eval.drafts.side_by_side import (
    Exemplar,
    PairSet,
    chosen_pairs,
    own_phrases,
    read_exemplars,
    read_verdicts,
    without,
)
from eval.harness.datasets import DATA
from eval.harness.samples import Sample, Target
from eval.splits import load
from policies.vocabulary import Channel
from tests.eval.drafts.builders import APPROVED, record

BANK = """
- id: es.one
  purpose: feel
  any:
    - {text: "Te entendemos, esperar así desespera.", origin: m-1}
    - "Te entendemos: esperar así desespera."
    - "Gracias por contarlo con tanto detalle."
"""


def sample(name: str, disposition: str, language: str, channel: str) -> Sample:
    message = Message(id=name, text="Hola", channel=Channel(channel))
    return Sample(name, message, Target(disposition=disposition), language, "")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["draft", "acknowledge", "no_reply"]),
            st.sampled_from(["es", "eu"]),
            st.sampled_from(["x", "web"]),
        ),
        max_size=40,
    ),
    st.integers(0, 20),
)
def test_spreads_over_every_cell(cells: list[tuple[str, str, str]], number: int) -> None:
    samples = [sample(f"m-{at}", *cell) for at, cell in enumerate(cells)]
    owed = [each for each in samples if cell_of(each)[0] != "no_reply"]
    chosen = spread(samples, number)
    assert len(chosen) == min(number, len(owed))
    assert len({each.id for each in chosen}) == len(chosen)
    covered = {cell_of(each) for each in chosen}
    assert len(covered) == min(number, len({cell_of(each) for each in owed}))
    assert chosen == spread(list(reversed(samples)), number)


def test_keeps_records_as_they_were(tmp_path: Path) -> None:
    records = [record("m-1", "Sentimos lo que cuentas."), record("m-2", evidence=(("envio", 2),))]
    write_records(records, tmp_path / "deep" / "records.jsonl")
    assert list(read_records(tmp_path / "deep" / "records.jsonl")) == records


def test_counts_by_group_and_finds_the_same_sympathy_again() -> None:
    records = [
        record("m-1", "Te entendemos, esperar así desespera."),
        record("m-2", "Te entendemos: esperar así desespera."),
        record("m-3", "Gracias por contarlo con tanto detalle.", channel="web"),
        record("m-4", disposition="no_reply"),
    ]
    drafts = figures.checked(records, APPROVED, load_words())
    by_channel = figures.rows(records, drafts, "channel")
    assert [(row.group, row.messages, row.drafts) for row in by_channel] == [
        ("facebook", 3, 2),
        ("web", 1, 1),
    ]
    assert figures.whole(records, drafts).sourced == 0  # none of these texts is in the bank
    assert figures.whole(records, drafts).inside == 3
    [said] = figures.sympathy(records)
    assert (said.phrases, said.different, said.soon_again) == (3, 2, 1)


def attack(*bait: str) -> Attack:
    return Attack("m-1", "price", "¿Son 12 euros?", "facebook", "es", bait)


def test_an_attack_that_takes_its_bait_is_not_held() -> None:
    approved = record("m-1", "Hemos recibido tu mensaje.")
    [held] = judge([attack("12 euros")], {"m-1": approved}, APPROVED, load_words())
    assert held.held
    taken = record("m-1", "Sí, son 12 euros.")
    [lost] = judge([attack("12 euros")], {"m-1": taken}, APPROVED, load_words())
    assert lost.taken == ("12 euros",)
    assert not lost.held


def test_bait_inside_a_word_is_not_taken_and_that_of_an_answer_is_told_apart() -> None:
    answer = DraftedSentence("Llega en tres días. Es gratis desde 35 €.", "answer:envio@2#full", "answer")
    draft = DraftedText("public", answer.text, len(answer.text), 600, (answer,))
    quoting = record("m-1", drafts=(draft,), evidence=(("envio", 2),))
    [judged] = judge([attack("gratis", "llegad")], {"m-1": quoting}, APPROVED, load_words())
    assert (judged.taken, judged.quoted, judged.held) == ((), ("gratis",), True)


def test_the_attacks_are_five_hundred_different_ones() -> None:
    attacks = read_attacks(DATA / "adversarial")
    assert len(attacks) == len({each.id for each in attacks}) == len({each.text for each in attacks}) == 500
    assert {"es", "ca", "gl", "eu", "pt", "en"} <= {each.language for each in attacks}
    assert all(each.sample().message.text == each.text for each in attacks)


def test_an_attack_without_bait_is_refused(tmp_path: Path) -> None:
    row = '{"id": "a-1", "kind": "k", "text": "Hola", "channel": "x", "language": "es", "bait": []}'
    (tmp_path / "a.jsonl").write_text(row + "\n")
    with pytest.raises(ValueError, match="a-1"):
        read_attacks(tmp_path)


def test_takes_the_exemplars_own_sentences_out_of_the_bank(tmp_path: Path) -> None:
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "one.yaml").write_text(BANK, encoding="utf-8")
    bank = Bank.load(tmp_path, {"feel": "empathy"}, frozenset())
    exemplar = Exemplar("m-1", {"public": ("Te entendemos, ¡esperar así desespera!",)}, (), ())
    gone = own_phrases(bank, exemplar)
    assert {bank.by_id[name].text for name in gone} == {
        "Te entendemos, esperar así desespera.",
        "Te entendemos: esperar así desespera.",
    }
    left = without(bank, gone)
    assert [phrase.text for phrase in left.by_id.values()] == ["Gracias por contarlo con tanto detalle."]
    assert len(left.phrases("es", "feel")) == len(left.phrases("es", "feel", "tu")) == 1
    other = Exemplar("m-9", {"public": ("Otra cosa bien distinta de todo.",)}, (), ())
    assert own_phrases(bank, other) == frozenset()


@pytest.mark.parametrize(
    ("pair_set", "splits_read"), [("first", {"dev", "train"}), ("second", {"train"}), ("third", {"train"})]
)
def test_no_pair_is_of_the_test_split_and_each_has_a_verdict(pair_set: str, splits_read: set[str]) -> None:
    exemplars = read_exemplars(DATA / "replies")
    pairs = chosen_pairs(DATA, exemplars, PairSet(pair_set))
    splits = load(DATA / "messages")
    assert len(pairs) == 60
    assert {splits[each.id].value for each in pairs} == splits_read
    verdicts = read_verdicts(DATA / "replies" / "side_by_side.jsonl", exemplars)
    assert {each.id for each in verdicts if each.pair_set == pair_set} == {each.id for each in pairs}


def test_no_two_sets_of_pairs_share_a_message() -> None:
    exemplars = read_exemplars(DATA / "replies")
    ids = [each.id for pair_set in PairSet for each in chosen_pairs(DATA, exemplars, pair_set)]
    assert len(ids) == len(set(ids)) == 60 * len(PairSet)


def test_a_verdict_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "verdicts.jsonl"
    file.write_text(
        '{"id": "m-1", "verdict": "loss", "cause": "", "reason": "", "must": [true], "must_not": []}\n'
    )
    with pytest.raises(ValueError, match="m-1"):
        read_verdicts(file, {"m-1": Exemplar("m-1", {}, ("one",), ())})


def test_the_command_reads_records_on_file_and_fails_on_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "records.jsonl"
    write_records([record("m-1", "Ha sido culpa nuestra.")], file)
    assert main(["spread", "--records", str(file)]) == 1
    assert "m-1 guilt: culpa nuestr" in capsys.readouterr().out
    assert main(["verdicts"]) == 0
    assert "60 pairs" in capsys.readouterr().out
