"""Tells Airflow the package's name and its settings."""

from __future__ import annotations

from typing import Any

__all__ = ["get_provider_info"]


def get_provider_info() -> dict[str, Any]:
    """Provider info, so that ``airflow config list`` shows the section ``[typedxcom]``."""
    return {
        "package-name": "typedxcom",
        "name": "typedxcom",
        "description": "Typed XCom contracts and serialization.",
        "integrations": [
            {
                "integration-name": "Typed XCom",
                "logo": "/typedxcom/logo.svg",  # from the root of the API server
                "tags": ["software"],
            }
        ],
        # Airflow discovers it as an entry point. This names it as Airflow's own providers do.
        "plugins": [
            {
                "name": "typedxcom",
                "plugin-class": "typedxcom.airflow.tab.plugin.TypedXComPlugin",
            }
        ],
        "config": {
            "typedxcom": {
                "description": "How XCom values are checked and written.",
                "options": {
                    "strict": {
                        "description": (
                            "Read values by the rules of JSON: an ISO string is a datetime, but "
                            "the string 5 is not an int. If you set it to False, every parameter "
                            "is lax."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "True",
                    },
                    "mode": {
                        "description": (
                            "What happens where a contract is broken. error: the DAG file has an "
                            "import error, or the task fails. warn: both go on as with stock "
                            "Airflow, and you get a warning, a log line and the metric "
                            "typedxcom.warnings. Damaged, unsigned and forged entries, secrets "
                            "and unsafe XCom keys are errors in both."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "warn",
                        "default": "error",
                    },
                    "dag_modes": {
                        "description": (
                            "Another mode for some DAGs, as JSON: DAG id, or a pattern with *, to "
                            "mode. The first that matches counts."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": '{"billing": "error", "old_*": "warn"}',
                        "default": "",
                    },
                    "threshold": {
                        "description": (
                            "Size in bytes of JSON up to which an XCom holds plain JSON. A larger "
                            "value is stored as one text. Airflow copies a text as it is, but "
                            "walks plain JSON on every hop."
                        ),
                        "version_added": "0.1.0",
                        "type": "integer",
                        "example": None,
                        "default": "8000",
                    },
                    "store_threshold": {
                        "description": (
                            "Size in bytes of JSON above which a value goes to the store. The XCom "
                            "then holds a pointer to it."
                        ),
                        "version_added": "0.1.0",
                        "type": "integer",
                        "example": None,
                        "default": "100000",
                    },
                    "store": {
                        "description": (
                            "Where tables and large values are stored: a folder that every worker "
                            "can reach, or an object store. The default is the folder xcom under "
                            "AIRFLOW_HOME. It only works if all tasks run on one machine."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "s3://aws_default@bucket/xcom",
                        "default": "",
                    },
                    "stores": {
                        "description": (
                            "More stores, as JSON: name to address. A pointer names the store that "
                            "it was written to, so keep an old store here after you move to "
                            "another one."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": '{"archive": "s3://aws_default@old-bucket/xcom"}',
                        "default": "",
                    },
                    "deployment": {
                        "description": (
                            "A name for this deployment. All of its workers need the same name, "
                            "and no other deployment that shares a store may have it. If you set "
                            "no name, the first task that stores something makes one up and keeps "
                            "it in the Variable typedxcom_deployment."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "production",
                        "default": "",
                    },
                    "signing_key": {
                        "description": (
                            "Secrets that sign pointers, separated by commas. The first one signs, "
                            "and all of them verify. If you set a key, unsigned and altered "
                            "pointers are refused. A key that is set but empty is an error."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "sensitive": True,
                        "example": None,
                        "default": None,
                    },
                    "read_limit": {
                        "description": (
                            "How many bytes of memory it may take to read one value, as far as "
                            "that is known beforehand. A larger JSON is refused, and so is a table "
                            "that grows to more than that, however small its file is. In a stream, "
                            "each batch counts alone. The default is half of the memory that the "
                            "process may use, by its cgroup or the machine."
                        ),
                        "version_added": "0.1.0",
                        "type": "integer",
                        "example": None,
                        "default": None,
                    },
                    "cache": {
                        "description": (
                            "A folder on each worker's own disk that keeps what was read from an "
                            "object store, so that other tasks on the worker need not fetch it "
                            "again. Only one user may open it. The default is the folder "
                            "typedxcom in the user's cache folder, $XDG_CACHE_HOME or ~/.cache, "
                            "and off in a pod or container that runs one task. Set it to off if "
                            "nothing is to be kept. A store that is a folder needs no cache."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "/mnt/fast/typedxcom",
                        "default": "",
                    },
                    "cache_limit": {
                        "description": (
                            "How many bytes the cache takes at most. It also never takes more "
                            "than a tenth of the disk space that would be free without it. What "
                            "was not used for the longest time goes first."
                        ),
                        "version_added": "0.1.0",
                        "type": "integer",
                        "example": None,
                        "default": "2147483648",
                    },
                    "copy_local_objects": {
                        "description": (
                            "Copy an object of a local store before it is verified, instead of "
                            "mapping its file into memory. Then nobody who may write to the folder "
                            "can change a value that a task has verified. This costs the time and "
                            "memory of a copy."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "False",
                    },
                    "read_common_io": {
                        "description": (
                            "Follow the pointers that the XCom backend of the common.io provider "
                            "wrote. You need it as long as its XComs are still there. It only "
                            "works with XComBackend."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "False",
                    },
                    "preview": {
                        "description": (
                            "How many rows of a stored value people see on the tab Typed XCom of a "
                            "task instance, 100 at most. With 0, they see types and counts only, "
                            "and no value. With off, nothing is written for them. "
                            "@task(preview=...) overrides it."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "5",
                        "default": "off",
                    },
                    "lineage_inline": {
                        "description": (
                            "Report small values to OpenLineage too: those that are in the XCom "
                            "itself. Stored values are always reported. A dataset has the types "
                            "of a value and its size, but never the value."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "False",
                    },
                    "log_transfers": {
                        "description": (
                            "Log a line with task, store, bytes, rows and seconds for every object "
                            "that is written, or read as a whole, and a line without rows and "
                            "seconds for every read that the cache serves."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "False",
                    },
                    "sweep_grace": {
                        "description": (
                            "How long the sweep keeps an object that no XCom points to, for "
                            "example 90m, 36h, 7d or 4w. The least is 1h. Make it longer than a "
                            "task may hold an object that it has written but not yet pushed."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "7d",
                        "default": "1d",
                    },
                    "sweep_retention": {
                        "description": (
                            "Other periods for the objects of some DAGs, as JSON: DAG id to period."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": '{"billing": "90d"}',
                        "default": "",
                    },
                    "sweep_delete": {
                        "description": (
                            "Whether the bundled DAG deletes what it finds. Otherwise it only "
                            "counts."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "False",
                    },
                    "sweep_max_percent": {
                        "description": (
                            "The sweep deletes nothing if more than this percentage of a store's "
                            "old objects are orphans, and at least 100 objects. It might be "
                            "reading the wrong database. --all-orphans deletes them anyway."
                        ),
                        "version_added": "0.1.0",
                        "type": "integer",
                        "example": None,
                        "default": "50",
                    },
                    "sweep_database": {
                        "description": (
                            "The metadata database from which the sweep reads, as a SQLAlchemy "
                            "URL. On the command line the default is sql_alchemy_conn in the "
                            "section database. A task may not use that one."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "sensitive": True,
                        "example": "postgresql+psycopg2://reader:secret@db/airflow",
                        "default": "",
                    },
                    "sweep_api": {
                        "description": (
                            "The address of the REST API, if the sweep should read XComs through "
                            "it instead of the database."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "https://airflow.example.com",
                        "default": "",
                    },
                    "sweep_token": {
                        "description": (
                            "A token for the REST API. Its account must be allowed to read every "
                            "DAG."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "sensitive": True,
                        "example": None,
                        "default": "",
                    },
                    "sweep_user": {
                        "description": ("The user to get a token for, if you give no token."),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": None,
                        "default": "",
                    },
                    "sweep_password": {
                        "description": ("The password of that user."),
                        "version_added": "0.1.0",
                        "type": "string",
                        "sensitive": True,
                        "example": None,
                        "default": "",
                    },
                    "check_dags": {
                        "description": (
                            "Which DAGs are checked as a whole when they are parsed. This check "
                            "covers classic operators, task groups and plain airflow.sdk.task. The "
                            "value is typed (DAGs that use typedxcom), all, or off."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": None,
                        "default": "typed",
                    },
                },
            }
        },
    }
