import pytest

from models.redaction.validators import VALIDATORS


@pytest.mark.parametrize(
    ("name", "valid", "invalid"),
    [
        ("es_nif", "12345678z", "12345678a"),
        ("es_nif", "1234567l", "1234567m"),
        ("es_nif", "z12345678", "a12345678"),
        ("es_nif", "k0417733f", "k0417733g"),
        ("uy_ci", "1.234.567-2", "1.234.567-3"),
        ("es_nie", "x1234567l", "x1234567m"),
        ("es_cif", "b58818501", "b58818502"),
        ("es_ccc", "2100 0418 45 0200051332", "2100 0418 46 0200051332"),
        ("iban", "es9121000418450200051332", "es9221000418450200051332"),
        ("luhn", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("es_nuss", "281234567840", "281234567841"),
        ("latin_american", "12.345.678-5", "12.345.678-4"),
        ("latin_american", "529.982.247-25", "529.982.247-26"),
    ],
)
def test_check_digits(name, valid, invalid):
    assert VALIDATORS[name](valid)
    assert not VALIDATORS[name](invalid)
