# SPDX-License-Identifier: MIT
"""What the scripts that measure a server share: the programs, up to date, and a
server of their own on a free port. Needs python3-grpcio (scripts/setup)."""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
CHUNK = 1 << 20  # bytes of a dataset in a message


def import_stubs(folder):
    """Makes the stubs of the API, for Server; answers the messages of
    microgpt.proto and of registry.proto."""
    plugin = shutil.which("grpc_python_plugin")
    files = [PROTO / f"microgpt/v1/{name}.proto"
             for name in ("microgpt", "registry")]
    subprocess.run(["protoc", "-I", PROTO, f"--python_out={folder}",
                    f"--grpc_out={folder}", f"--plugin=protoc-gen-grpc={plugin}",
                    *files], check=True)
    sys.path.insert(0, folder)
    global grpc, microgpt, registry, registry_types
    import grpc
    from microgpt.v1 import microgpt_pb2
    from microgpt.v1 import microgpt_pb2_grpc as microgpt
    from microgpt.v1 import registry_pb2 as registry_types
    from microgpt.v1 import registry_pb2_grpc as registry
    return microgpt_pb2, registry_types


def connect(address):
    """A connection of its own, which no other channel shares."""
    return grpc.insecure_channel(
        address, options=[("grpc.use_local_subchannel_pool", 1)])


class Server:
    """A server on a data directory, from start to SIGTERM."""

    def __init__(self, program, data, *flags):
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            [program, "--grpc-address=127.0.0.1:0", "--http-address=off",
             f"--data-dir={data}", *flags],
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            match = re.search(r"listening on (\S+)", line)
            if match:
                break
        else:
            sys.exit("the server did not start")
        self.start_ms = 1000 * (time.perf_counter() - begin)
        # Nobody must wait for us to read its log.
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stderr,
                                      stdout=subprocess.DEVNULL)
        self.address = match[1]
        self.channel = connect(self.address)
        self.microgpt = microgpt.MicroGptStub(self.channel)
        self.registry = registry.RegistryStub(self.channel)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()
        self.process.terminate()
        self.process.wait()
        self.drain.wait()

    def add_dataset(self, dataset, data):
        self.registry.AddDataset(
            registry_types.AddDatasetRequest(
                name="" if at else dataset, chunk=data[at:at + CHUNK])
            for at in range(0, len(data), CHUNK))

    def calls(self):
        """Generate and Score calls under way."""
        return self.info().calls

    def http(self):
        """Where it speaks HTTP; with --http-address=… among the flags."""
        return "http://" + self.info().http_address

    def info(self):
        return self.registry.GetServerInfo(registry_types.GetServerInfoRequest())

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def build(program):
    """The program, up to date."""
    folder = ROOT / "build/release"
    if not (folder / "build.ninja").exists():
        run_quietly("cmake", "--preset", "release")
    run_quietly("cmake", "--build", "--preset", "release",
                "--target", program)
    return folder / "bin" / program


def run_quietly(*command):
    """Standard output is for figures."""
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)


def positive(text):
    """An argument that is a whole number from 1 on."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)
