"""The fixed replies pass the verifier in every language, channel, audience, treatment and setting."""

import itertools
from pathlib import Path

import pytest

from drafting.channels import Channels
from drafting.drafter import Drafter
from drafting.holding import Holding
from drafting.request import LANGUAGES
from policies.account import ConflictSettings
from policies.errors import PolicyError
from policies.vocabulary import Channel, Visibility
from tests.drafting.builders import NUMBERS, account, decision, request

STRICT = ("no_humour", "no_thanks", "no_guilt", "no_compensation", "no_channel_shift", "acknowledge_first")
DECISIONS = {
    "acknowledge": decision("acknowledge", audiences=("public", "private"), constraints=STRICT),
    "adverse_event": decision(
        "acknowledge", flags=("adverse_event",), audiences=("public", "private"), constraints=STRICT
    ),
    "refer": decision("refer_in_person", audiences=("public", "private"), constraints=STRICT),
    "urgent": decision(
        "urgent_referral", flags=("emergency",), audiences=("public", "private"), constraints=STRICT
    ),
}
SETTINGS = [
    ConflictSettings(x3_personal_data=x3, x6_x_limit=x6)
    for x3, x6 in itertools.product(("secure_channel_only", "private_dm"), (280, 140))
]


@pytest.mark.parametrize("language", [*LANGUAGES, None])
@pytest.mark.parametrize("kind", DECISIONS)
def test_fixed_replies_pass_everywhere(drafter: Drafter, kind: str, language: str | None) -> None:
    for channel, treatment, settings, numbers in itertools.product(
        Channel, ("tu", "usted"), SETTINGS, (NUMBERS, {})
    ):
        company = account(treatment).model_copy(update={"settings": settings})
        asked = request(
            decided=DECISIONS[kind], language=language, channel=channel, company=company, numbers=numbers
        )
        for audience in Visibility:
            draft = drafter.holding.draft(asked, audience)
            assert drafter.verifier.verify(draft, drafter.verifier.context(asked, audience)) == ()


def test_an_unknown_language_gets_english_and_spanish(drafter: Drafter) -> None:
    result = drafter.draft(request("hei hvor er pakken min", language=None))
    assert result.drafter == "holding"
    assert "A person will read" in result.drafts[0].text
    assert "Una persona leerá" in result.drafts[0].text


def test_a_missing_language_stops_the_start(tmp_path: Path, channels: Channels) -> None:
    (tmp_path / "holding.yaml").write_text(
        "version: 1\ntexts: {general: {es: {any: Hola.}}}\n", encoding="utf-8"
    )
    with pytest.raises(PolicyError, match=r"texts\.general\.ca: no text"):
        Holding.load(tmp_path / "holding.yaml", channels)
