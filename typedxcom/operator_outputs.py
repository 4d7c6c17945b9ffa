"""Lists what the operators of Airflow's providers push, by the names of their classes.

No provider is imported for it. So it covers providers that are not installed, and the mypy plugin
can read it. The rows come from the providers' sources, in the versions that are named. A class with
a row pushes what the row says, and so does a subclass that inherits its ``execute``. Of any other
operator nothing is known. `Any` in a row means that the arguments do not decide it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias, TypedDict

__all__ = [
    "ANSWERS",
    "OUTPUTS",
    "Answer",
    "Arguments",
    "OperatorOutput",
    "ReturnOf",
    "Unsure",
    "keeps_models",
    "output_of",
    "response",
]

Arguments: TypeAlias = Callable[[str, Any], Any]
"""Returns an argument of an operator, or the default. Raises `Unsure` if instances differ."""
_Pushed: TypeAlias = Any


@functools.cache
def keeps_models() -> bool:
    """Whether an operator may push a model as it is. Before Airflow 3.3 it pushes a dict of it."""
    from importlib import metadata

    try:
        version = metadata.version("apache-airflow-task-sdk")
    except metadata.PackageNotFoundError:
        return True
    major, minor = version.split(".")[:2]
    return (int(major), int(minor)) >= (1, 3)


class Unsure(Exception):
    """An argument is known only while the task runs."""


@dataclass(frozen=True, slots=True)
class ReturnOf:
    """The operator pushes what the function in one of its arguments returns.

    Attributes:
        function: The function.
    """

    function: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """The operator pushes what a model answers, as the type in one of its arguments.

    Its library has validated the answer against that type, so the type is a promise.

    Attributes:
        type: The argument: a type, a union, or a list of types.
        is_dumped: Whether the operator pushes a pydantic model as a dict.
    """

    type: Any
    is_dumped: bool = False

    def in_airflow(self) -> Answer:
        """Returns the answer as Airflow's own tasks push it."""
        return self if keeps_models() else replace(self, is_dumped=True)


@dataclass(frozen=True, slots=True)
class OperatorOutput:
    """The type that one class of operators pushes.

    Attributes:
        source: The distribution and the version that the row was taken from.
        pushes: A type, or a function that returns it for the arguments of an operator.
        methods: The methods that decide it. The row does not hold for a subclass that overrides
            one of them.
    """

    source: str
    pushes: _Pushed | Callable[[Arguments], _Pushed]
    methods: tuple[str, ...] = ("execute", "execute_complete")

    def of(self, arguments: Arguments) -> _Pushed:
        """Returns the type for these arguments; `Any` if they do not decide it."""
        try:
            if not arguments("do_xcom_push", True):
                return Any
            return self.pushes(arguments) if _depends(self.pushes) else self.pushes
        except Unsure:
            return Any


def output_of(mro: tuple[tuple[str, Mapping[str, Any]], ...]) -> OperatorOutput | None:
    """Returns the row of a class of operators, or None.

    Args:
        mro: The classes in their order of resolution: full name, and the names in the own body.
    """
    own: set[str] = set()
    for name, body in mro:
        row = OUTPUTS.get(name)
        if row is not None:
            return row if own.isdisjoint(row.methods) else None
        own.update(body)
    return None


def _depends(pushes: _Pushed) -> bool:
    return getattr(pushes, "__module__", "") == __name__ and callable(pushes)


def _bash(given: Arguments) -> _Pushed:
    processor = given("output_processor", None)
    is_own = processor is not None and not _is_airflows(processor)
    return Any if is_own else str


def _is_airflows(function: Any) -> bool:
    return str(getattr(function, "__module__", "")).startswith("airflow.")


def _function(given: Arguments) -> _Pushed:
    return ReturnOf(given("python_callable", None))


def _http(given: Arguments) -> _Pushed:
    if given("response_filter", None) is not None:
        return ReturnOf(given("response_filter", None))
    if given("pagination_function", None) is None:
        return str
    return Any if given("deferrable", False) else list[str]


def _query(given: Arguments) -> _Pushed:
    """Returns the type of the rows of a query, or of a list of them for several queries."""
    processor = given("_output_processor", None) or given("output_processor", None)
    handler = given("handler", None)
    is_all = getattr(handler, "__name__", "") == "fetch_all_handler" and _is_airflows(handler)
    if not is_all or (processor is not None and not _is_airflows(processor)):
        return Any
    sql, split = given("sql", None), given("split_statements", None)
    if not isinstance(sql, (str, list, tuple)):
        return Any
    is_last = given("return_last", True) or split is False
    return list[Any] | None if isinstance(sql, str) and is_last else list[Any]


def _docker(given: Arguments) -> _Pushed:
    if given("retrieve_output", False):
        return Any
    return list[str] | None if given("xcom_all", False) else str | None


def _answer(given: Arguments) -> _Pushed:
    return Answer(given("output_type", str), given("serialize_output", False))


def _chosen(given: Arguments) -> _Pushed:
    """Returns the ids of tasks that a language model chose."""
    return list[str] if given("allow_multiple_branches", False) else str


def response(given: Arguments) -> _Pushed:
    """Returns what a person answered in a form."""
    fields = {
        "chosen_options": list[_one_of(_texts(given, "options", ["OK"]))],  # type: ignore[misc]
        "params_input": _form(given),
        "responded_at": datetime,
        "responded_by_user": dict[str, Any] | None,
    }
    return TypedDict("Response", fields)  # type: ignore[operator]


def _approval(given: Arguments) -> _Pushed:
    def fixed(name: str, default: Any) -> Any:
        return ["Approve", "Reject"] if name == "options" else given(name, default)

    return response(fixed)


def _branches(given: Arguments) -> _Pushed:
    """Returns the ids of tasks that a person chose."""
    options = _texts(given, "options", [])
    try:
        named = given("options_mapping", None) or {}
    except Unsure:
        return list[str]
    return list[_one_of([named.get(one, one) for one in options])]  # type: ignore[misc]


def _texts(given: Arguments, name: str, default: list[str]) -> list[str]:
    """Returns the texts in an argument; none if they are not known."""
    try:
        found = given(name, default)
    except Unsure:
        return []
    is_known = isinstance(found, (list, tuple)) and all(type(one) is str for one in found)
    return list(found) if is_known else []


def _one_of(texts: list[str]) -> _Pushed:
    return Literal[tuple(texts)] if texts else str


def _form(given: Arguments) -> _Pushed:
    """Returns the fields of a form. A person may leave them out."""
    try:
        params = given("params", None) or {}
        fields = {name: _field(params, name) for name in params}
    except Unsure:
        return dict[str, Any]
    return TypedDict("Form", fields, total=False) if fields else dict[str, Any]  # type: ignore[operator]


def _field(params: Any, name: str) -> _Pushed:
    param = params.get_param(name) if hasattr(params, "get_param") else params[name]
    kind = getattr(param, "schema", {}).get("type")
    return _JSON_TYPES.get(kind, Any) if isinstance(kind, str) else Any


_JSON_TYPES = {
    "string": str,
    "integer": int,
    "number": int | float,
    "boolean": bool,
    "array": list[Any],
    "object": dict[str, Any],
}


def _unless_deferred(pushed: _Pushed) -> Callable[[Arguments], _Pushed]:
    """Returns *pushed*, or `Any` if the operator defers: then it pushes something else."""

    def pushes(given: Arguments) -> _Pushed:
        return Any if given("deferrable", False) else pushed

    return pushes


def _rows(distribution: str, version: str, module: str, **pushed: _Pushed) -> _Table:
    source = f"apache-airflow-providers-{distribution} {version}"
    return {
        f"airflow.providers.{module}.{name}": OperatorOutput(source, pushes)
        for name, pushes in pushed.items()
    }


_Table: TypeAlias = dict[str, OperatorOutput]
_ID = str | None  # the id of what was started

_STANDARD = ("standard", "1.21.0")
_SQL = ("common-sql", "2.4.0")
_AMAZON = ("amazon", "9.39.0")
_AI = ("common-ai", "1.0.0")
_GOOGLE = ("google", "22.8.0")

OUTPUTS: _Table = {
    **_rows(*_STANDARD, "standard.operators.bash", BashOperator=_bash),
    **_rows(*_STANDARD, "standard.operators.empty", EmptyOperator=None),
    **_rows(*_STANDARD, "standard.operators.latest_only", LatestOnlyOperator=list[str]),
    **_rows(*_STANDARD, "standard.operators.trigger_dagrun", TriggerDagRunOperator=None),
    **_rows(
        *_STANDARD,
        "standard.operators.hitl",
        HITLOperator=response,
        ApprovalOperator=_approval,
        HITLBranchOperator=_branches,
        HITLEntryOperator=response,
    ),
    **_rows(
        *_STANDARD,
        "standard.operators.python",
        PythonOperator=_function,
        BranchPythonOperator=_function,
        ShortCircuitOperator=_function,
        PythonVirtualenvOperator=_function,
        BranchPythonVirtualenvOperator=_function,
        ExternalPythonOperator=_function,
        BranchExternalPythonOperator=_function,
    ),
    "airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator": OperatorOutput(
        "apache-airflow-providers-common-sql 2.4.0",
        _query,
        ("execute", "execute_complete", "_process_output", "_should_run_output_processing"),
    ),
    **_rows(
        *_SQL,
        "common.sql.operators.sql",
        SQLColumnCheckOperator=None,
        SQLTableCheckOperator=None,
        SQLCheckOperator=None,
        SQLValueCheckOperator=None,
        SQLIntervalCheckOperator=None,
        SQLThresholdCheckOperator=None,
        SQLInsertRowsOperator=None,
    ),
    **_rows(*_SQL, "common.sql.operators.analytics", AnalyticsOperator=str),
    **_rows(*_AI, "common.ai.operators.agent", AgentOperator=_answer),
    **_rows(*_AI, "common.ai.operators.llm", LLMOperator=_answer),
    **_rows(*_AI, "common.ai.operators.llm_file_analysis", LLMFileAnalysisOperator=_answer),
    **_rows(*_AI, "common.ai.operators.llm_branch", LLMBranchOperator=_chosen),
    **_rows(*_AI, "common.ai.operators.llm_sql", LLMSQLQueryOperator=str),
    **_rows(
        *_AI, "common.ai.operators.llm_schema_compare", LLMSchemaCompareOperator=dict[str, Any]
    ),
    **_rows(*_AI, "common.ai.operators.llm_batch", LLMBatchOperator=dict[str, Any]),
    **_rows(
        *_AI, "common.ai.operators.document_loader", DocumentLoaderOperator=list[dict[str, Any]]
    ),
    **_rows(
        *_AI, "common.ai.operators.llamaindex_embedding", LlamaIndexEmbeddingOperator=dict[str, Any]
    ),
    **_rows(
        *_AI, "common.ai.operators.llamaindex_retrieval", LlamaIndexRetrievalOperator=dict[str, Any]
    ),
    **_rows("http", "6.3.0", "http.operators.http", HttpOperator=_http),
    **_rows(
        *_AMAZON,
        "amazon.aws.operators.s3",
        S3ListOperator=list[str],
        S3ListPrefixesOperator=list[str],
        S3ReadObjectOperator=str,
        S3CreateBucketOperator=None,
        S3DeleteBucketOperator=None,
        S3CopyObjectOperator=None,
        S3CreateObjectOperator=None,
        S3DeleteObjectsOperator=None,
        S3FileTransformOperator=None,
    ),
    **_rows(*_AMAZON, "amazon.aws.operators.athena", AthenaOperator=_ID),
    **_rows(*_AMAZON, "amazon.aws.operators.batch", BatchOperator=_ID),
    **_rows(*_AMAZON, "amazon.aws.operators.glue", GlueJobOperator=_ID),
    **_rows(*_AMAZON, "amazon.aws.operators.glue_crawler", GlueCrawlerOperator=str),
    **_rows(
        *_AMAZON,
        "amazon.aws.operators.emr",
        EmrAddStepsOperator=_unless_deferred(list[str]),
        EmrContainerOperator=_ID,
        EmrCreateJobFlowOperator=_ID,
        EmrModifyClusterOperator=int,
        EmrServerlessCreateApplicationOperator=_ID,
        EmrServerlessStartJobOperator=_ID,
    ),
    **_rows(*_AMAZON, "amazon.aws.operators.lambda_function", LambdaInvokeFunctionOperator=str),
    **_rows(
        *_AMAZON,
        "amazon.aws.operators.sagemaker",
        SageMakerProcessingOperator=dict[str, Any],
        SageMakerEndpointConfigOperator=dict[str, Any],
        SageMakerEndpointOperator=dict[str, Any],
        SageMakerTransformOperator=dict[str, Any],
        SageMakerTuningOperator=dict[str, Any],
        SageMakerModelOperator=dict[str, Any],
        SageMakerTrainingOperator=dict[str, Any],
    ),
    **_rows(*_AMAZON, "amazon.aws.operators.sns", SnsPublishOperator=dict[str, Any]),
    **_rows(*_AMAZON, "amazon.aws.operators.sqs", SqsPublishOperator=dict[str, Any]),
    **_rows(*_AMAZON, "amazon.aws.operators.step_function", StepFunctionStartExecutionOperator=_ID),
    **_rows(*_AMAZON, "amazon.aws.transfers.sql_to_s3", SqlToS3Operator=None),
    **_rows(*_AMAZON, "amazon.aws.transfers.s3_to_redshift", S3ToRedshiftOperator=None),
    **_rows(*_AMAZON, "amazon.aws.transfers.redshift_to_s3", RedshiftToS3Operator=None),
    **_rows(
        *_GOOGLE,
        "google.cloud.operators.gcs",
        GCSListObjectsOperator=list[str],
        GCSCreateBucketOperator=None,
        GCSDeleteBucketOperator=None,
        GCSDeleteObjectsOperator=None,
        GCSFileTransformOperator=None,
    ),
    **_rows(
        *_GOOGLE,
        "google.cloud.operators.bigquery",
        BigQueryGetDataOperator=list[Any],
        BigQueryInsertJobOperator=_ID,
        BigQueryGetDatasetOperator=dict[str, Any],
        BigQueryGetDatasetTablesOperator=list[dict[str, Any]],
        BigQueryDeleteTableOperator=None,
        BigQueryDeleteDatasetOperator=None,
        BigQueryCreateEmptyDatasetOperator=None,
        BigQueryCheckOperator=None,
        BigQueryValueCheckOperator=None,
        BigQueryIntervalCheckOperator=None,
        BigQueryColumnCheckOperator=None,
        BigQueryTableCheckOperator=None,
    ),
    **_rows(
        *_GOOGLE,
        "google.cloud.operators.dataproc",
        DataprocCreateClusterOperator=dict[str, Any] | None,
        DataprocDeleteClusterOperator=None,
        DataprocSubmitJobOperator=_ID,
        DataprocJobBaseOperator=_ID,
        DataprocCreateBatchOperator=_unless_deferred(dict[str, Any]),
    ),
    **_rows(
        *_GOOGLE,
        "google.cloud.operators.cloud_run",
        CloudRunExecuteJobOperator=dict[str, Any],
        CloudRunListJobsOperator=list[dict[str, Any]],
    ),
    **_rows(
        *_GOOGLE,
        "google.cloud.operators.pubsub",
        PubSubCreateSubscriptionOperator=str,
        PubSubPullOperator=list[Any],
    ),
    **_rows(
        "snowflake",
        "6.20.0",
        "snowflake.operators.snowpark_containers",
        SnowparkContainerJobOperator=str,
    ),
    **_rows("snowflake", "6.20.0", "snowflake.operators.snowpark", SnowparkOperator=_function),
    **_rows(
        "databricks", "7.23.0", "databricks.operators.databricks", DatabricksCreateJobsOperator=int
    ),
    **_rows(
        "databricks",
        "7.23.0",
        "databricks.operators.databricks_repos",
        DatabricksReposUpdateOperator=str,
        DatabricksReposDeleteOperator=None,
    ),
    **_rows(
        "cncf-kubernetes",
        "10.25.0",
        "cncf.kubernetes.operators.pod_exec",
        KubernetesPodExecOperator=_ID,
    ),
    **_rows(
        "cncf-kubernetes",
        "10.25.0",
        "cncf.kubernetes.operators.job",
        KubernetesPatchJobOperator=dict[str, Any],
        KubernetesDeleteJobOperator=None,
    ),
    **_rows(
        "cncf-kubernetes",
        "10.25.0",
        "cncf.kubernetes.operators.resource",
        KubernetesCreateResourceOperator=None,
        KubernetesDeleteResourceOperator=None,
    ),
    **_rows("docker", "4.6.1", "docker.operators.docker", DockerOperator=_docker),
    **_rows("docker", "4.6.1", "docker.operators.docker_swarm", DockerSwarmOperator=None),
    **_rows(
        "dbt-cloud",
        "4.11.1",
        "dbt.cloud.operators.dbt",
        DbtCloudRunJobOperator=int,
        DbtCloudGetJobRunArtifactOperator=str,
        DbtCloudListJobsOperator=list[int],
    ),
}

# What the decorators of the same provider push: the name behind ``@task.``, and the row.
ANSWERS: dict[str, OperatorOutput] = {
    word: OUTPUTS[f"airflow.providers.common.ai.operators.{module}"]
    for word, module in {
        "agent": "agent.AgentOperator",
        "llm": "llm.LLMOperator",
        "llm_batch": "llm_batch.LLMBatchOperator",
        "llm_branch": "llm_branch.LLMBranchOperator",
        "llm_file_analysis": "llm_file_analysis.LLMFileAnalysisOperator",
        "llm_schema_compare": "llm_schema_compare.LLMSchemaCompareOperator",
        "llm_sql": "llm_sql.LLMSQLQueryOperator",
    }.items()
}
