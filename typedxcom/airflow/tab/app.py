"""Answers the tabs' requests: for the module that draws them, XComs, and contracts.

Users who may see the DAG's XComs in Airflow may send them. No store is opened, and no code of DAG
authors runs: the tabs show only what is in the database, written by workers and when the DAG was
parsed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typedxcom.airflow.tab.before import changes
from typedxcom.airflow.tab.contracts import contract_in, contracts_of
from typedxcom.airflow.tab.entries import entries_of, run_before
from typedxcom.airflow.tab.shown import shown_entries

__all__ = ["make_app"]

_FILES = {"tab.js": "text/javascript", "logo.svg": "image/svg+xml"}
_ASKED_AGAIN = {"Cache-Control": "no-cache"}  # a new release has the same address
_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def make_app() -> Any:
    """Returns the app. Airflow mounts it."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.common.db.common import SessionDep
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends, FastAPI
    from fastapi.responses import FileResponse, JSONResponse

    app = FastAPI(title="Typed XCom", docs_url=None, redoc_url=None, openapi_url=None)
    may_see = requires_access_dag(method="GET", access_entity=DagAccessEntity.XCOM)

    def add_file(name: str, media_type: str) -> None:
        path = Path(__file__).with_name(name)

        def file() -> FileResponse:
            return FileResponse(path, media_type=media_type, headers=_ASKED_AGAIN)

        app.get(f"/{name}")(file)

    def xcoms(
        session: Any, dag_id: str, run_id: str, task_id: str, map_index: int = -1
    ) -> JSONResponse:
        found = entries_of(session, dag_id, run_id, task_id, map_index)
        earlier = run_before(session, dag_id, run_id, task_id, map_index) if found else None
        before = entries_of(session, dag_id, earlier, task_id, map_index) if earlier else []
        shown = shown_entries(found, changes(found, before) if earlier else {})
        of = contract_in(session, dag_id, task_id, run_id=run_id, map_index=map_index)
        return JSONResponse({**shown, "before": earlier, "contract": of}, headers=_PRIVATE)

    def contracts(session: Any, dag_id: str) -> JSONResponse:
        return JSONResponse(contracts_of(session, dag_id), headers=_PRIVATE)

    def contract(session: Any, dag_id: str, task_id: str) -> JSONResponse:
        return JSONResponse(contract_in(session, dag_id, task_id), headers=_PRIVATE)

    for route in (xcoms, contract, contracts):
        route.__annotations__["session"] = SessionDep  # it is imported only here
    for name, media_type in _FILES.items():
        add_file(name, media_type)
    # If a request names the DAG more than once, Airflow's check takes the path first, as this does.
    app.get("/dags/{dag_id}/xcoms", dependencies=[Depends(may_see)])(xcoms)
    app.get("/dags/{dag_id}/contract", dependencies=[Depends(may_see)])(contract)
    app.get("/dags/{dag_id}/contracts", dependencies=[Depends(may_see)])(contracts)
    return app
