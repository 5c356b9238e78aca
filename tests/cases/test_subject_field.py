"""A case's JSON carries an e-mail's subject, and says nothing of it on other channels or in older cases."""

import pytest
from pydantic import ValidationError

from cases.case import CaseDraft, CaseSentence
from cases.webhooks.notes import note_text
from policies.vocabulary import Visibility
from tests.cases.samples import case

PLAIN = {
    "audience": "private",
    "text": "Hola:",
    "length": 5,
    "limit": 100,
    "sentences": [{"text": "Hola:", "source": "bank:es.greet.plain/000000"}],
}
SUBJECT = {"text": "Sobre tu pedido", "source": "bank:es.subject.order/000000"}


def test_a_draft_without_subject_reads_and_writes_as_before() -> None:
    draft = CaseDraft.model_validate(PLAIN)
    assert draft.subject is None
    assert draft.model_dump(mode="json") == PLAIN


def test_a_subject_goes_with_its_source() -> None:
    draft = CaseDraft.model_validate(PLAIN | {"subject": SUBJECT})
    assert draft.subject == CaseSentence(text="Sobre tu pedido", source="bank:es.subject.order/000000")
    assert draft.model_dump(mode="json") == PLAIN | {"subject": SUBJECT}


def test_a_bare_string_is_no_subject() -> None:
    with pytest.raises(ValidationError):
        CaseDraft.model_validate(PLAIN | {"subject": "Sobre tu pedido"})


def test_the_note_of_a_desk_gives_the_subject_above_the_text() -> None:
    draft = CaseDraft.model_validate(PLAIN | {"subject": SUBJECT})
    mail = case().model_copy(update={"drafts": (draft,)})
    assert "Asunto: Sobre tu pedido\n\nHola:" in note_text(mail, outdated=False)
    assert draft.audience == Visibility.PRIVATE
    plain = case().model_copy(update={"drafts": (CaseDraft.model_validate(PLAIN),)})
    assert "Asunto" not in note_text(plain, outdated=False)
