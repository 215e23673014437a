from bo_loop.cli.printing import spelled_out


def test_what_would_act_on_a_terminal_is_spelled_out():
    assert spelled_out("a\x1b[2J\nβ ニ\udc80\x9b") == "a\\x1b[2J\nβ ニ\\udc80\\x9b"
