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
                        "default": "10000",
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
                    "signing_key": {
                        "description": (
                            "Secrets that sign pointers, comma-separated: the first signs, all "
                            "verify. With one, unsigned or altered pointers are refused."
                        ),
                        "version_added": "0.1.0",
                        "type": "string",
                        "sensitive": True,
                        "example": None,
                        "default": "",
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
