"""Mails as they come: encodings that lie, parts that do not close, attachments named and never opened."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cases.message import MAX_TEXT
from cases.sources.email import LONGEST_TEXT, EmailError, read_email
from policies.vocabulary import Channel, Visibility

HEADERS = "From: Remedios Quiñonero <remedios@correo.example>\r\nTo: hola@alborea.example\r\n"


def raw(body: str | bytes, headers: str = "", *, charset: str = "utf-8") -> bytes:
    content = body if isinstance(body, bytes) else body.encode(charset, "replace")
    kind = "" if "content-type" in headers.lower() else f"Content-Type: text/plain; charset={charset}\r\n"
    return (HEADERS + headers + kind + "\r\n").encode() + content


def built(plain: str | None = None, html: str | None = None, *attachments: tuple[str, bytes, str]) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Remedios <remedios@correo.example>"
    mail["Subject"] = "Sarpullido"
    if plain is not None:
        mail.set_content(plain)
    if html is not None:
        mail.add_alternative(html, subtype="html") if plain is not None else mail.set_content(
            html, subtype="html"
        )
    for name, content, kind in attachments:
        main, sub = kind.split("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def test_a_mail_becomes_a_private_message():
    mail = read_email(
        raw(
            "Me pica la cara.\r\n\r\nGracias",
            "Subject: =?utf-8?q?Reacci=C3=B3n?=\r\nMessage-ID: <abc@correo.example>\r\n"
            "Date: Wed, 18 Nov 2026 10:00:00 +0100\r\n",
        ),
        account="demo",
    )
    message = mail.message
    assert message.text == "Reacción\n\nMe pica la cara.\n\nGracias"
    assert (message.channel, message.visibility, message.account) == (
        Channel.EMAIL,
        Visibility.PRIVATE,
        "demo",
    )
    assert message.id == "<abc@correo.example>"
    assert message.received_at == datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
    assert message.author is not None
    assert message.author.name == "Remedios Quiñonero"
    assert (mail.attachments, mail.automatic) == ((), False)
    assert "Remedios" not in repr(mail)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Sarpullido", "Sigue igual."),
        ("RE: RV: Sarpullido", "Sigue igual."),
        ("Sigue igual", "Sigue igual."),
        ("", "Sigue igual."),
        ("Receta", "Receta\n\nSigue igual."),
    ],
)
def test_the_subject_counts_unless_it_only_repeats(subject: str, text: str):
    assert read_email(raw("Sigue igual.", f"Subject: {subject}\r\n")).message.text == text


def test_plain_text_goes_before_html_and_html_stands_in():
    assert read_email(built("En claro", "<p>En HTML</p>")).message.text == "Sarpullido\n\nEn claro"
    assert read_email(built(None, "<p>Hola<br>me pica</p>")).message.text == "Sarpullido\n\nHola\nme pica"
    assert read_email(built("  \n", "<p>Solo aquí</p>")).message.text == "Sarpullido\n\nSolo aquí"


def test_html_that_is_all_quotation_is_read():
    html = "<div class='gmail_quote'>Reenvío: me pica desde ayer</div>"
    assert "me pica desde ayer" in read_email(built(None, html)).message.text


def test_history_and_signature_are_cut():
    body = (
        "Sigue picando.\n\n-- \nRemedios\n\nEl lun, 3 nov 2026 a las 10:00, Alborea <hola@alborea.example> "
        "escribió:\n> Hola, Remedios\n"
    )
    assert read_email(raw(body, "Subject: Re: Duda\r\n")).message.text == "Sigue picando."


def test_attachments_are_named_and_not_read():
    secret = "texto del adjunto"
    mail = read_email(
        built(
            "Va adjunto.",
            None,
            ("analítica.pdf", secret.encode(), "application/pdf"),
            ("notas.txt", secret.encode(), "text/plain"),
            ("../../etc/passwd", secret.encode(), "application/octet-stream"),
        )
    )
    assert mail.attachments[:2] == ("analítica.pdf", "notas.txt")
    assert len(mail.attachments) == 3
    assert secret not in mail.message.text


@pytest.mark.parametrize(
    "name",
    [
        '"informe de Zacarías Quintanapalla.pdf"'.encode(),
        '"informe de Zacarías Quintanapalla.pdf"'.encode("cp1252"),
        b'"=?utf-8?B?aW5mb3JtZSBkZSBaYWNhcsOtYXMgUXVpbnRhbmFwYWxsYS5wZGY=?="',
        b'"=?utf-8?Q?informe_de_Zacar=C3=ADas_Quintanapalla.pdf?="',
    ],
)
@pytest.mark.parametrize(
    "header", [b"Content-Disposition: attachment; filename=", b"Content-Type: image/png; name="]
)
def test_the_name_of_an_attachment_is_readable_however_it_was_sent(header: bytes, name: bytes):
    """Redaction looks for people in it: it must not be handed broken letters, or base64."""
    parts = b"--b\r\n\r\nHola, una duda\r\n--b\r\n" + header + name + b"\r\n\r\nx\r\n--b--\r\n"
    mail = read_email(HEADERS.encode() + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + parts)
    assert mail.attachments == ("informe de Zacarías Quintanapalla.pdf",)


@pytest.mark.parametrize(
    "charset", ["idna", "punycode", "unicode_escape", "hex", "undefined", "mbcs", "ñ", '"']
)
def test_a_charset_that_is_none_for_text_stops_nothing(charset: str):
    mail = read_email(raw("Hola, ¿una duda?", f"Content-Type: text/plain; charset={charset}\r\n"))
    assert "una duda" in mail.message.text
    parts = f"--b\r\nContent-Type: image/png; name*={charset}''%C3%A1.png\r\n\r\nx\r\n--b\r\n\r\nHola\r\n--b--\r\n"
    mail = read_email(raw(parts, 'Content-Type: multipart/mixed; boundary="b"\r\n'))
    assert mail.message.text == "Hola"
    assert len(mail.attachments) == 1


def test_a_boundary_that_cannot_be_decoded_is_an_error_with_a_reason():
    with pytest.raises(EmailError, match="parts cannot be told apart"):
        read_email(raw("--b\r\n\r\nHola", "Content-Type: multipart/mixed; boundary*=idna''b%C3\r\n"))


def test_a_mail_inside_the_mail_is_an_attachment():
    inner = EmailMessage()
    inner.set_content("mensaje de otra persona")
    outer = EmailMessage()
    outer["From"] = "a@correo.example"
    outer.set_content("Os reenvío esto.")
    outer.add_attachment(inner)
    mail = read_email(outer.as_bytes())
    assert mail.message.text == "Os reenvío esto."
    assert mail.attachments == ("message/rfc822",)


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("ñandú".encode("latin-1"), "iso-8859-1", "ñandú"),
        ("ñandú".encode(), "no-existe-9", "ñandú"),
        ("ñandú".encode("cp1252"), "utf-8", "ñandú"),
        ("ñandú".encode("cp1252"), "us-ascii", "ñandú"),
        ("ñandú €".encode("cp1252"), "unknown-8bit", "ñandú €"),
        (b"hola", "zip", "hola"),
        (b"hola", "rot13", "hola"),
        (b"hola", "undefined", "hola"),
        ("hola".encode("utf-16"), "utf-16", "hola"),
        (b"ho\x00la", "utf-8", "hola"),
    ],
)
def test_charsets_that_lie(content: bytes, charset: str, text: str):
    assert read_email(raw(content, f"Content-Type: text/plain; charset={charset}\r\n")).message.text == text


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode", "nonsense"])
def test_transfer_encodings_that_lie(encoding: str):
    mail = raw("Me pica =ZZ la cara!", f"Content-Transfer-Encoding: {encoding}\r\n")
    assert read_email(mail).message.text.strip()


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied\r\n",
        "Precedence: bulk\r\n",
        "Return-Path: <>\r\n",
        "Content-Type: multipart/report; boundary=x\r\n",
    ],
)
def test_mail_of_machines_is_told(headers: str):
    body = "--x\r\n\r\nEstoy fuera.\r\n--x--" if "report" in headers else "Estoy fuera."
    assert read_email(raw(body, headers)).automatic


@pytest.mark.parametrize("headers", ["Auto-Submitted: no\r\n", "Precedence: normal\r\n", ""])
def test_mail_of_people_is_told(headers: str):
    assert not read_email(raw("Hola", headers)).automatic


@pytest.mark.parametrize(
    "date", ["", "ayer", "Wed, 99 Nov 2026 10:00:00", "Wed, 18 Nov 9999 10:00:00 +0000", "1 Jan 1980 00:00"]
)
def test_a_date_that_cannot_be_is_none(date: str):
    assert read_email(raw("Hola", f"Date: {date}\r\n")).message.received_at is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   \r\n",
        raw("", "Content-Type: image/png\r\n"),
        raw("a" * (MAX_TEXT + 1)),
        raw("a\n" * LONGEST_TEXT),
    ],
)
def test_what_holds_no_message_is_refused(body: bytes):
    with pytest.raises(EmailError):
        read_email(body)


def test_parts_without_end():
    mail = raw(
        "--x\r\nContent-Type: text/plain\r\n\r\nMe pica", "Content-Type: multipart/mixed; boundary=x\r\n"
    )
    assert read_email(mail).message.text == "Me pica"


PIECES = st.sampled_from(
    [
        b"From: a <a@b.example>\r\n", b"Subject: =?utf-8?b?////?=\r\n", b"Subject: =?zip?q?a?=\r\n",
        b"Content-Type: text/plain; charset=\"\xff\"\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n",
        b"Content-Type: text/html\r\n", b"Content-Transfer-Encoding: base64\r\n", b"Date: x\r\n",
        b"Content-Disposition: attachment; filename*=utf-8''%ff%00\r\n", b"Message-ID: \x00\r\n",
        b"Content-Type: message/rfc822\r\n", b"\r\n", b"--x\r\n", b"--x--\r\n", b"hola <b>que</b> tal\r\n",
        b"Content-Type: text/plain; charset=utf-7\r\n", b"+2AA-\r\n", b"From: =?utf-8?q?=ED=A0=80?= <a>\r\n",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=20), max_size=15).map(b"".join))
@example(b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA-")
@settings(max_examples=300, deadline=None)
def test_nothing_in_a_mail_breaks_the_reader(mail: bytes):
    try:
        text = read_email(mail).message.text
    except EmailError:
        return
    assert text.strip()
