"""Files of a campaign that the page links to: forms, the report, the ranked pool."""

from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles

from bo_loop.web import texts
from bo_loop.web.desk import Desk

_STATIC = Path(__file__).parents[1] / "static"
_VIEWER = Path(__file__).parents[2] / "report" / "viewer"


def add(app: FastAPI, desk: Desk) -> None:
    """Add the routes."""
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.mount("/viewer", StaticFiles(directory=_VIEWER))

    def path_of(name: str) -> Path:
        if not desk.has(name):
            raise HTTPException(404, texts.NO_CAMPAIGN.format(name=name))
        return desk.path(name)

    @app.get("/files/{name}/form/{number}", include_in_schema=False)
    def form(name: str, number: int) -> FileResponse:
        from bo_loop.campaign.views.folder import FORM, round_folder

        found = (round_folder(path_of(name), number) / FORM).with_suffix(".xlsx")
        if not found.is_file() or found.is_symlink():
            raise HTTPException(404, texts.NO_FILE)
        return FileResponse(found, filename=f"{name}-round-{number}.xlsx")

    @app.get("/files/{name}/report.html", include_in_schema=False)
    def report(name: str) -> FileResponse:
        found = path_of(name) / "report.html"
        if not found.is_file() or found.is_symlink():
            raise HTTPException(404, texts.NO_FILE)
        return FileResponse(found, media_type="text/html; charset=utf-8")

    @app.get("/files/{name}/ranking.csv", include_in_schema=False)
    def ranking(name: str) -> Response:
        import pandas as pd

        from bo_loop.campaign.views.sheets import ranking_table
        from bo_loop.data.writing import csv_bytes

        path_of(name)
        job = desk.jobs.of(name, "rank")
        if job is None or job.result is None:
            raise HTTPException(404, texts.NOT_RANKED)
        table = ranking_table(pd.DataFrame(job.result["rows"]))
        name_of = {"content-disposition": 'attachment; filename="ranking.csv"'}
        return Response(csv_bytes(table), media_type="text/csv; charset=utf-8", headers=name_of)
