"""Withdrawal in the running service: at once, for good, under load, while the files change."""

import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.knowledge_desk import KnowledgeDesk
from api.problems import ProblemError
from api.routes import withdrawals
from cases.keys import Scope
from cases.records import Records
from knowledge_base.answer import Withdrawal, WithdrawalReason
from knowledge_base.evidence import Query
from knowledge_base.format import render_answer
from knowledge_base.loader import load_directory
from knowledge_base.retriever import Retriever
from knowledge_base.shelf import Shelf
from knowledge_base.withdrawals import Ledger
from tests.api.http_service import Served, serve
from tests.cases.samples import case, record
from tests.cases.test_citations import quoting
from tests.knowledge_base.fakes import CONFIG, ROLES, TODAY, HashingEncoder, answer, shop
from tests.knowledge_base.test_lifecycle import GOVERNANCE

SPANISH = Query("cuánto tarda el envío a Canarias", on=TODAY)
ENVIO = "envio-plazo"
WRONG = Withdrawal(name="Ana", date=date(2026, 6, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kb = tmp_path / "kb"
    kb.mkdir()
    for item in shop():
        (kb / f"{item.id}.md").write_text(render_answer(item), encoding="utf-8")
    return kb


@pytest.fixture
def served(tmp_path: Path) -> Served:
    made = serve(tmp_path)
    made.app.include_router(withdrawals.router)
    return made


@pytest.fixture
def records(served: Served) -> Iterator[Records]:
    yield served.service.records
    served.service.records.close()


def retriever(folder: Path) -> Retriever:
    base = load_directory(folder)
    withdrawn = Ledger(folder).ids
    return Retriever.build(base, HashingEncoder(), CONFIG, required_roles=ROLES, withdrawn=withdrawn)


def desk(folder: Path, records: Records, built: Retriever) -> KnowledgeDesk:
    return KnowledgeDesk(records, built, Shelf(folder, GOVERNANCE), poll_seconds=0.02)


def ids(built: Retriever, query: Query = SPANISH) -> list[str]:
    return [found.answer.id for found in built.search(query).evidence]


def key_of(records: Records, *scopes: Scope, account: str = "demo") -> Any:
    return records.keys.create(name="test", account=account, scopes=scopes, actor="test")


def eventually(what: Any, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


def test_a_withdrawn_answer_never_again_appears_under_load_while_files_change(
    folder: Path, records: Records
) -> None:
    built = retriever(folder)
    key = key_of(records, Scope.CURATOR).key
    held = desk(folder, records, built)
    held.start()
    gone, stop = threading.Event(), threading.Event()
    late: list[str] = []
    asked: list[int] = []

    def ask() -> None:
        count = 0
        while not stop.is_set():
            after = gone.is_set()
            if ENVIO in ids(built) and after:
                late.append(ENVIO)
            count += 1
        asked.append(count)

    def edit() -> None:
        """Change files all the time, and try to bring the withdrawn answer back."""
        number = 0
        while not stop.is_set():
            number += 1
            item = answer("horario", "Horario", f"Atendemos de 9 a {10 + number % 10} h.")
            (folder / "horario.md").write_text(render_answer(item), encoding="utf-8")
            back = next(one for one in shop() if one.id == ENVIO)
            (folder / "copia.tmp").write_text(render_answer(back), encoding="utf-8")
            (folder / "copia.tmp").replace(folder / f"{ENVIO}.md")
            time.sleep(0.01)

    assert ids(built)[0] == ENVIO
    threads = [*(threading.Thread(target=ask) for _ in range(4)), threading.Thread(target=edit)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.3)
        done = held.withdraw(ENVIO, WithdrawalReason.WRONG, key=key)
        gone.set()
        assert ENVIO not in ids(built)
        time.sleep(1.2)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        held.stop()
    assert late == []
    assert sum(asked) > 50
    assert (done.version, done.file_changed) == (1, True)
    # Nor after a start on the same folder, though its file says that it is in force.
    assert "withdrawn: true" not in (folder / f"{ENVIO}.md").read_text(encoding="utf-8")
    assert ENVIO not in ids(retriever(folder))


def test_another_process_on_the_folder_withdraws_at_once(folder: Path) -> None:
    built = retriever(folder)
    assert ids(built)[0] == ENVIO
    Shelf(folder, GOVERNANCE).withdraw(ENVIO, WRONG, datetime.now(UTC))  # as `kb withdraw` does
    assert ENVIO not in ids(built)


def test_another_machine_on_the_database_hears_of_it(folder: Path, records: Records, tmp_path: Path) -> None:
    there = tmp_path / "there"
    shutil.copytree(folder, there)
    built = retriever(there)
    elsewhere = desk(there, records, built)
    key = key_of(records, Scope.CURATOR).key
    desk(folder, records, retriever(folder)).withdraw(ENVIO, WithdrawalReason.SAFETY, key=key)
    assert ids(built)[0] == ENVIO
    elsewhere.hear()
    assert ENVIO not in ids(built)
    later = retriever(there)
    desk(there, records, later)  # a start after it
    assert ENVIO not in ids(later)


@pytest.mark.parametrize("how", ["withdrawn", "deleted", "broken", "expired", "unapproved"])
def test_what_changes_in_the_files_is_taken_over(folder: Path, records: Records, how: str) -> None:
    built = retriever(folder)
    held = desk(folder, records, built)
    held.start()
    file = folder / f"{ENVIO}.md"
    item = next(one for one in shop() if one.id == ENVIO)
    changes: dict[str, Any] = {
        "withdrawn": {"withdrawn": True},
        "expired": {"valid_until": date(2026, 5, 31)},
        "unapproved": {"approvals": ()},
    }
    if how == "deleted":
        file.unlink()
    elif how == "broken":
        file.write_text("---\nid: envio-plazo\n", encoding="utf-8")
    else:
        file.write_text(render_answer(item.model_copy(update=changes[how])), encoding="utf-8")
    try:
        assert eventually(lambda: ENVIO not in ids(built))
        new = answer("nueva", "Tienda en Vigo", "Tenemos tienda en la calle Real de Vigo.")
        (folder / "nueva.md").write_text(render_answer(new), encoding="utf-8")
        assert eventually(lambda: "nueva" in ids(built, Query("hay tienda en Vigo", on=TODAY)))
    finally:
        held.stop()


def test_a_folder_that_is_gone_holds_nothing_that_may_be_said(folder: Path, records: Records) -> None:
    built = retriever(folder)
    held = desk(folder, records, built)
    held.look()
    shutil.rmtree(folder)
    assert held.look()
    assert ids(built) == []


def test_nothing_is_built_again_while_nothing_changes(folder: Path, records: Records) -> None:
    built = retriever(folder)
    held = desk(folder, records, built)
    assert held.look()
    before = built.knows(ENVIO)
    assert not held.look()
    assert built.knows(ENVIO) is before


def test_a_search_whose_answer_is_withdrawn_does_not_hold(folder: Path) -> None:
    built = retriever(folder)
    found = built.search(SPANISH)
    assert built.holds(found)
    built.replace(load_directory(folder))
    assert built.holds(found)
    built.withdraw([ENVIO])
    assert not built.holds(found)
    assert built.holds(built.search(SPANISH))


def client(served: Served, held: KnowledgeDesk, *scopes: Scope, account: str = "demo") -> TestClient:
    served.app.state.knowledge = held
    headers = {"Authorization": f"Bearer {key_of(served.service.records, *scopes, account=account).secret}"}
    return TestClient(served.app, headers=headers, raise_server_exceptions=False)


def test_the_route_withdraws_and_names_the_open_cases(folder: Path, served: Served, records: Records) -> None:
    built = retriever(folder)
    quoted = quoting(("El pedido llega en 48 horas.", f"answer:{ENVIO}@1#es.full"))
    open_case = record(records, case(drafts=(quoted,))).stored.case.id
    speaker = client(served, desk(folder, records, built), Scope.CURATOR)
    response = speaker.post(f"/v1/answers/{ENVIO}/withdraw", json={"reason": "wrong"})
    assert response.status_code == 200, response.text
    assert response.json() == {
        "answer_id": ENVIO, "version": 1, "file_changed": True, "open_cases": [open_case], "open_count": 1,
    }  # fmt: skip
    assert ENVIO not in ids(built)
    assert load_directory(folder).files[ENVIO] == f"{ENVIO}.md"
    again = speaker.post(f"/v1/answers/{ENVIO}/withdraw", json={})
    assert again.status_code == 200
    assert records.verify().ok


@pytest.mark.parametrize(
    ("scopes", "account", "path", "body", "status", "code"),
    [
        ((Scope.AGENT, Scope.PLUGIN, Scope.AUDITOR), "demo", ENVIO, {}, 403, "forbidden"),
        ((Scope.CURATOR,), "demo", "nada", {}, 404, "answer_not_found"),
        ((Scope.CURATOR,), "demo", ENVIO, {"reason": "porque sí"}, 422, "validation_failed"),
        ((Scope.CURATOR,), "demo", ENVIO, {"nota": "x"}, 422, "validation_failed"),
        ((Scope.CURATOR,), "demo", "..%2Fenvio-plazo", {}, 404, "not_found"),
        ((Scope.CURATOR,), "demo", "solo-otra", {}, 404, "answer_not_found"),
        ((Scope.CURATOR,), "otra", "solo-otra", {}, 200, None),
        ((Scope.ADMIN,), "*", "solo-otra", {}, 200, None),
    ],
)  # fmt: skip
def test_who_may_withdraw_what(
    folder: Path,
    served: Served,
    records: Records,
    scopes: tuple[Scope, ...],
    account: str,
    path: str,
    body: dict[str, str],
    status: int,
    code: str | None,
) -> None:
    (folder / "solo-otra.md").write_text(
        render_answer(answer("solo-otra", accounts=("otra",))), encoding="utf-8"
    )
    built = retriever(folder)
    speaker = client(served, desk(folder, records, built), *scopes, account=account)
    response = speaker.post(f"/v1/answers/{path}/withdraw", json=body)
    assert (response.status_code, response.json().get("code")) == (status, code), response.text
    assert (ENVIO in ids(built)) is True


def test_a_folder_that_cannot_be_written_still_loses_the_answer(
    folder: Path, records: Records, tmp_path: Path
) -> None:
    built = retriever(folder)
    shelf = Shelf(tmp_path / "gone", GOVERNANCE)
    held = KnowledgeDesk(records, built, shelf)
    done = held.withdraw(ENVIO, WithdrawalReason.OTHER, key=key_of(records, Scope.CURATOR).key)
    assert not done.file_changed
    assert ENVIO not in ids(built)
    with pytest.raises(ProblemError):
        held.withdraw("nada", WithdrawalReason.OTHER, key=key_of(records, Scope.CURATOR).key)


def test_a_draft_of_a_withdrawn_answer_is_not_sent(served: Served, records: Records) -> None:
    quoted = quoting(("El pedido llega en 48 horas.", f"answer:{ENVIO}@1#es.full"))
    made = record(records, case(drafts=(quoted,))).stored.case
    served.stand_in.engines.retriever.withdrawn_ids = lambda: frozenset({ENVIO})
    speaker = served.client(Scope.AGENT)
    path = f"/v1/cases/{made.id}/decision"
    refused = speaker.post(path, json={"decision": "accept", "thread_version": 1, "draft": 0})
    assert (refused.status_code, refused.json()["code"]) == (409, "answer_withdrawn")
    other = {"decision": "respond", "thread_version": 1, "text": "Lo miramos y te contestamos."}
    assert speaker.post(path, json=other).status_code == 200
