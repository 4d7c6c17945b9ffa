# Made by stubs/generate.py from Apache Airflow's own file.
from airflow.sdk.api.datamodels._generated import (
    DagRunState as DagRunState,
    TaskInstanceState as TaskInstanceState,
    TriggerRule as TriggerRule,
    WeightRule as WeightRule,
)
from airflow.sdk.bases.branch import (
    BaseBranchOperator as BaseBranchOperator,
    BranchMixIn as BranchMixIn,
)
from airflow.sdk.bases.hook import (
    BaseHook as BaseHook,
)
from airflow.sdk.bases.notifier import (
    BaseNotifier as BaseNotifier,
)
from airflow.sdk.bases.operator import (
    BaseAsyncOperator as BaseAsyncOperator,
    BaseOperator as BaseOperator,
    chain as chain,
    chain_linear as chain_linear,
    cross_downstream as cross_downstream,
)
from airflow.sdk.bases.operatorlink import (
    BaseOperatorLink as BaseOperatorLink,
)
from airflow.sdk.bases.resumablejobmixin import (
    ResumableJobMixin as ResumableJobMixin,
)
from airflow.sdk.bases.sensor import (
    BaseSensorOperator as BaseSensorOperator,
    PokeReturnValue as PokeReturnValue,
)
from airflow.sdk.bases.skipmixin import (
    SkipMixin as SkipMixin,
)
from airflow.sdk.bases.xcom import (
    BaseXCom as BaseXCom,
)
from airflow.sdk.configuration import (
    AirflowSDKConfigParser as AirflowSDKConfigParser,
)
from airflow.sdk.definitions.asset import (
    Asset as Asset,
    AssetAlias as AssetAlias,
    AssetAll as AssetAll,
    AssetAny as AssetAny,
    AssetWatcher as AssetWatcher,
)
from airflow.sdk.definitions.asset.access_control import (
    AssetAccessControl as AssetAccessControl,
)
from airflow.sdk.definitions.asset.decorators import (
    asset as asset,
)
from airflow.sdk.definitions.asset.metadata import (
    Metadata as Metadata,
)
from airflow.sdk.definitions.callback import (
    AsyncCallback as AsyncCallback,
    SyncCallback as SyncCallback,
)
from airflow.sdk.definitions.connection import (
    Connection as Connection,
)
from airflow.sdk.definitions.context import (
    Context as Context,
    get_current_context as get_current_context,
    get_parsing_context as get_parsing_context,
)
from airflow.sdk.definitions.dag import (
    DAG as DAG,
)
from airflow.sdk.definitions.deadline import (
    DeadlineAlert as DeadlineAlert,
    DeadlineReference as DeadlineReference,
)
from airflow.sdk.definitions.decorators import (
    task as task,
)
from airflow.sdk.definitions.edges import (
    EdgeModifier as EdgeModifier,
    Label as Label,
)
from airflow.sdk.definitions.loop import (
    LoopDecision as LoopDecision,
)
from airflow.sdk.definitions.param import (
    Param as Param,
)
from airflow.sdk.definitions.partition_mappers.allowed_key import (
    AllowedKeyMapper as AllowedKeyMapper,
)
from airflow.sdk.definitions.partition_mappers.base import (
    PartitionMapper as PartitionMapper,
    RollupMapper as RollupMapper,
)
from airflow.sdk.definitions.partition_mappers.chain import (
    ChainMapper as ChainMapper,
)
from airflow.sdk.definitions.partition_mappers.fixed_key import (
    FixedKeyMapper as FixedKeyMapper,
)
from airflow.sdk.definitions.partition_mappers.identity import (
    IdentityMapper as IdentityMapper,
)
from airflow.sdk.definitions.partition_mappers.product import (
    ProductMapper as ProductMapper,
)
from airflow.sdk.definitions.partition_mappers.temporal import (
    FanOutMapper as FanOutMapper,
    StartOfDayMapper as StartOfDayMapper,
    StartOfHourMapper as StartOfHourMapper,
    StartOfMonthMapper as StartOfMonthMapper,
    StartOfQuarterMapper as StartOfQuarterMapper,
    StartOfWeekMapper as StartOfWeekMapper,
    StartOfYearMapper as StartOfYearMapper,
)
from airflow.sdk.definitions.partition_mappers.wait_policy import (
    MinimumCount as MinimumCount,
    WaitForAll as WaitForAll,
    WaitPolicy as WaitPolicy,
)
from airflow.sdk.definitions.partition_mappers.window import (
    DayWindow as DayWindow,
    HourWindow as HourWindow,
    MonthWindow as MonthWindow,
    QuarterWindow as QuarterWindow,
    SegmentWindow as SegmentWindow,
    WeekWindow as WeekWindow,
    Window as Window,
    YearWindow as YearWindow,
)
from airflow.sdk.definitions.retry_policy import (
    ChainRetryPolicy as ChainRetryPolicy,
    ExceptionRetryPolicy as ExceptionRetryPolicy,
    RetryAction as RetryAction,
    RetryDecision as RetryDecision,
    RetryPolicy as RetryPolicy,
    RetryRule as RetryRule,
)
from airflow.sdk.definitions.taskgroup import (
    TaskGroup as TaskGroup,
)
from airflow.sdk.definitions.template import (
    literal as literal,
)
from airflow.sdk.definitions.timetables.assets import (
    AssetAndTimeSchedule as AssetAndTimeSchedule,
    AssetOrTimeSchedule as AssetOrTimeSchedule,
    AssetTriggeredTimetable as AssetTriggeredTimetable,
    PartitionedAssetTimetable as PartitionedAssetTimetable,
    PartitionedAtRuntime as PartitionedAtRuntime,
)
from airflow.sdk.definitions.timetables.events import (
    EventsTimetable as EventsTimetable,
)
from airflow.sdk.definitions.timetables.interval import (
    CronDataIntervalTimetable as CronDataIntervalTimetable,
    DeltaDataIntervalTimetable as DeltaDataIntervalTimetable,
)
from airflow.sdk.definitions.timetables.trigger import (
    CronPartitionTimetable as CronPartitionTimetable,
    CronTriggerTimetable as CronTriggerTimetable,
    DeltaTriggerTimetable as DeltaTriggerTimetable,
    MultipleCronTriggerTimetable as MultipleCronTriggerTimetable,
)
from airflow.sdk.definitions.variable import (
    Variable as Variable,
)
from airflow.sdk.definitions.xcom_arg import (
    XComArg as XComArg,
)
from airflow.sdk.execution_time import (
    macros as macros,
)
from airflow.sdk.execution_time.cache import (
    SecretCache as SecretCache,
)
from airflow.sdk.execution_time.context import (
    NEVER_EXPIRE as NEVER_EXPIRE,
)
from airflow.sdk.io.path import (
    ObjectStoragePath as ObjectStoragePath,
)
from typedxcom_types import (
    dag as dag,
    result as result,
    setup as setup,
    task_group as task_group,
    teardown as teardown,
)

__version__: str
conf: AirflowSDKConfigParser
