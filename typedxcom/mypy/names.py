"""Full names that the plugin looks for, and names of the notes that it puts on types."""

from __future__ import annotations

from typing import Final

__all__: list[str] = []

PUBLIC: Final = "typedxcom_types"
XCOMARG: Final = f"{PUBLIC}.XComArg"
MAPPED: Final = f"{PUBLIC}.MappedXComArg"
DERIVED: Final = f"{PUBLIC}.DerivedXComArg"
KEYED: Final = f"{PUBLIC}.KeyedXComArg"
RENAMED: Final = f"{PUBLIC}.RenamedXComArg"
RENAMED_MAPPED: Final = f"{PUBLIC}.RenamedMappedXComArg"
OPEN: Final = (RENAMED, RENAMED_MAPPED)  # classes that fit anything
OUTPUTS: Final = (XCOMARG, MAPPED, DERIVED, KEYED, RENAMED, RENAMED_MAPPED)
REFUSED: Final = f"{PUBLIC}.Refused"
AWAIT: Final = f"{PUBLIC}.RefusedAwait"
# The stub tests this name. mypy finds it true if the plugin is loaded.
LOADED: Final = "TYPEDXCOM_PLUGIN"
TABLE: Final = "typedxcom.tables.annotations.Table"
PUBLIC_TABLE: Final = "typedxcom._public.Table"
UPCAST: Final = "typedxcom._public.upcast"
TYPED_OUTPUT: Final = f"{PUBLIC}.typed_output"
TABLES: Final = (TABLE, "typedxcom.tables.lazy.LazyTable")
FILE: Final = "typedxcom.stored.file.File"
LOOP: Final = "typedxcom.loops.Loop"
TASK: Final = f"{PUBLIC}.Task"
DECORATOR: Final = f"{PUBLIC}.TaskDecorator"
DECORATORS: Final = f"{PUBLIC}.TaskDecoratorCollection"
MARK: Final = f"{PUBLIC}.TaskMark"
KEY: Final = f"{PUBLIC}.XComKey"
CONTRACT: Final = f"{PUBLIC}.contract"
CONTRACT_DECORATOR: Final = f"{PUBLIC}.ContractDecorator"
GROUP: Final = f"{PUBLIC}.TaskGroupFactory"
GROUP_DECORATOR: Final = f"{PUBLIC}.TaskGroupDecorator"
GROUP_FUNCTION: Final = f"{PUBLIC}.task_group"
DAG_DECORATOR: Final = f"{PUBLIC}.DagDecorator"
DAG_FUNCTION: Final = f"{PUBLIC}.dag"
PLAIN_DAG_DECORATOR: Final = f"{PUBLIC}.PlainDagDecorator"
DAG_MADE: Final = f"{PUBLIC}.DagFunction"
TRIGGER: Final = f"{PUBLIC}.Trigger"
FORM: Final = f"{PUBLIC}.ModelForm"
FORM_PARTIAL: Final = f"{PUBLIC}.FormPartial"
CONDITION: Final = f"{PUBLIC}.Condition"

SDK: Final = "airflow.sdk"
SDK_XCOMARG: Final = f"{SDK}.definitions.xcom_arg.XComArg"
SDK_TASK: Final = f"{SDK}.bases.decorator.Task"
SDK_TASK_IMPL: Final = f"{SDK}.bases.decorator._TaskDecorator"
SDK_DECORATOR: Final = f"{SDK}.bases.decorator.TaskDecorator"
SDK_DECORATORS: Final = f"{SDK}.definitions.decorators.TaskDecoratorCollection"
SDK_RESULT: Final = f"{SDK}.definitions.decorators.result"
SDK_SETUP: Final = f"{SDK}.definitions.decorators.setup"
SDK_TEARDOWN: Final = f"{SDK}.definitions.decorators.teardown"
SDK_SETUP_IMPL: Final = f"{SDK}.definitions.decorators.setup_teardown.setup_task"
SDK_TEARDOWN_IMPL: Final = f"{SDK}.definitions.decorators.setup_teardown.teardown_task"
SDK_GROUP_FUNCTION: Final = f"{SDK}.definitions.decorators.task_group.task_group"
SDK_GROUP: Final = f"{SDK}.definitions.decorators.task_group._TaskGroupFactory"
SDK_TASKS: Final = (f"{SDK_TASK}.", f"{SDK_TASK_IMPL}.", f"{SDK_GROUP}.", f"{SDK_DECORATORS}.")
SDK_DAG_FUNCTION: Final = f"{SDK}.definitions.dag.dag"
SDK_DAG: Final = f"{SDK}.definitions.dag.DAG"
SDK_NODE: Final = f"{SDK}.definitions._internal.node.DAGNode"
SDK_DEPENDENCY: Final = f"{SDK}.definitions._internal.mixins.DependencyMixin"
SDK_PARAM: Final = f"{SDK}.definitions.param.Param"
SDK_INSTANCES: Final = (
    f"{SDK}.types.RuntimeTaskInstanceProtocol",
    f"{SDK}.execution_time.task_runner.RuntimeTaskInstance",
    "airflow.models.taskinstance.TaskInstance",
)
SDK_CONTEXT: Final = f"{SDK}.definitions.context.Context"
SDK_OPERATOR: Final = f"{SDK}.bases.operator.BaseOperator"
SDK_OPERATOR_PARTIAL: Final = f"{SDK}.definitions.mappedoperator.OperatorPartial"
SDK_MAPPED_OPERATOR: Final = f"{SDK}.definitions.mappedoperator.MappedOperator"
NOT_SET: Final = (
    f"{SDK}.definitions._internal.types.ArgNotSet",
    "airflow.serialization.definitions.notset.ArgNotSet",  # from Airflow 3.2 on
)
SDK_METADATA: Final = f"{SDK}.definitions.asset.metadata.Metadata"
SDK_LOOP: Final = f"{SDK}.execution_time.loop.LoopContextAccessor"
SDK_POKE: Final = f"{SDK}.bases.sensor.PokeReturnValue"
SDK_LAZY_SEQUENCE: Final = f"{SDK}.execution_time.lazy_sequence.LazyXComSequence"

# What the sub-decorators do. A test compares this with `typedxcom.airflow.decorator_kinds`.
BRANCHES: Final = frozenset({"branch", "branch_virtualenv", "branch_external_python"})
COMMANDS: Final = frozenset({"bash", "sql"})  # the function returns a text, and Airflow runs that
# The function returns a prompt. Readers get the answer, by the row in `operator_outputs.ANSWERS`.
PROMPTS: Final = frozenset({"agent", "llm", "llm_branch", "llm_schema_compare", "llm_sql"})
TEXT_PROMPTS: Final = frozenset({"llm_file_analysis"})  # a text only
BATCHES: Final = frozenset({"llm_batch"})  # a list of prompts
ANSWERS: Final = PROMPTS | TEXT_PROMPTS | BATCHES
# Readers of these get what the function returns.
RUNS_FUNCTION: Final = BRANCHES | frozenset(
    {"python", "short_circuit", "virtualenv", "external_python", "stub"}
    | {"docker", "kubernetes", "pyspark", "snowpark"}
)

# Airflow's Context declares these too, but no running task gets them. The same names are in
# `typedxcom.airflow.private`.
CALLBACK_KEYS: Final = frozenset(
    {"exception", "reason", "expanded_ti_count", "start_date", "test_mode", "try_number"}
)
# Kinds whose function gets Airflow's context in addition to the arguments.
MERGES_CONTEXT: Final = (RUNS_FUNCTION - frozenset({"docker", "kubernetes", "stub"})) | frozenset(
    {"bash", "bash_processed", "sensor", "sql", "analytics", "kubernetes_cmd"} | ANSWERS
)

# What these kinds take in addition to every operator's arguments, as in the installed provider.
STANDARD_KINDS: Final = BRANCHES | frozenset(
    {"python", "short_circuit", "virtualenv", "external_python", "sensor", "bash"}
    | {"bash_processed"}
)
STANDARD_SETTINGS: Final = frozenset(
    {"append_env", "bash_command", "context", "cwd", "env", "env_vars", "expect_airflow"}
    | {"expect_pendulum", "exponential_backoff", "format", "ignore_downstream_trigger_rules"}
    | {"index_urls", "index_urls_from_connection_ids", "inherit_env", "inputs"}
    | {"kwargs_to_upstream", "max_wait", "mode", "multiple_outputs", "never_fail", "op_args"}
    | {"op_kwargs", "output", "output_encoding", "output_processor", "pip_install_options"}
    | {"poke_interval", "preview", "python", "python_callable", "python_version", "requirements"}
    | {"serializer", "show_return_value_in_logs", "silent_fail", "skip_on_exit_code"}
    | {"soft_fail", "store", "string_args", "system_site_packages", "templates_dict"}
    | {"templates_exts", "timeout", "use_dill", "venv_cache_path"}
)

# Used only if Airflow's Context cannot be found in the build.
CONTEXT_KEYS: Final = frozenset(
    [
        "conn",
        "conf",
        "dag",
        "dag_run",
        "data_interval_end",
        "data_interval_start",
        "outlet_events",
        "ds",
        "ds_nodash",
        "inlets",
        "inlet_events",
        "logical_date",
        "macros",
        "map_index_template",
        "outlets",
        "params",
        "prev_data_interval_start_success",
        "prev_data_interval_end_success",
        "prev_start_date_success",
        "prev_end_date_success",
        "run_id",
        "task",
        "task_reschedule_count",
        "task_instance",
        "task_instance_key_str",
        "templates_dict",
        "ti",
        "triggering_asset_events",
        "ts",
        "ts_nodash",
        "ts_nodash_with_tz",
        "var",
    ]
)
