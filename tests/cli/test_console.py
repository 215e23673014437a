import io

from bo_loop.cli.console import PlainConsole


def test_text_is_printed_as_it_stands():
    file = io.StringIO()
    PlainConsole(file=file, width=80).print("[/b] c1cc[nH]c1 :L1: [red]x")
    assert file.getvalue() == "[/b] c1cc[nH]c1 :L1: [red]x\n"
