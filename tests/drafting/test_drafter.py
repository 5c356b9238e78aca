"""Drafts of whole situations: what must and must not be in them, limits and sources for any combination."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drafting.draft import Draft
from drafting.drafter import Drafter
from drafting.joining import count
from drafting.request import LANGUAGES, ComposeRequest
from models.vocabulary import Emotion, Intent
from policies.vocabulary import Channel, Disposition, Flag, Visibility
from tests.drafting.builders import answer, decision, request, retrieval

APPROVED = answer(
    "Los pedidos a la península llegan en dos o tres días laborables. Los festivos no cuentan.",
    "Los pedidos a la península llegan en dos o tres días laborables.",
)
BOTH = ("public", "private")


def draft_of(drafter: Drafter, asked: ComposeRequest) -> tuple[Draft, ...]:
    result = drafter.draft(asked)
    assert result.failure is None
    assert result.drafter == "composer", result.violations_by_rejected_candidate
    return result.drafts


def roles(draft: Draft) -> list[str]:
    return [sentence.role for sentence in draft.sentences]


def test_no_reply_has_no_drafts(drafter: Drafter) -> None:
    assert drafter.draft(request(decided=decision("no_reply", audiences=()))).drafts == ()


def test_an_emergency_gives_the_number_first_in_two_sentences(drafter: Drafter) -> None:
    decided = decision("urgent_referral", flags=("emergency",), audiences=BOTH, referral="emergency")
    asked = request("mi marido no respira", decided=decided, intents=("medical_advice",), channel="x")
    for draft in draft_of(drafter, asked):
        assert "112" in draft.sentences[0].text
        assert count(draft.text) <= 2
        assert "gracias" not in draft.text.lower()


def test_self_harm_gives_the_helpline_first(drafter: Drafter) -> None:
    decided = decision("urgent_referral", flags=("self_harm",), audiences=("private",), referral="helpline")
    asked = request("ya no puedo más", decided=decided, intents=("medical_advice",), emotion="sad")
    (draft,) = draft_of(drafter, replace_visibility(asked))
    assert "024" in draft.sentences[0].text
    assert count(draft.text) <= 2


def test_a_country_without_helpline_never_calls_the_emergency_number_free_or_confidential(
    drafter: Drafter,
) -> None:
    decided = decision("urgent_referral", flags=("self_harm",), audiences=("private",), referral="helpline")
    numbers = {"numero_emergencias": "911", "linea_ayuda": "911"}
    (draft,) = draft_of(
        drafter, request("no puedo más", decided=decided, intents=("medical_advice",), numbers=numbers)
    )
    assert "911" in draft.sentences[0].text
    assert "gratis" not in draft.text
    assert "confidencial" not in draft.text


def test_without_any_number_the_fixed_reply_sends_to_help(drafter: Drafter) -> None:
    decided = decision("urgent_referral", flags=("emergency",), referral="emergency")
    result = drafter.draft(request("no respira", decided=decided, intents=("medical_advice",), numbers={}))
    assert result.drafter == "holding"
    assert "emergencias de tu país" in result.drafts[0].text


def test_an_adverse_event_is_met_with_concern_and_the_secure_link(drafter: Drafter) -> None:
    decided = decision(
        flags=("adverse_event",), audiences=BOTH, queue="pharmacovigilance",
        constraints=("no_humour", "no_thanks", "no_causality", "no_promotion", "pharmacovigilance_contact"),
    )  # fmt: skip
    asked = request("me ha salido un sarpullido con la crema", decided=decided, intents=("adverse_event",),
                    emotion="worried", channel="x")  # fmt: skip
    public, private = draft_of(drafter, asked)
    assert roles(public)[:2] == ["empathy", "safety"]
    assert "privado" in public.text
    assert "https://" not in public.text
    assert "alborea.example" in private.text
    assert "farmacovigilancia" in private.text
    for draft in (public, private):
        assert "gracias" not in draft.text.lower()
        assert "!" not in draft.text


def test_a_first_complaint_stays_where_it_is(drafter: Drafter) -> None:
    decided = decision(constraints=("no_channel_shift", "acknowledge_first", "no_guilt", "no_compensation"))
    asked = request(
        "sois unos mentirosos, nadie me contesta", decided=decided, intents=("complaint",), emotion="angry"
    )
    (draft,) = draft_of(drafter, asked)
    assert roles(draft)[0] == "empathy"
    assert "time_estimate" in roles(draft)
    assert not {"reason_for_private"} & set(roles(draft))
    assert "nuestra culpa" not in draft.text


def test_an_order_is_looked_up_without_asking_for_data_in_public(drafter: Drafter) -> None:
    decided = decision(audiences=BOTH, queue="orders", constraints=("secure_channel_only",))
    public, private = draft_of(drafter, request("¿dónde está mi pedido?", decided=decided))
    assert "reason_for_private" in roles(public)
    assert "número de pedido" not in public.text
    assert "https://alborea.example/privado" in private.text
    assert "AL-7Q2K" in private.text
    assert "AL-7Q2K" not in public.text


def test_an_answer_is_quoted_whole_with_its_source(drafter: Drafter) -> None:
    asked = request("¿cuánto tarda el envío?", decided=decision("draft"), found=retrieval(APPROVED))
    (draft,) = draft_of(drafter, asked)
    quoted = [sentence for sentence in draft.sentences if sentence.role == "answer"]
    assert [sentence.source for sentence in quoted] == ["answer:plazo-de-entrega@2#full"]
    assert quoted[0].text == APPROVED.texts["es"].full


def test_x_gets_the_short_answer(drafter: Drafter) -> None:
    asked = request("¿cuánto tarda?", decided=decision("draft"), found=retrieval(APPROVED), channel="x")
    (draft,) = draft_of(drafter, asked)
    assert "answer:plazo-de-entrega@2#short" in [sentence.source for sentence in draft.sentences]


def test_a_private_answer_is_never_quoted_in_public(drafter: Drafter) -> None:
    secret = answer("Solo se cuenta en privado.", "Solo en privado.", audience="private")
    decided = decision("draft", audiences=BOTH)
    public, private = draft_of(drafter, request("¿qué dice?", decided=decided, found=retrieval(secret)))
    assert "Solo" not in public.text
    assert "reason_for_private" in roles(public)
    assert "Solo se cuenta en privado." in private.text


def test_an_answer_in_another_language_is_not_translated(drafter: Drafter) -> None:
    found = retrieval(APPROVED, cross_language=True)
    (draft,) = draft_of(
        drafter, request("when does it arrive?", decided=decision("draft"), found=found, language="en")
    )
    assert "península" not in draft.text
    assert "answer" not in roles(draft)


def test_an_answer_that_says_usted_decides_the_voice(drafter: Drafter) -> None:
    formal = answer(
        "Puede consultarlo usted en su farmacia, donde le atenderán.", "Consúltelo usted en su farmacia."
    )
    asked = request("¿dónde lo encuentro?", decided=decision("draft"), found=retrieval(formal),
                    intents=("product_information",))  # fmt: skip
    (draft,) = draft_of(drafter, asked)
    assert drafter.composer.treatments.marks(draft.text, "es")[0] is None


def test_praise_is_thanked(drafter: Drafter) -> None:
    asked = request("sois geniales", decided=decision("draft"), intents=("praise",), emotion="satisfied")
    (draft,) = draft_of(drafter, asked)
    assert roles(draft)[0] == "thanks"


def test_a_referral_names_the_professional_and_the_way_out(drafter: Drafter) -> None:
    decided = decision(
        "refer_in_person", flags=("in_person_referral",), audiences=("private",), referral="in_person"
    )
    asked = request("se me ha puesto el ojo fatal", decided=decided, intents=("medical_advice",), topic="eyes",
                    emotion="worried")  # fmt: skip
    (draft,) = draft_of(drafter, asked)
    assert "oftalmólogo" in draft.text
    assert "urgencias" in draft.text


def test_public_data_is_asked_to_be_deleted(drafter: Drafter) -> None:
    decided = decision(audiences=BOTH, constraints=("ask_delete_personal_data",))
    public, _ = draft_of(
        drafter, request("mi dni es [ES_NIF_1]", decided=decided, intents=("account_or_app",))
    )
    assert any(source.source.startswith("bank:es.delete") for source in public.sentences)


def test_the_name_is_only_in_private(drafter: Drafter) -> None:
    decided = decision(audiences=BOTH)
    public, private = draft_of(
        drafter, request("soy [PERSON_1]", decided=decided, channel="email", name="[PERSON_1]")
    )
    assert "[PERSON_1]" not in public.text
    assert "[PERSON_1]" in private.text


def test_a_thread_never_hears_a_sentence_twice(drafter: Drafter) -> None:
    decided = decision(constraints=("no_channel_shift",))
    said: list[str] = []
    for _ in range(4):
        asked = request("sigo esperando", decided=decided, intents=("complaint",), agent_texts=said)
        (draft,) = draft_of(drafter, asked)
        assert not {sentence.text for sentence in draft.sentences} & set(said)
        said.extend(sentence.text for sentence in draft.sentences)


def test_many_customers_do_not_read_the_same(drafter: Drafter) -> None:
    texts = {
        draft_of(drafter, request("gracias", decided=decision("draft"), intents=("praise",), seed=f"m-{n}"))[
            0
        ].text
        for n in range(20)
    }
    assert len(texts) >= 8
    again = [draft_of(drafter, request(seed="m-7"))[0].text for _ in range(2)]
    assert again[0] == again[1]


def test_an_error_inside_gives_the_fixed_reply(drafter: Drafter) -> None:
    asked = request()
    broken = replace(asked, text=None)  # type: ignore[arg-type]
    result = drafter.draft(broken)
    assert result.drafter == "holding"
    assert result.failure == "AttributeError"
    assert result.drafts


def replace_visibility(asked: ComposeRequest) -> ComposeRequest:
    return replace(asked, channel=Channel.WHATSAPP)


CONSTRAINTS = [
    "safety_first", "max_two_sentences", "acknowledge_first", "no_channel_shift", "no_guilt", "no_compensation",
    "no_humour", "no_thanks", "no_promotion", "no_causality", "no_answer_content", "ask_delete_personal_data",
    "time_estimate", "offer_person", "mention_open_case", "state_opening_hours", "secure_channel_only",
]  # fmt: skip
TEXTS = ["", "mi pedido no llega", "¿me puede salir un sarpullido? [PERSON_1]", "GRACIAS 😊", "x" * 5000]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    disposition=st.sampled_from([code for code in Disposition if code != Disposition.NO_REPLY]),
    channel=st.sampled_from(list(Channel)),
    language=st.sampled_from([*LANGUAGES, None]),
)
def test_any_situation_yields_drafts_inside_limits_and_sourced(
    drafter: Drafter, data: st.DataObject, disposition: Disposition, channel: Channel, language: str | None
) -> None:
    flags = data.draw(st.sets(st.sampled_from(list(Flag)), max_size=4))
    decided = decision(
        disposition,
        flags=sorted(flags),
        audiences=data.draw(st.sampled_from([("public",), ("private",), BOTH])),
        constraints=sorted(data.draw(st.sets(st.sampled_from(CONSTRAINTS), max_size=8))),
    )
    asked = request(
        data.draw(st.sampled_from(TEXTS)),
        decided=decided,
        intents=data.draw(st.lists(st.sampled_from(list(Intent)), min_size=1, max_size=3, unique=True)),
        emotion=data.draw(st.sampled_from(list(Emotion))),
        language=language,
        channel=channel,
        treatment=data.draw(st.sampled_from(["tu", "usted"])),
        found=data.draw(st.sampled_from([None, retrieval(APPROVED)])),
    )
    result = drafter.draft(asked)
    assert result.failure is None
    assert [draft.audience for draft in result.drafts] == [Visibility(code) for code in decided.audiences]
    for draft in result.drafts:
        assert draft.length <= draft.limit
        assert drafter.verifier.verify(draft, drafter.verifier.context(asked, draft.audience)) == ()
