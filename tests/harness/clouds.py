"""Object stores other than Ceph: Azurite (Azure), the GCP storage emulator, moto (S3)."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import requests

from . import env
from .processes import Processes, free_port

__all__ = ["Azurite", "GcsEmulator", "Moto", "find_azurite"]

ROOT = Path(__file__).parents[2]


def find_azurite() -> Path | None:
    """The program of Azurite, from ``make .azurite/synced`` or on PATH."""
    ours = ROOT / ".azurite" / "node_modules" / ".bin" / "azurite-blob"
    found = str(ours) if ours.exists() else shutil.which("azurite-blob")
    return Path(found) if found else None


class _Server:
    """One process with an HTTP address."""

    name: str

    def __init__(self) -> None:
        self.folder = env.scratch(self.name)
        self.processes = Processes(self.folder)
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop it; all it holds is in memory."""
        self.processes.stop(grace=1)

    def _serve(self, *command: str | Path, **environ: str) -> None:
        self.processes.start(self.name, command, {**os.environ, **environ})
        self.processes.wait(self.name, self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(self.endpoint, timeout=5).status_code > 0
        except requests.RequestException:
            return False


class Azurite(_Server):
    """Microsoft's emulator of Azure's blob storage, with one account."""

    name = "azurite"
    account = "typedxcom"

    def __init__(self, program: Path) -> None:
        super().__init__()
        self._program, self._key = program, b64encode(secrets.token_bytes(32)).decode()

    def start(self) -> None:
        """Start it and wait until it answers."""
        where = ("--blobHost", "127.0.0.1", "--blobPort", str(self.port), "--inMemoryPersistence")
        accounts = f"{self.account}:{self._key}"
        options = ("--silent", "--skipApiVersionCheck", "--disableTelemetry")
        self._serve(self._program, *where, *options, AZURITE_ACCOUNTS=accounts)

    def connection(self) -> dict[str, Any]:
        """An Airflow connection to it, without its id."""
        return {"conn_type": "wasb", "extra": {"connection_string": self._connection_string}}

    def container(self, name: str) -> str:
        """Make a container and return its name."""
        self._client().create_container(name)
        return name

    def keys(self, container: str) -> set[str]:
        """The names of all blobs in a container."""
        return set(self._client().get_container_client(container).list_blob_names())

    def _client(self) -> Any:
        from azure.storage.blob import BlobServiceClient

        return BlobServiceClient.from_connection_string(self._connection_string)

    @property
    def _connection_string(self) -> str:
        parts = {
            "DefaultEndpointsProtocol": "http",
            "AccountName": self.account,
            "AccountKey": self._key,
            "BlobEndpoint": f"{self.endpoint}/{self.account}",
        }
        return ";".join(f"{name}={value}" for name, value in parts.items())


class GcsEmulator(_Server):
    """An emulator of Google's storage: it asks for no credentials."""

    name = "gcs"

    def start(self) -> None:
        """Start it with the bucket ``xcom`` and wait until it answers."""
        command = "import sys; from gcp_storage_emulator.__main__ import main; main(sys.argv[1:])"
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--in-memory")
        self._serve(sys.executable, "-c", command, "start", *where, "--default-bucket", "xcom")

    def filesystem(self) -> Any:
        """An fsspec file system on it."""
        os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"  # the emulator has no such calls
        from gcsfs import GCSFileSystem

        return GCSFileSystem(endpoint_url=self.endpoint, token="anon", project="test")


class Moto(_Server):
    """An emulator of S3, which takes any credentials."""

    name = "moto"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._serve(sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port))

    def connection(self) -> dict[str, Any]:
        """An Airflow connection to it, without its id."""
        extra = {"endpoint_url": self.endpoint, "region_name": "us-east-1"}
        return {"conn_type": "aws", "login": "any", "password": "any", "extra": extra}

    def client(self) -> Any:
        """A boto3 client."""
        import boto3

        names = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
        return boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1", **names)
