"""Steps of every kind, whose types are those of the functions."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from kubeflow.metadata import metadata

workspace: metadata.Workspace = metadata.init("sqlite://", "bakery", run="nightly", capture={"git"})


@metadata.step
def train(orders: metadata.DataSet, rate: float = 0.1) -> metadata.Model:
    execution = metadata.current()
    if execution is not None:
        execution.log_output(metadata.Metrics("file:///metrics", "metrics", values={"loss": rate}))
    return metadata.Model("file:///loaves", "loaves")


@metadata.step(name="clean the orders", parameters={"least"}, on_existing="new_version")
def clean(rows: Annotated[list[int], metadata.DataSet(name="orders")], least: int) -> list[int]:
    return [row for row in rows if row >= least]


@metadata.step
async def load(place: str) -> bytes:
    return place.encode()


@metadata.step
def batches(many: int) -> Iterator[int]:
    yield from range(many)


@metadata.step
async def events(many: int) -> AsyncIterator[int]:
    for number in range(many):
        yield number


class Baker:
    @metadata.step
    def bake(self, loaves: int) -> int:
        return loaves

    @staticmethod
    @metadata.step
    def sell(loaves: int) -> float:
        return loaves * 2.5


async def read() -> int:
    text: bytes = await load("orders")
    return sum([number async for number in events(len(text))])


model: metadata.Model = train(metadata.DataSet("file:///orders", "orders"), rate=0.2)
kept: list[int] = clean([1, 2], least=2)
numbers: list[int] = list(batches(3))
price: float = Baker.sell(Baker().bake(3))
with ThreadPoolExecutor() as pool:
    again: metadata.Model = pool.submit(
        metadata.in_step(metadata.current(), train), metadata.DataSet("file:///orders", "orders")
    ).result()
