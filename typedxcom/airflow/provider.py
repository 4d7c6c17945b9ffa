"""What Airflow is told about this package: its name and its settings."""

from __future__ import annotations

from typing import Any

__all__ = ["get_provider_info"]


def get_provider_info() -> dict[str, Any]:
    """Provider info, so that ``airflow config list`` shows the section ``[typedxcom]``."""
    return {
        "package-name": "typedxcom",
        "name": "typedxcom",
        "description": "Typed XCom contracts and serialization.",
        "config": {
            "typedxcom": {
                "description": "How XCom values are checked and written.",
                "options": {
                    "strict": {
                        "description": (
                            "Read values by JSON rules: an ISO string is a datetime, but the "
                            "string 5 is not an int. False reads every parameter leniently."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "True",
                    },
                    "threshold": {
                        "description": (
                            "Bytes of JSON up to which a row holds plain JSON. A larger value "
                            "is written as one text, which every hop copies instead of walking."
                        ),
                        "version_added": "0.1.0",
                        "type": "integer",
                        "example": None,
                        "default": "8000",
                    },
                    "store_threshold": {
                        "description": (
                            "Bytes of JSON above which a value goes to the store, and the row "
                            "points to it."
                        ),
                        "version_added": "0.1.0",
                        "type": "integer",
                        "example": None,
                        "default": "100000",
                    },
                    "store": {
                        "description": (
                            "Where tables and large values are stored: a folder that every worker "
                            "reaches, or an object store. The default is the folder xcom under "
                            "AIRFLOW_HOME, which only serves executors on one machine."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "s3://aws_default@bucket/xcom",
                        "default": "",
                    },
                    "stores": {
                        "description": (
                            "Further stores by name, as JSON. Pointers name the store that they "
                            "were written to: keep an old one here after a move."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": '{"archive": "s3://aws_default@old-bucket/xcom"}',
                        "default": "",
                    },
                    "deployment": {
                        "description": (
                            "A name of this deployment that no other one has which shares a "
                            "store with it, the same for all workers. Without it the Variable "
                            "typedxcom_deployment holds one, which the first task that stores "
                            "something makes."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "production",
                        "default": "",
                    },
                    "signing_key": {
                        "description": (
                            "Secrets that sign pointers, comma-separated: the first signs, all "
                            "verify. With one, unsigned or altered pointers are refused. A key "
                            "that is set and empty is an error."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "sensitive": True,
                        "example": None,
                        "default": None,
                    },
                    "read_limit": {
                        "description": (
                            "Bytes of memory that reading one value may take, as far as that is "
                            "known beforehand: a larger JSON, and a table that grows to more "
                            "however small its file is, are refused. Of a stream each batch "
                            "counts alone. By default half of the memory that the process may "
                            "use, by its cgroup or the machine."
                        ),
                        "version_added": "0.1.0",
                        "type": "integer",
                        "example": None,
                        "default": None,
                    },
                    "copy_local_objects": {
                        "description": (
                            "Copy an object of a folder before it is verified, instead of mapping "
                            "its file, so that nobody who may write to the folder can change what "
                            "a task has verified. It costs the time and memory of a copy."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "False",
                    },
                    "read_common_io": {
                        "description": (
                            "Follow the pointers that the common.io provider's XCom backend "
                            "wrote, while its rows are still there. Needs XComBackend."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "False",
                    },
                    "log_transfers": {
                        "description": (
                            "Log a line with task, store, bytes, rows and seconds for every "
                            "object that is written or read whole."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "False",
                    },
                    "sweep_grace": {
                        "description": (
                            "How long the sweep keeps an object that no row names: 90m, "
                            "36h, 7d, 4w; at least 1h. Longer than a task may hold what "
                            "it has written and not yet pushed."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "7d",
                        "default": "1d",
                    },
                    "sweep_retention": {
                        "description": (
                            "Another period for the objects of some DAGs, as JSON: DAG "
                            "id to period."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": '{"billing": "90d"}',
                        "default": "",
                    },
                    "sweep_delete": {
                        "description": (
                            "Whether the ready DAG removes what it finds; without it, it counts."
                        ),
                        "version_added": "0.1.0",
                        "type": "boolean",
                        "example": None,
                        "default": "False",
                    },
                    "sweep_max_percent": {
                        "description": (
                            "The sweep removes nothing where more of a store's old objects are "
                            "orphans, in percent, and at least 100: it may read the wrong rows. "
                            "--all-orphans removes them all the same."
                        ),
                        "version_added": "0.1.0",
                        "type": "integer",
                        "example": None,
                        "default": "50",
                    },
                    "sweep_database": {
                        "description": (
                            "The metadata database as the sweep reads it, a SQLAlchemy "
                            "URL. On the command line the default is sql_alchemy_conn "
                            "of the section database; a task may not use that one."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "sensitive": True,
                        "example": "postgresql+psycopg2://reader:secret@db/airflow",
                        "default": "",
                    },
                    "sweep_api": {
                        "description": (
                            "Where the REST API answers, if the sweep shall read rows "
                            "through it and not from the database."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "example": "https://airflow.example.com",
                        "default": "",
                    },
                    "sweep_token": {
                        "description": (
                            "A token for the REST API, whose account may read every DAG."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "sensitive": True,
                        "example": None,
                        "default": "",
                    },
                    "sweep_user": {
                        "description": ("The user to get a token for, where none is given."),
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
                            "Which DAGs are checked as a whole when they are parsed (classic "
                            "operators, task groups, plain airflow.sdk.task): typed, those that "
                            "use typedxcom; all; or off."
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
