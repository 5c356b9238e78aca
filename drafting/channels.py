"""How long a reply is and may be on each channel, in the channel's own units."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from drafting.files import load_yaml, validated
from policies.account import ConflictSettings
from policies.errors import PolicyError
from policies.vocabulary import Channel, Visibility

# X counts one for these code points and two for the rest (twitter-text configuration v3).
_X_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
_EMOJI_BASE = (
    "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_EMOJI_PART = f"{_EMOJI_BASE}\ufe0f?[\U0001f3fb-\U0001f3ff]?"
EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # flags: two regional indicators
    "|[0-9#*]\ufe0f?\u20e3"  # keycaps
    "|\U0001f3f4[\U000e0020-\U000e007f]+"  # flags of subdivisions
    "|[\u00a9\u00ae]\ufe0f"
    f"|{_EMOJI_PART}(?:\u200d{_EMOJI_PART})*"
)
_TLD = "com|org|net|info|eu|es|cat|gal|eus|pt|br|mx|ar|co|cl|pe|uy|ve|uk|ie|io|app|health|salud|farm|shop|me"
URL = re.compile(
    r"https?://[^\s<>\"«»]+[^\s<>\"«».,;:!?)\]]"
    rf"|(?<![@\w.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:{_TLD})(?![\w-])(?:/[^\s<>\"«»]*[^\s<>\"«».,;:!?)\]])?",
    re.IGNORECASE,
)
_LEADING_MENTIONS = re.compile(r"\A(?:@\w{1,15}\s+)+")


class Length(BaseModel):
    """The network's limit, our own, and how many sentences we allow ourselves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: int = Field(ge=1)
    house: int = Field(ge=1)
    sentences: int = Field(ge=1)


class ChannelLengths(BaseModel):
    """Unit and lengths of one channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Literal["x_weighted", "utf16", "code_points"]
    public: Length
    private: Length


class ChannelFile(BaseModel):
    """policies/channels.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    url_length: int = Field(ge=1)
    channels: dict[Channel, ChannelLengths]


@dataclass(frozen=True, slots=True)
class Channels:
    """Measures texts and knows the limits."""

    file: ChannelFile

    @classmethod
    def load(cls, path: Path) -> "Channels":
        """Load the lengths; a PolicyError names file and field."""
        file = validated(ChannelFile, load_yaml(path), path)
        missing = [channel for channel in Channel if channel not in file.channels]
        if missing:
            raise PolicyError(f"{path.name}: channels: no lengths for {', '.join(missing)}")
        return cls(file)

    def measure(self, text: str, channel: Channel) -> int:
        """Length of a text in the channel's units."""
        unit = self.file.channels[channel].unit
        if unit == "x_weighted":
            return x_weighted(text, self.file.url_length)
        return _UNITS[unit](text)

    def limit(self, channel: Channel, audience: Visibility, settings: ConflictSettings) -> int:
        """The most that a draft may measure: the smaller of network and house; X6 sets the house style of X."""
        length = self._length(channel, audience)
        house = length.house
        if channel == Channel.X and audience == Visibility.PUBLIC:
            house = min(house, settings.x6_x_limit)
        return min(length.platform, house)

    def max_sentences(self, channel: Channel, audience: Visibility) -> int:
        """How many sentences of ours a draft may hold."""
        return self._length(channel, audience).sentences

    def _length(self, channel: Channel, audience: Visibility) -> Length:
        lengths = self.file.channels[channel]
        return lengths.public if audience == Visibility.PUBLIC else lengths.private


def x_weighted(text: str, url_length: int = 23) -> int:
    """Length as X counts it: NFC, Latin 1, the rest 2, an emoji 2, an address 23, leading mentions free."""
    text = _LEADING_MENTIONS.sub("", unicodedata.normalize("NFC", text))
    text, urls = URL.subn("", text)
    text, emoji = EMOJI.subn("", text)
    return urls * url_length + emoji * 2 + sum(_x_weight(ord(character)) for character in text)


def _x_weight(code_point: int) -> int:
    return 1 if any(low <= code_point <= high for low, high in _X_LIGHT) else 2


_UNITS: dict[str, Callable[[str], int]] = {
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "code_points": len,
}
