"""The verifier that goes into a pack: two files of ours made one, so that a third party needs nothing else."""

from pathlib import Path

_IMPORT = "from cases.evidence.ed25519 import ed25519\n"
_FOLDER = Path(__file__).parent


def verifier_source() -> str:
    """Return the text of ``verify.py`` with the signature check in place of its import."""
    check = (_FOLDER / "ed25519.py").read_text(encoding="utf-8")
    body = check[check.index("P = 2**255") :]
    script = (_FOLDER / "verify.py").read_text(encoding="utf-8")
    before, found, after = script.partition(_IMPORT)
    if not found:
        raise RuntimeError("verify.py does not import its signature check where it is expected")
    head, divider, rest = after.partition("\n\nclass ")
    alias = "    Point = tuple[int, int, int, int]\n"
    head = head.replace("    Json = dict[str, Any]\n", "    Json = dict[str, Any]\n" + alias)
    return f"{before}{head}\n\n{body}{divider}{rest}"
