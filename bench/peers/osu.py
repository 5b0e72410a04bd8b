"""The benchmarks of this folder under mpi4py, with the same definitions, loops and tables.

    mpirun -np 4 python3 -m mpi4py bench/peers/osu.py allreduce buffer [LARGEST | SIZE,SIZE...]

"buffer" sends numpy arrays by mpi4py's upper-case methods, "object" pickles a nested value by the lower-case ones.
"""
import sys
from time import perf_counter

import numpy as np
from mpi4py import MPI

NAME, MODE = sys.argv[1], sys.argv[2]
WORLD = MPI.COMM_WORLD
RANK, SIZE = WORLD.rank, WORLD.size
LARGE, HUGE, WINDOW = 8192, 2**20, 64


def loops(size):
    if size > HUGE:
        return 10, 2
    return (50, 5) if size > LARGE else (300, 30)


def sizes(first, default):
    wanted = sys.argv[3] if len(sys.argv) > 3 else str(default)
    if "," in wanted:
        every = [int(size) for size in wanted.split(",")]
    else:
        every = [2**power for power in range(int(wanted).bit_length())]
    return [size for size in every if size >= first]


def show(*cells):
    if RANK == 0:
        first, *others = [c if isinstance(c, str) else f"{c:.2f}" for c in cells]
        print(first.ljust(10) + "".join(c.rjust(14) for c in others), flush=True)


def nested(size):
    """Half of the bytes in one array, half in many small ones, as bench/payload.js makes it."""
    rows = max(1, size // 1024)
    return {
        "name": "nested",
        "data": np.zeros(size // 16, dtype=np.float64),
        "rows": [
            {"id": i, "tags": ["a", "b"], "values": np.zeros(max(1, size // 16 // rows), dtype=np.float64)}
            for i in range(rows)
        ],
    }


def timed(times, step):
    count, skip = times
    for _ in range(skip):
        step()
    begin = perf_counter()
    for _ in range(count):
        step()
    return perf_counter() - begin


def collective(first, make):
    show("bytes", "avg us", "min us", "max us")
    for size in [0] if first == 0 else sizes(first, 2**20):
        operation = make(size)
        count, skip = loops(size)
        total = 0.0
        for loop in range(-skip, count):
            begin = perf_counter()
            operation()
            if loop >= 0:
                total += perf_counter() - begin
            WORLD.Barrier()
        mean = total * 1e6 / count
        all_ = WORLD.allgather(mean)
        show(str(size), sum(all_) / SIZE, min(all_), max(all_))


def make_bcast(size):
    data = np.zeros(size, dtype=np.uint8)
    return lambda: WORLD.Bcast(data)


def make_gather(size):
    block, all_ = np.zeros(size, np.uint8), np.zeros(size * SIZE, np.uint8) if RANK == 0 else None
    return lambda: WORLD.Gather(block, all_)


def make_scatter(size):
    block, all_ = np.zeros(size, np.uint8), np.zeros(size * SIZE, np.uint8) if RANK == 0 else None
    return lambda: WORLD.Scatter(all_, block)


def make_allgather(size):
    block, all_ = np.zeros(size, np.uint8), np.zeros(size * SIZE, np.uint8)
    return lambda: WORLD.Allgather(block, all_)


def make_alltoall(size):
    out, in_ = np.zeros(size * SIZE, np.uint8), np.zeros(size * SIZE, np.uint8)
    return lambda: WORLD.Alltoall(out, in_)


def make_reduce(size):
    out, in_ = np.zeros(size // 4, np.float32), np.zeros(size // 4, np.float32) if RANK == 0 else None
    return lambda: WORLD.Reduce(out, in_)


def make_allreduce(size):
    out, in_ = np.zeros(size // 4, np.float32), np.zeros(size // 4, np.float32)
    return lambda: WORLD.Allreduce(out, in_)


COLLECTIVES = {
    "barrier": (0, lambda _: WORLD.Barrier),
    "bcast": (1, make_bcast),
    "gather": (1, make_gather),
    "scatter": (1, make_scatter),
    "allgather": (1, make_allgather),
    "alltoall": (1, make_alltoall),
    "reduce": (4, make_reduce),
    "allreduce": (4, make_allreduce),
}

PAIRS = SIZE // 2
SENDS = RANK < PAIRS
OTHER = RANK + PAIRS if SENDS else RANK - PAIRS


def latency(size):
    times = loops(size)
    if MODE == "object":
        value = nested(size)

        def step():
            if SENDS:
                WORLD.send(value, dest=OTHER)
            WORLD.recv(source=OTHER)
            if not SENDS:
                WORLD.send(value, dest=OTHER)
    else:
        data, into = np.zeros(size, np.uint8), np.zeros(size, np.uint8)

        def step():
            if SENDS:
                WORLD.Send(data, OTHER)
            WORLD.Recv(into, OTHER)
            if not SENDS:
                WORLD.Send(data, OTHER)

    own = timed(times, step) * 1e6 / times[0] / 2
    return [sum(WORLD.allgather(own)) / SIZE]


def windows(size, both):
    count = -(-loops(size)[0] // 10)
    data, ack = np.zeros(size, np.uint8), np.zeros(1, np.uint8)
    into = [np.zeros(size, np.uint8) for _ in range(WINDOW)]

    def step():
        requests = []
        if both or not SENDS:
            requests += [WORLD.Irecv(buffer, OTHER) for buffer in into]
        if both or SENDS:
            requests += [WORLD.Isend(data, OTHER) for _ in range(WINDOW)]
        MPI.Request.Waitall(requests)
        if SENDS:
            WORLD.Recv(ack, OTHER)
        else:
            WORLD.Send(ack, OTHER)

    seconds = max(WORLD.allgather(timed((count, 1), step)))
    messages = count * WINDOW * PAIRS * (2 if both else 1)
    return [messages * size / 1e6 / seconds, messages / seconds]


if RANK == 0:
    print(f"# {NAME}, {SIZE} ranks", flush=True)
if NAME in COLLECTIVES:
    collective(*COLLECTIVES[NAME])
else:
    PER_SIZE = {
        "latency": (["us"], latency),
        "multi_lat": (["us"], latency),
        "bandwidth": (["MB/s", "messages/s"], lambda size: windows(size, False)),
        "mbw_mr": (["MB/s", "messages/s"], lambda size: windows(size, False)),
        "bibw": (["MB/s"], lambda size: windows(size, True)[:1]),
    }
    columns, measure = PER_SIZE[NAME]
    show("bytes", *columns)
    for size_ in sizes(1, 2**22):
        WORLD.Barrier()
        show(str(size_), *measure(size_))
