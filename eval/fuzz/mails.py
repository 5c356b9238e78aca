"""Malformed mails, read from files as ``borrador inbox import --store`` reads them."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from api.commands.inbox import worked
from cases.sources.inbox_file import read_file
from eval.fuzz.canaries import SENTENCE, Findings
from eval.fuzz.installation import Fuzzed
from eval.fuzz.odd import change_bytes

TEXT = f"Hola: compré el sérum y me llegó roto. {SENTENCE} ¿Qué hago?"
_QUOTED = (
    "\nEl lun, 3 nov 2026 a las 9:12, Atención <hola@alborea.example> escribió:\n> {}\n>> {}\n",
    "\n-----Mensaje original-----\nDe: x\nEnviado: hoy\nPara: y\nAsunto: z\n\n{}\n{}\n",
    "\nOn Mon, Nov 3, 2026, x wrote:\n> {}\n> {}\n",
    "\n-- \n{}\nEnviado desde mi iPhone\n{}",
    "\n________________________________\nDe: {}\n{}",
)


def plain(random: Random) -> bytes:
    """A mail as most are."""
    number = random.getrandbits(48)
    return (
        f"From: Zacarías Quintanapalla <zq.canario@buzon.example>\r\nTo: hola@alborea.example\r\n"
        f"Subject: Pedido roto\r\nMessage-ID: <{number}@correo.example>\r\n"
        "Date: Mon, 23 Nov 2026 09:10:11 +0100\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{TEXT}\r\n"
    ).encode()


def _head(raw: bytes, line: str) -> bytes:
    return raw.replace(
        b"MIME-Version: 1.0", line.encode("utf-8", "surrogatepass") + b"\r\nMIME-Version: 1.0", 1
    )


def _truncated(random: Random) -> bytes:
    raw = plain(random)
    return raw[: random.randrange(len(raw))]


def _changed(random: Random) -> bytes:
    return change_bytes(plain(random), random, most=25)


def _charset(random: Random) -> bytes:
    charset = random.choice(
        (
            "utf-7",
            "utf-16",
            "utf-32",
            "x-unknown",
            "",
            "rot13",
            "idna",
            "hex",
            "unicode_escape",
            '"',
            "cp037",
            "ñ",
        )
    )
    return plain(random).replace(b"charset=utf-8", f"charset={charset}".encode())


def _encoding(random: Random) -> bytes:
    name = random.choice(("base64", "quoted-printable", "uuencode", "x-uue", "binary", "rot13", "7bit"))
    raw = plain(random).replace(b"Transfer-Encoding: 8bit", f"Transfer-Encoding: {name}".encode())
    if random.random() < 0.5:
        head, _, body = raw.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n" + base64.b64encode(body)[: random.randrange(4, 400)]
    return raw


def _rfc2047(random: Random) -> bytes:
    word = random.choice(
        ("=?utf-8?B?w6HDqQ", "=?utf-8?Q?=ZZ=?=", "=?x?B?AAAA?=", "=?utf-8?B?====?=", "=?utf-8?X?a?=",
         "=?utf-8*es?Q?a?=", "=?utf-8?B?" + base64.b64encode(SENTENCE.encode()).decode() + "?=", "=?utf-16?B?/w==?=")
    )  # fmt: skip
    name = random.choice(("Subject", "From", "X-Other"))
    return _head(
        plain(random).replace(b"Subject: Pedido roto\r\n", b""), f"{name}: {word * random.randint(1, 40)}"
    )


def _injection(random: Random) -> bytes:
    value = random.choice(
        ("a\r\nBcc: todos@alborea.example", "a\nb", "a\r b", "\x00", f"x\r\n {SENTENCE}", "\ud800")
    )
    return _head(plain(random), f"{random.choice(('Subject', 'From', 'Message-ID', 'Date'))}: {value}")


def _headers(random: Random) -> bytes:
    name = random.choice(("Subject", "From", "Date", "Message-ID", "References", "Content-Type", "To"))
    value = random.choice((SENTENCE, "ñ", "<" * 99, "a@b," * 99, "; x=y", '"')) * random.choice((1, 50, 2000))
    return _head(plain(random), f"{name}: {value}")


def _dates(random: Random) -> bytes:
    date = random.choice(("Mon, 99 Foo 10000 99:99:99 +9999", "0", "-1", "", "Thu, 1 Jan 1 00:00:00 +0000", "9" * 5000,
                          "Fri, 31 Dec 9999 23:59:59 -2359"))  # fmt: skip
    return plain(random).replace(b"Date: Mon, 23 Nov 2026 09:10:11 +0100", f"Date: {date}".encode())


def _part(random: Random, depth: int) -> str:
    if depth == 0:
        kind = random.choice(
            ("text/plain", "text/html", "message/rfc822", "application/pdf", "text/calendar", "a/b/c")
        )
        name = random.choice(("", f'; name="{SENTENCE}.pdf"', "; name*=utf-8''%zz", "; name*0=a; name*9=b"))
        return f"Content-Type: {kind}{name}\r\n\r\n<p>{TEXT}</p>\r\n"
    mark = random.choice(("b", "", f"m{depth}", "a" * 90))
    inner = "".join(f"--{mark}\r\n{_part(random, depth - 1)}" for _ in range(random.randint(1, 2)))
    closing = random.choice((f"--{mark}--\r\n", ""))
    kind = random.choice(("mixed", "alternative", "related", "digest", "x"))
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n{inner}{closing}'


def _multipart(random: Random) -> bytes:
    head = plain(random).partition(b"Content-Type")[0]
    return head + _part(random, random.choice((1, 2, 4, 7))).encode()


def _bomb(random: Random) -> bytes:
    head = plain(random).partition(b"Content-Type")[0]
    if random.random() < 0.5:
        count = random.choice((150, 400))
        part = f'--b\r\nContent-Disposition: attachment; filename="{SENTENCE}"\r\n\r\nx\r\n'.encode()
        body = f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{TEXT}\r\n".encode() + part * count
        return head + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + body + b"--b--\r\n"
    nest = b"".join(
        f'Content-Type: multipart/mixed; boundary="n{level}"\r\n\r\n--n{level}\r\n'.encode()
        for level in range(300)
    )
    return head + nest + b"Content-Type: text/plain\r\n\r\nHola, una duda\r\n"


def _quoted(random: Random) -> bytes:
    quoted = random.choice(_QUOTED).format(SENTENCE, TEXT) * random.choice((1, 3, 60))
    return plain(random) + quoted.encode()


def _html(random: Random) -> bytes:
    raw = plain(random).replace(b"text/plain", b"text/html")
    wrong = random.choice(
        ("<div>" * 3000, "<!--", "<![CDATA[", "<p " + "a=b " * 999, "&#x110000;&#0;&zz;", "<script>")
    )
    return raw + wrong.encode() + f"<blockquote>{TEXT}</blockquote>".encode()


def _no_mail(random: Random) -> bytes:
    return random.choice(
        (b"", b"\r\n\r\n", random.randbytes(3000), b"\xff\xfe" + SENTENCE.encode("utf-16-le"), b"\x00" * 99)
    )


def _long(random: Random) -> bytes:
    return plain(random) + (SENTENCE + "\r\n").encode() * random.choice((120, 200, 9000))


SHAPES: Mapping[str, Callable[[Random], bytes]] = {
    "plain": plain,
    "truncated": _truncated,
    "changed_bytes": _changed,
    "charset": _charset,
    "encoding": _encoding,
    "rfc2047": _rfc2047,
    "header_injection": _injection,
    "headers": _headers,
    "dates": _dates,
    "multipart": _multipart,
    "attachment_bomb": _bomb,
    "quoted_history": _quoted,
    "html": _html,
    "no_mail": _no_mail,
    "long": _long,
}


def run(fuzzed: Fuzzed, count: int, seed: int, folder: Path, findings: Findings) -> dict[str, object]:
    """Write so many mails into a folder, take each the whole way, and give what became of them."""
    random = Random(seed)
    outcomes: Counter[str] = Counter()
    folder.mkdir(parents=True)
    for number in range(count):
        shape = random.choice(list(SHAPES))
        file = folder / f"{number:05}-{shape}.eml"
        file.write_bytes(SHAPES[shape](random))
        place = f"mail {number} {shape}"
        try:
            for item in read_file(file):
                result = worked(item, None, fuzzed.service.pipeline, fuzzed.service.records)
                outcome = "error" if "error" in result else "case"
                outcomes[f"{shape} {outcome}"] += 1
                if str(result.get("error")).startswith("internal error"):
                    findings.errors.append(f"{result['error']} at {place}")
                findings.look(json.dumps(result, ensure_ascii=False).encode("utf-8", "surrogatepass"), place)
        except Exception as error:
            findings.errors.append(f"{type(error).__name__} at {place}")
        file.unlink()
    return {"mails": count, "outcomes": dict(sorted(outcomes.items()))}
