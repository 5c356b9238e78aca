"""README.txt of an evidence pack, in Spanish and English: what it holds, how to verify it, what that proves."""

from collections.abc import Sequence

_SPANISH = """\
PAQUETE DE PRUEBAS DE BORRADOR
==============================

Qué contiene
  manifest.json   Lista de ficheros con su SHA-256, la selección, el tramo de la cadena y la clave pública.
  export.json     La fila de auditoría que registró esta exportación, y la firma.
  chain/          Filas del registro de auditoría, desde la primera que atañe a la selección hasta la última.
  cases/          Cada caso: mensaje sin datos personales, motivos, reglas con su texto, fuentes con su cita,
                  versión y aprobaciones, borradores, decisiones, qué se cambió y quién lo hizo.
  policies/       Los textos de la política con la que se decidió cada caso.
  answers/        Las respuestas aprobadas que se citan, con quién las aprobó y cuándo.
  verify.py       Verificador. Necesita Python 3.8 o posterior y nada más; no usa la red.

Cómo se verifica
  python3 verify.py PAQUETE.zip --key HUELLA      (o sin el ZIP, dentro de la carpeta descomprimida)
  Imprime «OK» y termina con 0, o dice qué falla y termina con 1. La HUELLA de la clave pública debe llegarle
  por otra vía (la empresa la obtiene con `borrador audit public-key`): quien falsifica un paquete puede poner
  en él su propia clave. Por la misma razón, tome verify.py de una copia suya de confianza. Este paquete dice:
  {fingerprint}

Qué puede comprobar un tercero sin acceso al servicio
  - que ningún fichero se ha cambiado, quitado ni añadido (SHA-256 del manifiesto);
  - que las filas con contenido son las que se encadenaron: cada una lleva el SHA-256 de la anterior y del suyo;
  - que el manifiesto quedó anotado en la propia cadena, en la fila que sigue a la última exportada;
  - que la política adjunta es la que la cadena anotó al registrar el caso (su huella se recalcula del texto);
  - que los códigos del caso (reglas, avisos, plazos, decisiones, quién) coinciden con lo anotado en la cadena;
  - que la instalación dueña de la clave Ed25519 firmó todo lo anterior.

Qué no puede comprobar, y de quién depende
  - Los sellos («seal») de los casos, de las decisiones y del final de la cadena son HMAC-SHA256 con la clave de
    auditoría, que es secreta. Sin ella no se pueden recalcular. El servicio los comprobó todos antes de exportar
    y, si alguno hubiera fallado, no habría exportado nada; eso lo respalda su firma.
  - El texto del caso (mensaje sin datos, borradores, texto enviado) queda unido a la cadena por esos sellos y,
    para un tercero, por la firma.
  - De las filas de otros casos solo va el SHA-256 (alcance «minimal»): su contenido no es suyo. Con el alcance
    «full» va entero.
  - Quien tenga a la vez la base de datos y todas las claves podría rehacer la cadena. Para descubrirlo, guarde
    el hash de la última fila de cada paquete (verify.py lo imprime): los siguientes deben contenerlo.
"""

_ENGLISH = """\

BORRADOR EVIDENCE PACK
======================

What it holds
  manifest.json   Files with their SHA-256, the selection, the segment of the chain and the public key.
  export.json     The audit row that recorded this export, and the signature.
  chain/          Rows of the audit log, from the first that concerns the selection to the last.
  cases/          Each case: the redacted message, reasons, rules with their text, sources with quote, version
                  and approvals, drafts, decisions, what was changed and by whom.
  policies/       The texts of the policy that decided each case.
  answers/        The approved answers quoted, with who approved them and when.
  verify.py       Verifier. Needs Python 3.8 or newer and nothing else; it does not use the network.

How to verify
  python3 verify.py PACK.zip --key FINGERPRINT    (or without the ZIP, inside the unpacked folder)
  It prints "OK" and ends with 0, or says what is broken and ends with 1. The FINGERPRINT of the public key must
  reach you another way (the company gets it from `borrador audit public-key`): who forges a pack can put a key
  of their own in it. For the same reason take verify.py from a copy that you trust. This pack says:
  {fingerprint}

What a third party can check without access to the service
  - that no file was changed, removed or added (SHA-256 in the manifest);
  - that rows with contents are those that were chained: each carries the SHA-256 of the one before and its own;
  - that the manifest was noted in the chain itself, in the row after the last one exported;
  - that the policy enclosed is the one the chain noted when the case was recorded (its hash is worked out again);
  - that the codes of the case (rules, flags, decisions, who) are the ones noted in the chain;
  - that the installation that owns the Ed25519 key signed all of this.

What it cannot check, and on whom that rests
  - The seals of cases, of decisions and of the end of the chain are HMAC-SHA256 under the audit key, which is
    secret. Without it they cannot be worked out again. The service checked all of them before it exported, and
    would have exported nothing had one failed; its signature stands for that.
  - The text of a case (redacted message, drafts, text sent) is tied to the chain by those seals and, for a third
    party, by the signature.
  - Rows of other cases come as their SHA-256 alone (scope "minimal"): their contents are not yours. Under scope
    "full" they come whole.
  - Who has the database and all keys at once could make the chain anew. To find that out, keep the hash of the
    last row of each pack (verify.py prints it): later ones must contain it.
"""

_MISSING_SPANISH = """\

ATENCIÓN. De estas versiones de la política no se conserva el texto de aquel día (el que hay en disco tiene otra
huella), y por eso no se adjunta: {versions}
"""
_MISSING_ENGLISH = """\

NOTE. Of these versions of the policy the text of that day is not kept (the one on disk has another fingerprint),
so none is enclosed: {versions}
"""


def readme(fingerprint: str, unavailable: Sequence[str]) -> str:
    """The text for a pack signed by the key of this fingerprint; ``unavailable`` policies are named."""
    text = (_SPANISH + _ENGLISH).format(fingerprint=fingerprint)
    if unavailable:
        text += (_MISSING_SPANISH + _MISSING_ENGLISH).format(versions=", ".join(unavailable))
    return text
