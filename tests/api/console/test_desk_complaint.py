"""What the page of a case tells of a complaint."""

from api.console.desk_complaint import complaint_told
from cases.case import CaseTurn
from cases.complaint import CaseAsk, CaseComplaint, CasePromised, ComplaintPlace, PromisedTime
from policies.complaints import load_complaints
from tests.cases.samples import case

POLICY = load_complaints()
SENT = "Hola. Te llamamos en 48 horas."


def test_stage_requests_and_promises_in_words() -> None:
    at = ComplaintPlace(source="text", cue="x", start=0, end=4)
    promised = ComplaintPlace(source="thread", turn=1, cue="es.hours", start=6, end=len(SENT))
    found = CaseComplaint(
        stage="overdue",
        reason=POLICY.stages["overdue"].reason,
        asks_for=(CaseAsk(code="refund", places=(at,)), CaseAsk(code="person", places=(at,))),
        promised=(CasePromised(what="call", by=PromisedTime(unit="hours", count=48), place=promised),),
        open_case=(at,),
        chases=2,
    )
    thread = (CaseTurn(role="customer", text="no llega"), CaseTurn(role="agent", text=SENT))
    told = complaint_told(case(complaint=found, thread=thread), POLICY)
    assert told is not None
    assert told.stage == {"es": "Fuera de lo prometido", "en": "Overdue"}
    assert [ask["en"] for ask in told.asks] == ["a refund", "to talk to a person"]
    assert told.promised == ("Te llamamos en 48 horas.",)
    assert (told.chases, told.elsewhere) == (2, True)


def test_a_place_beyond_the_thread_quotes_nothing() -> None:
    place = ComplaintPlace(source="thread", turn=7, cue="es.hours", start=0, end=9)
    found = CaseComplaint(
        stage="waiting", reason="Espera.", promised=(CasePromised(what="call", by=None, place=place),)
    )
    told = complaint_told(case(complaint=found), POLICY)
    assert told is not None
    assert told.promised == ()


def test_no_complaint_tells_nothing() -> None:
    assert complaint_told(case(), POLICY) is None
