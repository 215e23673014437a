"""Text from bytes: cp1252 and cp932 told apart, UTF-16, and what the user says."""

import pytest

from bo_loop.base.errors import ConfigError, DataError
from bo_loop.data.encodings import decoded, looks_japanese

WESTERN = [
    "pH électrode", "Müller, Säure ±", "T (°C)", "Éléphant préféré", "crème brûlée à l’étuve",
    "4.5 ± 0.2", "µmol", "Universität Köln", "Señor Núñez", "20 °C, I = 0.1 M", "naïve “quoted”",
    "acide éthylènediaminetétraacétique", "Größe", "Ångström", "1–2", "Schwarzenbach’s",
]  # fmt: skip
JAPANESE = [
    "配位子", "エチレンジアミン", "グリシン", "沈殿", "pH電極", "銅(II)イオン", "クエン酸",
    "測定 25 ℃", "カテコール", "ｸﾞﾘｼﾝ", "研究室A", "酢酸", "温度", "電極", "表", "ソ連",
    "アミノ酸 L-アラニン",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*is not UTF-8")
@pytest.mark.parametrize("text", WESTERN)
def test_western_text_is_read_as_it_was_written(tmp_path, text):
    assert decoded(f"ligand\n{text}\n".encode("cp1252"), tmp_path) == f"ligand\n{text}\n"


@pytest.mark.filterwarnings("ignore:.*is not UTF-8")
@pytest.mark.parametrize("text", JAPANESE)
def test_japanese_text_is_read_as_it_was_written(tmp_path, text):
    assert decoded(f"ligand\n{text}\n".encode("cp932"), tmp_path) == f"ligand\n{text}\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_says_its_encoding_is_not_guessed(tmp_path, codec):
    assert decoded("é, 沈殿".encode(codec), tmp_path) == "é, 沈殿"


def test_what_was_decided_is_said_with_an_example(tmp_path):
    with pytest.warns(UserWarning, match=r"European text \(cp1252\), as in 'électrode'"):
        decoded("pH électrode".encode("cp1252"), tmp_path / "a.csv")
    with pytest.warns(UserWarning, match=r"read as Japanese text \(cp932\), as in '沈殿'"):
        decoded("沈殿".encode("cp932"), tmp_path / "a.csv")


def test_the_user_says_which(tmp_path):
    assert decoded("沈殿".encode("euc_jp"), tmp_path, "euc_jp") == "沈殿"
    assert decoded("pH électrode".encode("cp932", "ignore"), tmp_path, "cp932") == "pH lectrode"
    with pytest.raises(ConfigError, match="'klingon', which is not a text encoding"):
        decoded(b"x", tmp_path, "klingon")
    with pytest.raises(ConfigError, match="not a text encoding"):
        decoded(b"x", tmp_path, "base64")
    with pytest.raises(DataError, match="is not text in utf-8"):
        decoded(b"\xfd\xfe", tmp_path, "utf-8")
    with pytest.raises(ConfigError, match="encoding is 5, which"):
        decoded(b"x", tmp_path, 5)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_goes_before_what_the_user_says(tmp_path, codec):
    assert decoded("é, 沈殿".encode(codec), tmp_path, "cp1251") == "é, 沈殿"


def test_no_bytes_look_japanese_without_a_pair(tmp_path):
    assert not looks_japanese(b"plain")
    assert not looks_japanese(b"20 \xb0C")
    with pytest.raises(DataError, match="not text in UTF-8, cp932 or cp1252"):
        decoded(b"caf\xe9 \x81 \xff", tmp_path)
