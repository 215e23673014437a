import yaml

from bo_loop.base.config import packaged_conf
from bo_loop.web.demo import NAME, given


def test_the_demo_is_the_packaged_campaign():
    text = (packaged_conf() / "campaign" / f"{NAME}.yaml").read_text(encoding="utf-8")
    packaged, made = yaml.safe_load(text), given()
    assert packaged["name"] == NAME
    assert packaged["batch_size"] == made["batch_size"]
    assert packaged["pool"]["metals"] == made["pool"]["metals"]
    assert packaged["data"]["without_metals"] == made["data"]["without_metals"]
    assert "without_metals" not in made["pool"]["data"]  # the pool's answers are not hidden
