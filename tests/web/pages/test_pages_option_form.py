"""An option and its values, as a config node."""

import pytest

from bo_loop.base.errors import ConfigError
from bo_loop.web.pages.option_form import OptionForm


def choose(form, option, **values):
    form._choice.value = option
    for name, text in values.items():
        form._inputs[name].value = text


def test_an_option_asks_for_its_own_values_and_the_campaigns_own_is_no_node(visit):
    async def story(visitor):
        await visitor.open("/new")
        with visitor:
            form = OptionForm("objective", "What is wanted", unchanged="maximise")
        assert form.node() is None
        assert form.option == ""
        choose(form, "selectivity", metal="Ni+2", competitors="Zn+2, Ca+2")
        assert form.node()["competitors"] == ["Zn+2", "Ca+2"]
        choose(form, "target", log_beta="12.5")
        assert form.node()["log_beta"] == 12.5
        assert "metal" not in form.values
        choose(form, "target", log_beta=" ")
        with pytest.raises(ConfigError, match="target needs log_beta"):
            form.node()

    visit(story)
