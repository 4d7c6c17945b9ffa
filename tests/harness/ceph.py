"""A Ceph cluster of one monitor, one OSD in memory and one S3 gateway: a real S3 in three seconds.

It refuses wrong secrets, answers 412 to ``If-None-Match: *`` and runs lifecycle rules, whose days
last two seconds here. Everything is bound to loopback and gone afterwards.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import uuid
from typing import Any

import requests

from . import env
from .processes import Processes, free_port

__all__ = ["Ceph", "has_ceph"]

_PROGRAMS = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw")
_CONFIGURATION = """\
[global]
fsid = {fsid}
keyring = {folder}/keyring
mon host = [v2:127.0.0.1:{monitor}/0]
ms bind msgr1 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
paxos propose interval = 0.05
paxos min wait = 0.01
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
mon warn on pool no redundancy = false
osd crush chooseleaf type = 0
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon max pg per osd = 1000
run dir = {folder}/run
admin socket = {folder}/run/$name.asok
pid file = {folder}/run/$name.pid
log file = {folder}/$name.log
mon cluster log file = {folder}/cluster.log
mon data = {folder}/mon
# A full disk of the machine is not its business: all objects are in memory.
mon data avail crit = 1
mon data avail warn = 1
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = {memory}
rgw dns name = 127.0.0.1
rgw gc obj min wait = 5
rgw gc processor period = 5
rgw lc debug interval = 2
[osd]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw data = {folder}/run
"""
_KEYS = {
    "mon.": {"mon": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *", "mgr": "allow *"},
    "client.rgw": {"mon": "allow *", "osd": "allow *"},
    "osd.0": {"mon": "allow profile osd", "osd": "allow *", "mgr": "allow profile osd"},
}


def has_ceph() -> bool:
    """Whether the programs of a Ceph cluster are installed."""
    return all(shutil.which(program) for program in _PROGRAMS)


class Ceph:
    """The cluster, and one S3 user in it.

    Args:
        memory: Bytes that all objects together may take.

    Attributes:
        endpoint: The address of the S3 gateway.
        port: Its port.
        access_key, secret_key: What the user signs with.
    """

    def __init__(self, memory: int = 2 * 2**30) -> None:
        self.folder = env.scratch("ceph")
        self._memory = memory
        self.processes = Processes(self.folder)
        self.port, self._monitor = free_port(), free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.access_key, self.secret_key = secrets.token_hex(10), secrets.token_hex(20)
        self._configuration = self.folder / "ceph.conf"

    def start(self) -> None:
        """Start monitor, OSD and gateway, and make the user."""
        for name in ("mon", "osd", "run"):
            (self.folder / name).mkdir()
        cluster = {"fsid": uuid.uuid4(), "monitor": self._monitor, "gateway": self.port}
        cluster["memory"] = self._memory
        self._configuration.write_text(_CONFIGURATION.format(folder=self.folder, **cluster))
        self._make_keys()
        self._start_monitor(str(cluster["fsid"]))
        self._start_osd()
        self._serve("radosgw", "-n", "client.rgw", "-f")
        self.processes.wait("the S3 gateway", self._answers)
        keys = (f"--access-key={self.access_key}", f"--secret={self.secret_key}")
        self.admin("user", "create", "--uid=airflow", "--display-name=airflow", *keys)

    def stop(self) -> None:
        """Stop everything; there is nothing to be saved."""
        self.processes.stop(grace=1)

    def admin(self, *args: str) -> str:
        """Run ``radosgw-admin``: suspend the user, remove a key, and so on."""
        return self._run("radosgw-admin", *args)

    def client(self, secret_key: str | None = None) -> Any:
        """A boto3 client of the user, for what a test looks at from outside."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=secret_key or self.secret_key,
            region_name="us-east-1",
            config=Config(request_checksum_calculation="when_required"),
        )

    def bucket(self, name: str) -> str:
        """Make a bucket and return its name."""
        self.client().create_bucket(Bucket=name)
        return name

    def keys(self, bucket: str, prefix: str = "") -> set[str]:
        """The keys of all objects in a bucket."""
        pages = self.client().get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=bucket, Prefix=prefix)
        return {one["Key"] for page in found for one in page.get("Contents", [])}

    def connection(self, **extra: Any) -> dict[str, Any]:
        """An Airflow connection to the gateway, without its id."""
        return {
            "conn_type": "aws",
            "login": self.access_key,
            "password": self.secret_key,
            "extra": {"endpoint_url": self.endpoint, "region_name": "us-east-1", **extra},
        }

    def _make_keys(self) -> None:
        keyring = self.folder / "keyring"
        self._run("ceph-authtool", "--create-keyring", str(keyring))
        for name, caps in _KEYS.items():
            rights = [part for cap in caps.items() for part in ("--cap", *cap)]
            self._run("ceph-authtool", str(keyring), "--gen-key", "-n", name, *rights)

    def _start_monitor(self, fsid: str) -> None:
        table = str(self.folder / "monmap")
        where = f"[v2:127.0.0.1:{self._monitor}/0]"
        made = ("--create", "--clobber", "--fsid", fsid, "--set-min-mon-release", "pacific")
        self._run("monmaptool", *made, "--addv", "a", where, table)
        self._run("ceph-mon", "--id", "a", "--monmap", table, "--mkfs")
        self._serve("ceph-mon", "--id", "a", "-f")

    def _start_osd(self) -> None:
        # The first command waits until the monitor answers.
        self._run("ceph", "osd", "create")
        self._run("ceph", "osd", "crush", "add", "osd.0", "1", "root=default", "host=localhost")
        self._run("ceph-osd", "--id", "0", "--mkfs")
        self._serve("ceph-osd", "--id", "0", "-f")
        self.processes.wait("the OSD", lambda: "1 up" in self._run("ceph", "osd", "stat"))

    def _serve(self, program: str, *args: str) -> None:
        command = [program, "-c", self._configuration, *args]
        self.processes.start(program, command, os.environ)

    def _run(self, program: str, *args: str) -> str:
        """Run one command to its end and return what it printed.

        Raises:
            RuntimeError: It failed; the message has its output.
        """
        where = [] if program in ("ceph-authtool", "monmaptool") else ["-c", self._configuration]
        command = [program, *map(str, where), *args]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            msg = (
                f"{program} {' '.join(args)} exited with {done.returncode}:\n{done.stderr[-2000:]}"
            )
            raise RuntimeError(msg)
        return done.stdout

    def _answers(self) -> bool:
        try:
            return requests.get(self.endpoint, timeout=5).status_code < 500
        except requests.RequestException:
            return False
