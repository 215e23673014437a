"""The page's campaigns as JSON, for a robot or a LIMS: the same methods, the same messages.

``/api/openapi.json`` describes it. What a campaign refuses is answered with status 404, 409 or 422
and its message as ``detail``; nothing is recorded then.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bo_loop import __version__
from bo_loop.base.errors import BoLoopError, CampaignError
from bo_loop.web import texts
from bo_loop.web.desk import Desk

PREFIX = "/api"

Rows = list[dict[str, Any]]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Round(_Body):
    """What holds for the round that is asked for; see ``bo-loop suggest``."""

    batch_size: int | None = Field(None, description="pairs; by default the campaign's own")
    seed: int | None = None
    objective: str | dict[str, Any] | None = Field(None, description="a name, or a config node")
    acquisition: str | dict[str, Any] | None = Field(None, description="a name, or a config node")
    pick: list[str] | None = Field(None, description="what a person chooses instead")
    operator: str = Field("", description="who asks")

    def options(self) -> dict[str, Any]:
        """Return what was given."""
        return self.model_dump(exclude_none=True)


class Results(_Body):
    """Results as a table; see ``bo-loop log``."""

    rows: list[dict[str, str | float | None]] = Field(
        description="a row each: pair_id (or metal, ligand or smiles, n_ligands) with log_beta, as "
        "a number or as labs write it (12,3; >20; 12.3 ± 0.2); log_beta_sd, status, note, …"
    )
    confirm: bool | list[int | str] = Field(
        False, description="record doubtful results too: all, or rows and pairs. The first is row 2"
    )
    replicate: bool = False
    source: str = Field("api.csv", description="what the table is called in the record")
    operator: str = ""
    method: str = ""
    date: str = ""
    note: str = ""


class Void(_Body):
    """Which log to void; see ``bo-loop void``."""

    log: str = "last"
    reason: str = ""
    operator: str = ""


def add_to(app: FastAPI, desk: Desk) -> None:
    """Add the routes to an application."""
    app.include_router(_router(desk))

    @app.exception_handler(BoLoopError)
    def refused(_: Request, error: BoLoopError) -> JSONResponse:
        status = 409 if isinstance(error, CampaignError) else 422
        return JSONResponse({"detail": str(error)}, status_code=status)


def application(desk: Desk) -> FastAPI:
    """Return an application that serves nothing else."""
    app = FastAPI(
        title="bo_loop",
        version=__version__,
        description=texts.API,
        docs_url=None,  # these pages load scripts from another host
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
    )
    add_to(app, desk)
    return app


def _router(desk: Desk) -> APIRouter:
    router = APIRouter(prefix=f"{PREFIX}/campaigns", tags=["campaigns"])

    def checked(name: str) -> str:
        if not desk.has(name):
            raise HTTPException(404, texts.NO_CAMPAIGN.format(name=name))
        return name

    @router.get("")
    async def campaigns() -> list[str]:
        """Return the names of all campaigns, the one that was worked on last first."""
        return desk.names()

    @router.get("/{name}")
    async def status(name: str) -> dict[str, Any]:
        """Return where a campaign stands, as ``bo-loop status json=true``."""
        return asdict(await desk.ask(checked(name), lambda c: c.status()))

    @router.get("/{name}/history")
    async def history(name: str, pair: str | None = None) -> Rows:
        """Return who did what, as ``bo-loop history json=true``."""
        return await desk.ask(checked(name), lambda c: c.record.history_rows(pair))

    @router.get("/{name}/measurements")
    async def measurements(name: str) -> Rows:
        """Return the standing results with their predictions."""
        return await desk.ask(checked(name), lambda c: _rows(c.measurements()))

    _add_rounds(router, desk, checked)
    _add_results(router, desk, checked)
    return router


def _add_rounds(router: APIRouter, desk: Desk, checked: Callable[[str], str]) -> None:
    def path(name: str) -> str:
        return str(desk.path(checked(name)))

    @router.post("/{name}/rounds", status_code=201)
    async def suggest(name: str, wanted: Round) -> dict[str, Any]:
        """Propose and record a round, as ``bo-loop suggest``; answers when it is recorded."""
        job = desk.jobs.begin(name, "suggest", path=path(name), options=wanted.options())
        return await job.outcome()

    @router.get("/{name}/rounds/progress")
    async def progress(name: str) -> dict[str, Any]:
        """Return how far the round is that was asked for last."""
        job = desk.jobs.of(checked(name), "suggest")
        if job is None:
            return {"under_way": False, "doing": "", "done": 0, "of": 0}
        what, done, total, _ = job.progress
        return {"under_way": not job.done.is_set(), "doing": what, "done": done, "of": total}

    @router.delete("/{name}/rounds/progress", status_code=202)
    async def cancel(name: str) -> dict[str, Any]:
        """Cancel the round that is being computed."""
        desk.jobs.cancel(checked(name), "suggest")
        return {}

    @router.get("/{name}/rounds/{number}")
    async def proposals(name: str, number: int) -> Rows:
        """Return the proposals of a round."""
        return await desk.ask(checked(name), lambda c: _rows(_proposals(c, number)))

    @router.get("/{name}/ranking")
    async def rank(
        name: str, most: Annotated[int | None, Query(ge=1, description="the first so many")] = None
    ) -> dict[str, Any]:
        """Rank every pair that may be proposed, as ``bo-loop rank``."""
        known = desk.jobs.of(checked(name), "rank")
        under_way = known is not None and not known.done.is_set()
        job = known if under_way else desk.jobs.begin(name, "rank", path=path(name))
        found = await job.outcome()
        return {**found, "rows": found["rows"][:most]}

    @router.post("/{name}/predictions")
    async def predict(name: str, pairs: list[dict[str, str | float]]) -> Rows:
        """Predict pairs by ``metal, charge, smiles, n_ligands``, of the pool or not."""
        job = desk.jobs.begin(name, "predict", path=path(name), pairs=pairs)
        return await job.outcome()


def _add_results(router: APIRouter, desk: Desk, checked: Callable[[str], str]) -> None:
    @router.post("/{name}/results", status_code=201)
    async def log(name: str, results: Results) -> dict[str, Any]:
        """Record results, all or none, as ``bo-loop log``."""
        done = await desk.ask(checked(name), _log, results)
        return {
            "recorded": _rows(done.recorded),
            "already_recorded": done.n_known,
            "understood": done.understood,
            "notice": done.notice,
        }

    @router.post("/{name}/results/check")
    async def check(name: str, results: Results) -> dict[str, Any]:
        """Say what would be recorded, and what about it is doubtful; records nothing."""
        found = await desk.ask(checked(name), _check, results)
        return {
            "rows": _rows(found.rows),
            "already_recorded": found.n_known,
            "understood": found.understood,
        }

    @router.post("/{name}/void")
    async def void(name: str, wanted: Void) -> Rows:
        """Void all results of one log, as ``bo-loop void``; the ledger keeps them."""
        said = {"reason": wanted.reason, "operator": wanted.operator or None}
        done = await desk.ask(checked(name), lambda c: c.void(wanted.log, **said))
        return _rows(done.recorded)


def _rows(frame: Any) -> Rows:
    from bo_loop.web.tasks import rows_of

    return rows_of(frame)


def _proposals(campaign: Any, number: int) -> Any:
    from bo_loop.campaign.views import views

    state = campaign.state()
    if not 1 <= number <= len(state.rounds):
        raise CampaignError(texts.NO_ROUND.format(number=number, n=len(state.rounds)))
    return views.proposals(state.rounds[number - 1], campaign.record.pool_about())


def _log(campaign: Any, results: Results) -> Any:
    from bo_loop.web.results_table import table_of

    said = {name: getattr(results, name) for name in ("method", "date", "note")}
    name, content = table_of(results.source, results.rows)
    return campaign.log(
        name,
        content=content,
        replicate=results.replicate,
        confirm=results.confirm,
        operator=results.operator or None,
        **said,
    )


def _check(campaign: Any, results: Results) -> Any:
    from bo_loop.web.results_table import table_of

    name, content = table_of(results.source, results.rows)
    return campaign.check(name, content=content, replicate=results.replicate)
