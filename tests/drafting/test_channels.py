"""Lengths by channel: X's weights, UTF-16 elsewhere, house limits."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drafting.channels import Channels, x_weighted
from policies.account import ConflictSettings
from policies.errors import PolicyError
from policies.vocabulary import Channel, Visibility

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("hola", 4),
        ("señal", 5),
        ("sen\u0303al", 5),  # decomposed: NFC first
        ("«comillas» y “estas”", 20),
        ("puntos…", 8),  # U+2026 is outside the light ranges
        ("12 €", 5),  # so is the euro sign
        ("日本", 4),
        ("😊", 2),
        (FAMILY, 2),
        ("👍🏽", 2),
        ("🇪🇸", 2),
        ("🇪🇸🇫🇷", 4),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 2),
        ("❤️", 2),
        ("1️⃣", 2),
        ("a😊b", 4),
        ("https://alborea.example/una/direccion/muy/larga?con=parametros&y=mas", 23),
        ("Mira https://a.example/b.", 5 + 23 + 1),
        ("mira alborea.es hoy", 5 + 23 + 4),
        ("escribe a hola@alborea.es", 25),  # an e-mail is no link
        ("hola.Buenas", 11),
        ("@alborea hola", 4),
        ("@uno @dos hola", 4),
        ("hola @uno", 9),
    ],
)
def test_x_counts(text: str, expected: int) -> None:
    assert x_weighted(text) == expected


@given(st.text(max_size=200))
def test_x_never_counts_more_than_two_a_character_plus_links(text: str) -> None:
    assert 0 <= x_weighted(text) <= 2 * len(text) + 23 * (text.count(".") + text.count("://"))


def test_other_networks_count_utf16_units(channels: Channels) -> None:
    assert channels.measure("😊a", Channel.INSTAGRAM) == 3
    assert channels.measure("😊a", Channel.EMAIL) == 2


def test_the_house_style_of_x_is_a_setting(channels: Channels) -> None:
    assert channels.limit(Channel.X, Visibility.PUBLIC, ConflictSettings()) == 280
    assert channels.limit(Channel.X, Visibility.PUBLIC, ConflictSettings(x6_x_limit=140)) == 140
    assert channels.limit(Channel.X, Visibility.PRIVATE, ConflictSettings(x6_x_limit=140)) > 280


def test_no_limit_passes_the_network(channels: Channels) -> None:
    networks = {Channel.X: 280, Channel.INSTAGRAM: 2200, Channel.FACEBOOK: 5000, Channel.WHATSAPP: 1600}
    for channel, platform in networks.items():
        assert channels.limit(channel, Visibility.PUBLIC, ConflictSettings()) <= platform
    assert channels.limit(Channel.INSTAGRAM, Visibility.PRIVATE, ConflictSettings()) <= 1000


def test_a_missing_channel_stops_the_start(tmp_path: Path, channels: Channels) -> None:
    data = channels.file.model_dump(mode="json")
    del data["channels"]["email"]
    (tmp_path / "channels.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"channels\.yaml: channels: no lengths for email"):
        Channels.load(tmp_path / "channels.yaml")
