import re
from pathlib import Path

from bo_loop.web import texts

PAGES = Path(texts.__file__).parent


def test_one_and_several():
    word = ("result", "results")
    assert [texts.counted(n, word) for n in (0, 1, 2)] == ["0 results", "1 result", "2 results"]


def test_every_text_is_used():
    code = "".join(path.read_text(encoding="utf-8") for path in PAGES.rglob("*.py"))
    used = set(re.findall(r"\btexts\.([A-Z][A-Z_0-9]*)", code))
    stated = {name for name in vars(texts) if name.isupper()}
    assert used == stated
