"""Fine-tuning: what a step sees, and what the losses reward."""

import random
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sklearn")

from transformers import BertConfig, BertModel  # noqa: E402

from models.training.encoder_report import heads_report, retrieval_report  # noqa: E402
from models.training.finetune import blend  # noqa: E402
from models.training.finetune_corpus import disturb  # noqa: E402
from models.training.finetune_data import (  # noqa: E402
    INTENTS,
    SIGNALS,
    Company,
    LabelledText,
    Question,
    read_companies,
    read_labelled,
    read_topic_pairs,
)
from models.training.finetune_network import abstain_loss, kept_loss, retrieval_loss  # noqa: E402
from models.training.finetune_plan import Rounds, Task, make_plan  # noqa: E402

DATA = Path(__file__).parents[3] / "eval" / "data"


def message(number: int) -> LabelledText:
    return LabelledText(f"m-{number}", "hola", (0,), number % 5, number % 6, frozenset({number % 3}))


def company(questions: int) -> Company:
    return Company(
        name="kb_x",
        split="train",
        answers={"a": ("A. uno", "A. u", "A. ¿uno?", "¿uno?"), "b": ("B. dos", "B. d", "B. ¿dos?", "¿dos?")},
        questions=tuple(
            Question(f"pregunta {n}", frozenset() if n % 4 == 0 else frozenset({"ab"[n % 2]}))
            for n in range(questions)
        ),
    )


def plan(seed: int):
    messages = [message(number) for number in range(50)]
    return make_plan(messages, [company(60)], 30, 40, rounds=Rounds(2, 1, 1, 1), seed=seed)


def test_the_plan_hangs_on_the_seed_alone():
    assert plan(1) == plan(1)
    assert plan(1) != plan(2)


def test_a_round_sees_a_message_at_most_once_and_company_steps_keep_kinds_apart():
    steps = plan(1)
    seen = [place for step in steps if step.task is Task.MESSAGES for place in step.indices]
    assert max(seen.count(place) for place in set(seen)) <= 2
    questions = company(60).questions
    companies = [step for step in steps if step.task is Task.COMPANY]
    assert companies
    for step in companies:
        assert all(questions[place].relevant for place in step.indices)
        assert not any(questions[place].relevant for place in step.others)


def test_another_right_answer_is_no_negative():
    vectors = torch.eye(3)
    queries = torch.nn.functional.normalize(torch.tensor([[1.0, 1.0, 0.0]]), dim=1)
    own = torch.tensor([0])
    punished = retrieval_loss(queries, vectors, torch.tensor([[True, False, False]]), own)
    spared = retrieval_loss(queries, vectors, torch.tensor([[True, True, False]]), own)
    assert float(spared) < 1e-4 < 0.5 < float(punished)


def test_only_near_answers_to_unanswerable_questions_cost():
    passages = torch.eye(2)
    near, far = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, -1.0]])
    assert float(abstain_loss(near, passages, torch.tensor([0.8]))) == pytest.approx(0.3)
    assert float(abstain_loss(far, passages, torch.tensor([0.8]))) == 0.0


def test_kept_geometry_is_free_to_turn_and_stretch_but_not_to_mix():
    base = torch.nn.functional.normalize(torch.randn(6, 4, generator=torch.Generator().manual_seed(1)), dim=1)
    turn, _ = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(2)))
    assert float(kept_loss(base @ turn, base)) < 1e-10
    assert float(kept_loss(base.roll(1, 0), base)) > 0.1


def test_a_blend_lies_between_base_and_tuned():
    def network(seed: int) -> BertModel:
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=9, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
        )
        return BertModel(config, add_pooling_layer=False)

    base, tuned = network(1), network(2)
    name = "encoder.layer.0.output.dense.weight"
    expected = 0.25 * tuned.state_dict()[name] + 0.75 * base.state_dict()[name]
    assert torch.allclose(blend(base, tuned, share=0.25).state_dict()[name], expected, atol=1e-6)
    assert torch.equal(blend(network(1), tuned, share=1.0).state_dict()[name], tuned.state_dict()[name])


def test_disturbed_texts_keep_most_of_their_letters():
    chance = random.Random(4)
    text = "¿Cuándo llegará mi pedido? Añadí dos cremas."
    forms = {disturb(text, chance) for _ in range(200)}
    assert text in forms
    assert "¿cuando llegara mi pedido? añadi dos cremas." in forms
    assert all(abs(len(form) - len(text)) <= 1 for form in forms)


def test_retrieval_figures_of_a_perfect_and_a_blind_encoder():
    knowing = company(40)

    def perfect(texts: list[str], kind: str) -> np.ndarray:
        places = {"A": 0, "B": 1, "¿uno?": 0, "¿dos?": 1}
        if kind == "passage":
            rows = [places.get(text, places.get(text[0], 2)) for text in texts]
        else:
            rows = [2 if int(t.split()[1]) % 4 == 0 else int(t.split()[1]) % 2 for t in texts]
        return np.eye(3, dtype=np.float32)[rows]

    found = retrieval_report(knowing, perfect)
    assert found["kb_x_success_at_1"] == found["kb_x_ndcg_at_10"] == found["kb_x_abstain_auroc"] == 1.0
    blind = retrieval_report(knowing, lambda texts, _kind: np.ones((len(texts), 3), dtype=np.float32))
    assert blind["kb_x_abstain_auroc"] == 0.5
    assert blind["kb_x_success_at_1"] < 1.0


def test_head_figures_count_agreement():
    messages = [message(number) for number in range(6)]
    right = {
        "intent": np.eye(17, dtype=np.float32)[[0] * 6],
        "handling": np.eye(5, dtype=np.float32)[[m.handling for m in messages]],
        "emotion": np.eye(6, dtype=np.float32)[[m.emotion for m in messages]],
        "signals": np.array(
            [[place in m.signals for place in range(11)] for m in messages], dtype=np.float32
        ),
    }
    found = heads_report(right, messages)
    assert found["intent_accuracy"] == found["handling_accuracy"] == found["ap_mean"] == 1.0


def test_sections_of_topics_become_pairs(tmp_path):
    body = "Es una inflamación de la [piel](x) que pica mucho y dura varios días o semanas."
    (tmp_path / "t.jsonl").write_text(
        '{"id": "x", "markdown": "### ¿Qué es la dermatitis?\\n\\n' + body + '\\n\\n### Fuente\\nnada"}\n',
        "utf-8",
    )
    assert read_topic_pairs(tmp_path / "t.jsonl") == [
        ("¿Qué es la dermatitis?", body.replace("[piel](x)", "piel"))
    ]


ROW = (
    '{"id": "ID", "text": "y avellana?", "channel": "x", "visibility": "public", "language": "es",'
    ' "variety": "es-ES", "thread": [{"role": "agent", "text": "No llevan cacahuete."}],'
    ' "intents": ["product_information", "praise"], "flags": ["minor"], "disposition": "draft",'
    ' "emotion": "neutral", "personal": [], "health": [], "note": ""}\n'
)


def test_only_the_split_asked_for_is_read_with_its_thread(tmp_path):
    (tmp_path / "messages_a.jsonl").write_text(ROW.replace("ID", "a-1") + ROW.replace("ID", "a-2"), "utf-8")
    (tmp_path / "splits.json").write_text('{"a-1": "train", "a-2": "test"}', "utf-8")
    (found,) = read_labelled(tmp_path, "train")
    assert (found.id, found.text) == ("a-1", "No llevan cacahuete. | y avellana?")
    assert [INTENTS[place] for place in found.intents] == ["product_information", "praise"]
    assert {SIGNALS[place] for place in found.signals} == {"minor"}


def test_the_companies_of_the_repository_read_with_their_splits():
    companies = {found.name: found for found in read_companies(DATA / "retrieval")}
    assert companies["kb_optica"].split == "dev"
    assert companies["kb_seguro"].split == "test"
    assert all(
        question.relevant <= set(found.answers)
        for found in companies.values()
        for question in found.questions
    )
