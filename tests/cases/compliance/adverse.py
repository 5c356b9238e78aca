"""Cases with a suspected adverse event."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from cases.case import Case, CaseAdverseEvent, CaseReportClock, CodedPlaces, Criteria
from policies.vocabulary import Flag
from tests.cases.samples import case, flag


def adverse_case(
    day_zero: date | None = date(2026, 11, 18),
    *,
    serious: bool = False,
    missing: tuple[str, ...] = (),
    **changes: Any,
) -> Case:
    """A case with a suspected adverse event."""
    met = {name: name not in missing for name in ("reporter", "patient", "product", "reaction")}
    clock = None
    if day_zero is not None and not missing:
        applies = "serious" if serious else "non_serious"
        ends = {"if_serious": day_zero + timedelta(days=15), "if_not_serious": day_zero + timedelta(days=90)}
        clock = CaseReportClock(
            day_zero=day_zero, applies=applies, calendar_days=15 if serious else 90,
            submit_by=ends["if_serious" if serious else "if_not_serious"], reason="Un motivo", source="[S] GVP", **ends,
        )  # fmt: skip
    event = CaseAdverseEvent(
        criteria=Criteria(**met),
        day_zero=datetime.combine(day_zero, datetime.min.time(), UTC) if day_zero and clock else None,
        serious_hint=serious,
        missing=missing,
        clock=clock,
        seriousness=(CodedPlaces(code="hospitalisation", reason="Hospitalización", places=()),)
        if serious
        else (),
    )
    return case(adverse_event=event, flags=(flag(Flag.ADVERSE_EVENT),), **changes)
