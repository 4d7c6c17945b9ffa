"""DAGs with real rows, whose tasks run in this process."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from tests_common.running import run_instance

__all__ = ["DagMaker"]


class DagMaker:
    """``with dag_maker(...): ...`` makes a DAG; then ``create_dagrun`` and ``run_ti``."""

    def __init__(self, module: ModuleType) -> None:
        from airflow import settings

        self._module = module
        self.session: Any = settings.Session()
        self.dag: Any = None
        self.dag_run: Any = None
        self.start_date: Any = None
        self.serialized_model: Any = None
        self._serialized: Any = None

    def __call__(
        self,
        dag_id: str = "test_dag",
        schedule: Any = timedelta(days=1),
        *,
        session: Any = None,
        serialized: bool = False,
        **options: Any,
    ) -> DagMaker:
        from airflow.sdk import DAG, timezone

        self.session = session or self.session
        defaults = options.get("default_args") or {}
        self.start_date = (
            options.pop("start_date", None)
            or defaults.get("start_date")
            or getattr(self._module, "DEFAULT_DATE", None)
            or timezone.datetime(2016, 1, 1)
        )
        self.dag = DAG(dag_id, schedule=schedule, start_date=self.start_date, **options)
        self.dag.fileloc = str(self._module.__file__)
        self.dag.relative_fileloc = Path(self.dag.fileloc).name
        return self

    def __enter__(self) -> Any:
        self.dag.__enter__()
        return self.dag

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        self.dag.__exit__(kind, value, trace)
        if kind is None:
            self._write()

    def _write(self) -> None:
        """Write the DAG to the database, as the DAG processor does."""
        from airflow.models.dagbundle import DagBundleModel
        from airflow.models.serialized_dag import SerializedDagModel
        from airflow.serialization.definitions.dag import SerializedDAG
        from airflow.serialization.serialized_objects import DagSerialization, LazyDeserializedDAG

        if self.session.get(DagBundleModel, "dag_maker") is None:
            self.session.add(DagBundleModel(name="dag_maker"))
            self.session.commit()
        lazy = LazyDeserializedDAG.from_dag(self.dag)
        SerializedDAG.bulk_write_to_db("dag_maker", None, [lazy], session=self.session)
        SerializedDagModel.write_dag(
            lazy, bundle_name="dag_maker", session=self.session, min_update_interval=0
        )
        self.session.commit()
        self._serialized = DagSerialization.from_dict(lazy.data)
        self.serialized_model = SerializedDagModel.get(self.dag.dag_id, session=self.session)

    def create_dagrun(
        self, *, logical_date: Any = None, session: Any = None, **options: Any
    ) -> Any:
        """A run, with a task instance for each task."""
        from airflow.sdk import timezone
        from airflow.utils.state import DagRunState
        from airflow.utils.types import DagRunTriggeredByType, DagRunType

        self._write()
        date = timezone.coerce_datetime(logical_date or self.start_date)
        given = options.pop("data_interval", None)
        interval = given or self._serialized.timetable.infer_manual_data_interval(run_after=date)
        options = {
            "run_id": "test",
            "run_type": DagRunType.MANUAL,
            "state": DagRunState.RUNNING,
            "start_date": self.start_date,
            "triggered_by": DagRunTriggeredByType.TEST,
            "run_after": interval[-1],
            **options,
        }
        self.dag_run = self._serialized.create_dagrun(
            logical_date=date, data_interval=interval, session=self.session, **options
        )
        self.session.commit()
        self.dag_run.dag = self._serialized
        for ti in self.dag_run.task_instances:
            ti.refresh_from_task(self._serialized.get_task(ti.task_id))
        return self.dag_run

    def run_ti(
        self,
        task_id: str,
        dag_run: Any = None,
        *,
        map_index: int = -1,
        session: Any = None,
        **options: Any,
    ) -> Any:
        """Run one task instance; raises what its body raised."""

        session = session or self.session
        run = dag_run or self.create_dagrun(**options.get("dag_run_kwargs", {}))
        self.session.commit()
        ti = run.get_task_instance(task_id=task_id, map_index=map_index, session=session)
        session.commit()
        ti.refresh_from_db(session=session)
        if ti.state == "skipped":
            return ti
        run_instance(ti, self.dag.get_task(task_id))
        session.commit()
        ti.refresh_from_db(session=session)
        return ti

    def close(self) -> None:
        """Leave the session."""
        self.session.rollback()
        self.session.close()
