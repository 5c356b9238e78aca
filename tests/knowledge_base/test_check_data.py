"""The cases beside policies/knowledge_checks.yaml, and the errors of that file."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.answer import ApprovedAnswer
from knowledge_base.check_data import CHECKS_FILE, CheckData, Words
from knowledge_base.checker import check
from knowledge_base.claims import check_claims
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.findings import Severity
from knowledge_base.governance import Governance
from knowledge_base.links import addresses, check_links
from knowledge_base.loader import KnowledgeBase, Scan
from tests.knowledge_base.fakes import TODAY, answer

POLICIES = Path(__file__).parents[2] / "policies"
DATA = CheckData.load(POLICIES)
GOVERNANCE = Governance.load(POLICIES / "knowledge_base.yaml")
CASES = yaml.safe_load((POLICIES / "knowledge_checks.cases.yaml").read_text(encoding="utf-8"))


def saying(
    text: str, *, language: str = "es", approved: tuple[str, ...] = (), **fields: Any
) -> ApprovedAnswer:
    roles = ("communications", *approved)
    approvals = [{"role": role, "name": "N.", "date": date(2026, 1, 1)} for role in roles]
    texts = {language: {"title": "Título", "full": text, "short": "Corto."}}
    return answer("a", approvals=approvals, texts=texts, **fields)


def of_case(case: dict[str, Any]) -> ApprovedAnswer:
    approved = tuple(case.get("approved", ()))
    return saying(case["text"], language=case.get("language", "es"), approved=approved)


@pytest.mark.parametrize("case", CASES["claims"], ids=lambda case: case["text"])
def test_claims(case: dict[str, Any]) -> None:
    codes = {finding.code for finding in check_claims(of_case(case), DATA)}
    assert codes == ({case["expect"]} if case["expect"] != "none" else set())


def test_a_pattern_that_begins_with_a_sign_is_found_after_a_word() -> None:
    words = Words(words={"es": ("% de descuento", "oferta")})
    assert words.find("Un 20% de descuento", "es") == "% de descuento"
    assert words.find("¡Oferta!", "es") == "Oferta"
    assert words.find("contraoferta", "es") is None


@pytest.mark.parametrize("case", CASES["links"], ids=lambda case: case["text"])
def test_links(case: dict[str, Any]) -> None:
    codes = {finding.code for finding in check_links(of_case(case), DATA.links, TODAY)}
    assert codes == ({case["expect"]} if case["expect"] != "none" else set())


@pytest.mark.parametrize("case", CASES["quantities"], ids=lambda case: case["name"])
def test_quantities(case: dict[str, Any]) -> None:
    titles = case.get("topics", ["Plazos y precios del pedido"] * 2)
    pair = [
        answer(name, title, text, questions=(f"¿{name}?",), owner="Ana")
        for name, title, text in zip("ab", titles, (case["one"], case["other"]), strict=True)
    ]
    found = check(Scan(KnowledgeBase.of(pair), ()), GOVERNANCE, on=TODAY, data=DATA)
    codes = {finding.code for finding in found} & {"quantities_differ", "numbers_differ"}
    assert ("quantities_differ" in codes) is (case["expect"] == "quantities_differ")


def test_the_network_is_asked_only_where_the_form_is_right() -> None:
    asked: list[str] = []

    def ask(address: str) -> str | None:
        asked.append(address)
        return "responde 404" if "muerta" in address else None

    item = saying("Vea https://tienda.es/muerta, https://tienda.es/viva y http://tienda.es/x.")
    found = [(one.code, one.message) for one in check_links(item, DATA.links, TODAY, ask)]
    assert asked == ["https://tienda.es/muerta", "https://tienda.es/viva"]
    assert [code for code, _ in found] == ["link_dead", "link_broken"]
    assert "404" in found[0][1]


def test_addresses_end_where_the_sentence_goes_on() -> None:
    text = "Vea https://a.es/x_(y), https://b.es/z. Y (https://c.es/w). «https://d.es»"
    assert list(addresses(text)) == ["https://a.es/x_(y)", "https://b.es/z", "https://c.es/w", "https://d.es"]


def test_every_finding_names_its_file_and_what_to_do() -> None:
    items = [
        saying("Alivia el dolor. Vea http://tienda.es hasta el 1/1/2020.", owner=""),
        answer("b", approvals=(), owner="", valid_until=date(2026, 6, 3)),
    ]
    scan = Scan(
        KnowledgeBase.of(items, {"a": "x/a.md", "b": "b.md"}), (KnowledgeBaseError.at("c.md", "bad", line=2),)
    )
    found = check(scan, GOVERNANCE, on=TODAY, data=DATA)
    assert {"format", "medical_claim", "link_broken", "past_date", "no_owner", "expires_soon"} <= {
        one.code for one in found
    }
    assert all(one.files and one.remedy for one in found)
    assert next(one for one in found if one.code == "medical_claim").files == ("x/a.md",)
    assert next(one for one in found if one.code == "format").files == ("c.md",)


def test_a_change_after_the_approval_and_a_late_review_are_told() -> None:
    sealed = [{"role": "communications", "name": "N.", "date": "2025-01-01", "content": "0" * 16}]
    codes = {
        one.code
        for one in check(
            Scan(
                KnowledgeBase.of([answer("a", approvals=sealed), answer("b", review_by=date(2026, 5, 1))]), ()
            ),
            GOVERNANCE,
            on=TODAY,
            data=DATA,
        )
    }
    assert {"unrecorded_change", "review_due"} <= codes


def test_a_text_that_fits_no_channel_is_an_error() -> None:
    tight = GOVERNANCE.checks.model_copy(
        update={"channels": {"x": GOVERNANCE.checks.channels["x"].model_copy(update={"short": 20})}}
    )
    governance = GOVERNANCE.model_copy(update={"checks": tight})
    item = answer("a", full="Un texto aprobado que no cabe en veinte caracteres.", channels=("x",))
    found = check(Scan(KnowledgeBase.of([item]), ()), governance, on=TODAY, data=DATA)
    assert ("too_long_everywhere", Severity.ERROR) in [(one.code, one.severity) for one in found]


def test_the_demo_company_has_no_errors() -> None:
    from knowledge_base.loader import scan_directory

    scan = scan_directory(POLICIES.parent / "knowledge_base" / "answers")
    found = check(scan, GOVERNANCE, on=date(2026, 11, 22), data=DATA)
    assert [one for one in found if one.severity is Severity.ERROR] == []
    assert not {"quantities_differ", "numbers_differ", "link_broken", "past_date"} & {
        one.code for one in found
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: 2", r"knowledge_checks\.yaml:\d+: version"),
        ('"contraindicad|', '"(contraindicad|', r"knowledge_checks\.yaml:\d+: .*regular expression"),
        ("role: medical", "role: sales", r"knowledge_checks\.yaml:\d+: medical_claims\.role"),
        ("remedies:", "remedios:", r"knowledge_checks\.yaml:\d+: "),
    ],
)
def test_errors_name_file_line_and_field(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (POLICIES / CHECKS_FILE).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / CHECKS_FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeBaseError, match=message):
        CheckData.load(tmp_path)
