"""Verbs that check or amend a record: verify, correct, withdraw, restore, extend and so on."""

import json
from collections.abc import Mapping
from dataclasses import asdict, astuple
from typing import Any

import pandas as pd

from bo_loop.base.errors import CampaignError, ConfigError
from bo_loop.campaign.ledger.state import RESULT_FIELDS
from bo_loop.campaign.provenance import Recorded
from bo_loop.campaign.settings import FOR_GOOD, changed
from bo_loop.cli.console import CONSOLE, address, open_campaign
from bo_loop.cli.terminal import fields, history_table, verification_table


def correct(config: Mapping[str, Any], touched: frozenset[str]) -> None:
    """Correct a result, or void it."""
    given = {key: config[key] for key in RESULT_FIELDS if key in touched}
    campaign = open_campaign(config)
    values = {key: None if value == "null" else value for key, value in given.items()}
    said = {key: config[key] for key in ("void", "confirm", "reason", "by")}
    done = campaign.correct(config["event"], pair=config["pair"], **said, **values)
    _print(done, config)


def void(config: Mapping[str, Any]) -> None:
    """Void all results of one log."""
    _print(open_campaign(config).void(str(config["log"]), **_said(config)), config)


def withdraw(config: Mapping[str, Any]) -> None:
    """Take a pair out."""
    done = open_campaign(config).withdraw(config["pair"], **_said(config))
    _print(done, config)


def restore(config: Mapping[str, Any]) -> None:
    """Take a withdrawal back."""
    done = open_campaign(config).restore(config["pair"], **_said(config))
    _print(done, config)


def close(config: Mapping[str, Any]) -> None:
    """End a campaign."""
    _print(open_campaign(config).close(**_said(config)), config)


def reopen(config: Mapping[str, Any]) -> None:
    """Go on with a closed campaign."""
    _print(open_campaign(config).reopen(**_said(config)), config)


def extend(config: Mapping[str, Any]) -> None:
    """Add ligands or metal ions to the pool."""
    done = open_campaign(config).extend(
        ligands=config["ligands"],
        metals=config["metals"],
        encoding=config["encoding"],
        operator=config["operator"],
    )
    _print(done, config)


def config(config: Mapping[str, Any], touched: frozenset[str]) -> None:
    """Change settings for all rounds to come; without any, show those in force."""
    campaign = open_campaign(config)
    changes = {key: config[key] for key in FOR_GOOD if key in touched}
    if config["renew_features"]:
        if changes:
            raise ConfigError(
                f"renew_features=true stands alone: change {', '.join(changes)} by a second "
                "bo-loop config."
            )
        _print(campaign.renew_features(operator=config["operator"]), config)
        return
    if not changes:
        settings = campaign.settings(campaign.state())
        shown = {key: settings[key] for key in FOR_GOOD}
        print(json.dumps(shown, ensure_ascii=False, indent=None if config["json"] else 1))
        return
    before = campaign.settings(campaign.state())
    done = campaign.configure(operator=config["operator"], **changes)
    if config["json"] or done.recorded.empty:
        _print(done, config)
        return
    event = done.recorded.iloc[-1]
    said = f"Changed for all rounds to come (event {event['seq']}, by {event['who']}):"
    CONSOLE.print(*filter(None, [done.notice, said]), sep="\n")
    CONSOLE.print(fields(changed(before, campaign.settings(campaign.state()))))


def verify(config: Mapping[str, Any]) -> None:
    """Check the record and all that follows from it; exit code 2 if anything fails."""
    campaign = open_campaign(config)
    found = campaign.verify(refit=config["refit"])
    if config["json"]:
        print(json.dumps([asdict(check) for check in found.checks], ensure_ascii=False))
    else:
        CONSOLE.print(verification_table(astuple(check) for check in found.checks))
    if found.failures:
        listed = "\n".join(f"  - {check.what}: {check.detail}" for check in found.failures)
        raise CampaignError(
            f"{campaign.path} does not hold in {len(found.failures)} of {len(found.checks)} "
            f"respects:\n{listed}\nNothing was changed. Restore sealed files and forms from a "
            f"backup; a view that was changed is rebuilt by the next command that records "
            f"something, such as bo-loop log{address(campaign)}."
        )


def _said(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"reason": config["reason"], "operator": config["operator"]}


def _print(done: Recorded, config: Mapping[str, Any]) -> None:
    if config["json"]:
        print(_json(done.recorded))
        return
    if done.notice:
        CONSOLE.print(done.notice)
    if len(done.recorded):
        CONSOLE.print(history_table(done.recorded.to_dict("records"), "Recorded"))
    else:
        CONSOLE.print("The ledger holds this already; nothing was added.")


def _json(frame: pd.DataFrame) -> str:
    return frame.to_json(orient="records", force_ascii=False, double_precision=15)
