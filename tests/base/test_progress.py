"""Progress of long work, and who hears of it."""

from bo_loop.base.progress import heard_by, report


def test_nobody_need_listen():
    report("work", 1, 2)


def test_the_listener_hears_what_is_reported_within_the_block():
    heard = []

    def listener(*said):
        heard.append(said)

    with heard_by(listener):
        report("work", 1, 2)
        with heard_by(lambda *_: None):
            report("work of another", 0, 1)
        report("work", 2, 2, "MAE 0.8")
    report("work", 3, 3)
    assert heard == [("work", 1, 2, ""), ("work", 2, 2, "MAE 0.8")]
