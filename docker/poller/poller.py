#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Another team's service, as small as one gets: it needs names for new stars.

It trains a model on a list of its own, watches the progress by polling, makes
ten names and rates a few. Environment: MGPT_SERVER, default
127.0.0.1:50051. Exit codes: 0 ok, 1 failed, 3 no server.

In Docker:    docker compose --profile example run --rm poller
Without:      apt-get install python3-grpcio protobuf-compiler-grpc libprotobuf-dev
              mkdir -p /tmp/stubs
              protoc -I proto --python_out=/tmp/stubs --grpc_out=/tmp/stubs \
                --plugin=protoc-gen-grpc="$(command -v grpc_python_plugin)" \
                proto/microgpt/v1/microgpt.proto
              PYTHONPATH=/tmp/stubs docker/poller/poller.py
"""

import os
import random
import sys
import time
import uuid

import grpc

from microgpt.v1 import microgpt_pb2 as api
from microgpt.v1 import microgpt_pb2_grpc

MODEL = "stars"
STARS = """
    achernar acrux adhara albireo alcor alcyone aldebaran alderamin algieba
    algol alhena alioth alkaid almach alnair alnilam alnitak alphard alphecca
    alpheratz altair aludra ankaa antares arcturus atria avior bellatrix
    betelgeuse canopus capella caph castor deneb denebola diphda dubhe elnath
    eltanin enif fomalhaut gacrux hadar hamal kochab markab megrez menkar merak
    miaplacidus mimosa mintaka mira mirach mirfak mizar naos nunki peacock
    phecda polaris pollux procyon rasalhague regulus rigel sabik sadr saiph
    scheat schedar shaula sirius spica suhail tarazed thuban unukalhai vega
    wezen zubenelgenubi zubeneschamali
""".split()

ADDRESS = os.environ.get("MGPT_SERVER", "127.0.0.1:50051")
CALL_SECONDS = 30  # no call without a deadline
RETRY_SECONDS = 60  # how long to wait for a server that starts or is busy
TRY_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)


def call(method, request):
    """The answer to a call that is safe to repeat, tried until there is one."""
    give_up = time.monotonic() + RETRY_SECONDS
    pause = 0.2
    while True:
        try:
            return method(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            if error.code() not in TRY_AGAIN or time.monotonic() > give_up:
                raise
            print(f"{ADDRESS} is not ready: {error.details()}", file=sys.stderr)
        # Longer each time, and not in step with everybody else who waits.
        time.sleep(pause * random.uniform(0.5, 1.5))
        pause = min(2 * pause, 5)


def train(server):
    """Starts the training. The request id makes repeating this call safe: the
    same request never starts two jobs."""
    return call(server.Train, api.TrainRequest(
        model=MODEL,
        documents=STARS,
        config=api.Config(steps=3000, learning_rate=0.003),
        request_id=f"poller-{uuid.uuid4()}"))


def poll(server, job):
    """Prints the job's progress until it is done, and returns its end."""
    while True:
        state = api.Job.State.Name(job.state).removeprefix("STATE_").lower()
        loss = f"  loss {job.loss:.3f}" if job.step else ""
        print(f"{state:>10}  step {job.step:>5}/{job.steps}{loss}")
        if job.done:
            return job
        # A poll that waits: it is answered when there is news, or after 1 s.
        request = api.GetStatusRequest(job=job.job,
                                       after_revision=job.revision)
        request.wait.seconds = 1
        job = call(server.GetStatus, request)


def generate(server, count):
    """Streams `count` strings. Not repeated on failure, because a stream may
    break when some of them have been printed."""
    request = api.GenerateRequest(model=MODEL, count=count, temperature=0.8)
    for answer in server.Generate(request, timeout=CALL_SECONDS):
        yield from answer.samples


def print_scores(server, texts):
    answer = call(server.Score, api.ScoreRequest(model=MODEL, texts=texts))
    for text, score in zip(texts, answer.scores):
        rating = score.error or f"{score.bits_per_token:.2f} bits a character"
        print(f"  {text:<12} {rating}")


def run(server):
    job = train(server)
    print(f"job {job.job} trains {job.model} on {len(STARS)} star names")
    job = poll(server, job)
    if job.state != api.Job.STATE_SUCCEEDED:
        print(f"the training has failed: {job.error.code}: {job.error.message}",
              file=sys.stderr)
        return 1

    print(f"ten names from {job.model}@{job.version}:")
    for sample in generate(server, 10):
        known = " (a star has it)" if sample.text in STARS else ""
        print(f"  {sample.text}{known}")
    print("how much like a star's name (lower is more):")
    print_scores(server, ["aldebaran", "alnakab", "spreadsheet", "r2-d2"])
    return 0


def main():
    sys.stdout.reconfigure(line_buffering=True)
    try:
        with grpc.insecure_channel(ADDRESS) as channel:
            return run(microgpt_pb2_grpc.MicroGptStub(channel))
    except grpc.RpcError as error:
        print(f"{ADDRESS}: {error.code().name}: {error.details()}",
              file=sys.stderr)
        return 3 if error.code() == grpc.StatusCode.UNAVAILABLE else 1


if __name__ == "__main__":
    sys.exit(main())
