"""Vectors: many episodes that one frame steps together, as NumPy columns."""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .encoding import JSON, Frame, plain, without_none
from .episode import NAN, AsyncEpisode, step_of, values_of
from .errors import GymError, error_of, invalid, reading
from .evidence import Evidence, evidence_json
from .link import Link


@dataclass(frozen=True)
class VectorStep:
    """Results of S slots, as columns in the order of ``slots``.

    Attributes:
        slots: Zero-based slots, int64 (S,).
        index: Zero-based step index, int64 (S,); -1 where the slot started another episode instead, or failed.
        reward: The environment's own reward, float64 (S,); NaN where it was not judged or the slot failed.
        rewards: Reward vector: one float64 array (S,) per signal, NaN where it was not computed. Empty for agents.
        outcome: Rewards of whole trajectories: one float64 array (S,) per signal, NaN but for slots that ended.
        terminated, truncated, valid: bool (S,); False where the slot failed.
        observation: Where each slot stands now: what the next action is for; None where the slot failed.
        actions: Admissible next actions; None where the environment lists none.
        info: As the environment returned it; empty where the slot took no step.
        started: bool (S,): whether the slot started an episode, which ``observation`` belongs to.
        final_observation: Observation after the last step of an episode, where ``observation`` is the next one's.
        errors: Failures by slot; other slots are not affected.
    """

    slots: npt.NDArray[np.int64]
    index: npt.NDArray[np.int64]
    reward: npt.NDArray[np.float64]
    rewards: dict[str, npt.NDArray[np.float64]]
    outcome: dict[str, npt.NDArray[np.float64]]
    terminated: npt.NDArray[np.bool_]
    truncated: npt.NDArray[np.bool_]
    valid: npt.NDArray[np.bool_]
    observation: list[str | None]
    actions: list[list[JSON] | None]
    info: list[dict[str, JSON]]
    started: npt.NDArray[np.bool_]
    final_observation: list[str | None]
    errors: dict[int, GymError]


Row = dict[str, Any]


class AsyncVector:
    """Vector of episodes on the server, one per slot.

    Attributes:
        id: Identifier.
        autoreset: What follows the end of an episode: ``disabled``, ``next-step`` or ``same-step``, as in Gymnasium.
        delivery: ``whole``: slots are answered together; ``ready``: each as soon as it is ready (``send``, ``recv``).
        episodes: Current episode of each slot; None where none could be started.
        errors: Last failure of each slot; None where its last request succeeded.
    """

    def __init__(
        self, link: Link, began: Callable[[Frame], AsyncEpisode], size: int, autoreset: str, delivery: str
    ) -> None:
        self._link = link
        self._began = began
        self._turns = [0] * size
        self._waiting: set[int] = set()
        self._parts: asyncio.Queue[VectorStep | GymError] = asyncio.Queue()
        self._sent: set[asyncio.Task[None]] = set()
        self.id = ""
        self.autoreset = autoreset
        self.delivery = delivery
        self.episodes: list[AsyncEpisode | None] = [None] * size
        self.errors: list[GymError | None] = [None] * size

    def __len__(self) -> int:
        return len(self.episodes)

    @property
    def observations(self) -> list[str | None]:
        """Observation of each slot, to act on."""
        return [episode.observation if episode else None for episode in self.episodes]

    @property
    def actions(self) -> list[list[JSON] | None]:
        """Admissible actions of each slot."""
        return [episode.actions if episode else None for episode in self.episodes]

    async def step(
        self,
        actions: Sequence[JSON],
        *,
        slots: Sequence[int] | npt.NDArray[np.integer[Any]] | None = None,
        evidence: Sequence[Evidence | None] | None = None,
    ) -> VectorStep:
        """Takes a step in each slot, or in those that are named, and waits for all of them.

        Args:
            actions: One per slot, in the order of ``slots``.
            slots: Zero-based slots in any order, each at most once; all by default.
            evidence: How each action was sampled; None where it is not known.

        Raises:
            RefusedError: ``FRAME_INVALID`` for lists of other lengths or a slot that awaits its reply. What fails in
                one slot is in ``errors`` of the result.
        """
        chosen = self._chosen(slots, actions=actions, evidence=evidence)
        rows: dict[int, Row] = {}
        await self._step(chosen, actions, evidence, lambda part: rows.update({row["slot"]: row for row in part}))
        return _columns(rows, chosen)

    async def reset(
        self,
        *,
        slots: Sequence[int] | npt.NDArray[np.integer[Any]] | None = None,
        starts: Sequence[dict[str, JSON]] | None = None,
    ) -> VectorStep:
        """Starts other episodes in all slots, or in those that are named; running episodes there are aborted.

        Args:
            slots: Zero-based slots; all by default.
            starts: One start per slot (``task``, or ``split`` and ``index``, ``seed``, ``maxSteps``, ``group``,
                ``member``); as at first by default, with the next seed of each slot.
        """
        chosen = self._chosen(slots, starts=starts)
        rows: dict[int, Row] = {}
        request = without_none(type="vector.reset", starts=None if starts is None else plain(list(starts), "starts"))
        await self._ask(request, chosen, lambda part: rows.update({row["slot"]: row for row in part}))
        return _columns(rows, chosen)

    async def send(
        self,
        actions: Sequence[JSON],
        *,
        slots: Sequence[int] | npt.NDArray[np.integer[Any]] | None = None,
        evidence: Sequence[Evidence | None] | None = None,
    ) -> None:
        """Requests steps without waiting for them: ``recv`` returns each slot as it gets ready."""
        chosen = self._chosen(slots, actions=actions, evidence=evidence)
        self._waiting.update(chosen)
        sent = asyncio.create_task(self._sending(chosen, actions, evidence))
        self._sent.add(sent)
        sent.add_done_callback(self._sent.discard)
        await asyncio.sleep(0)

    async def recv(self, timeout: float | None = None) -> VectorStep:
        """Slots that got ready since the last call, of those that ``send`` requested.

        Raises:
            LateError: None got ready within ``timeout`` seconds.
            GymError: The request failed as a whole.
        """
        try:
            part = await asyncio.wait_for(self._parts.get(), timeout)
        except asyncio.TimeoutError:
            raise error_of("REPLY_LATE", f"no slot of the vector got ready within {timeout:g} s") from None
        if isinstance(part, GymError):
            raise part
        return part

    async def close(self) -> None:
        """Aborts the running episodes of the slots."""
        await self._link.ask({"type": "vector.close", "vector": self.id})

    def _opened(self, reply: Frame) -> None:
        self.id = reply["vector"]
        self._rows(reply, opens=True)

    async def _sending(
        self, chosen: list[int], actions: Sequence[JSON], evidence: Sequence[Evidence | None] | None
    ) -> None:
        def take(part: list[Row]) -> None:
            self._waiting.difference_update(row["slot"] for row in part)
            if part:
                self._parts.put_nowait(_columns({row["slot"]: row for row in part}))

        try:
            await self._step(chosen, actions, evidence, take)
        except GymError as error:
            self._waiting.difference_update(chosen)
            self._parts.put_nowait(error)

    async def _step(
        self,
        chosen: list[int],
        actions: Sequence[JSON],
        evidence: Sequence[Evidence | None] | None,
        take: Callable[[list[Row]], None],
    ) -> None:
        given = None if evidence is None else [evidence_json(each) for each in evidence]
        await self._ask(
            without_none(type="vector.step", actions=[plain(action) for action in actions], evidence=given),
            chosen,
            take,
        )

    async def _ask(self, request: Frame, chosen: list[int], take: Callable[[list[Row]], None]) -> None:
        turns = [self._turns[slot] for slot in chosen]
        await self._link.ask(
            {**request, "vector": self.id, "slots": chosen, "turns": turns}, lambda reply: take(self._rows(reply))
        )

    def _rows(self, reply: Frame, *, opens: bool = False) -> list[Row]:
        """Rows of a frame, after they were applied to the slots."""
        columns = {name: column for name, column in reply.items() if isinstance(column, list)}
        names = ["slot" if name == "slots" else name for name in columns]
        rows = [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        for row in rows:
            self._apply(row)
            if not opens and (row.get("index") is not None or row["start"] is not None):
                self._turns[row["slot"]] += 1
        return rows

    def _apply(self, row: Row) -> None:
        slot = row["slot"]
        error = row["error"]
        self.errors[slot] = None if error is None else error_of(error["code"], error["message"])
        episode = self.episodes[slot]
        if row.get("index") is not None and episode is not None:
            final = row.get("finalObservation")
            of_step = {**row, "observation": row["observation"] if final is None else final}
            if final is not None:
                of_step["actions"] = None
            episode._apply(step_of(of_step), row.get("endingReason"))
        if row["start"] is not None:
            self.episodes[slot] = self._begin(row)

    def _begin(self, row: Row) -> AsyncEpisode:
        view = {**row["start"], "episode": row["episode"], "observation": row["observation"], "actions": row["actions"]}
        return self._began({**view, "index": 0, "ending": None, "endingReason": None})

    def _chosen(
        self, slots: Sequence[int] | npt.NDArray[np.integer[Any]] | None, **lists: Sequence[Any] | None
    ) -> list[int]:
        chosen = list(range(len(self))) if slots is None else [_slot_of(slot) for slot in slots]
        for name, values in lists.items():
            if isinstance(values, str):
                raise invalid(f"{name} is a list with an entry for each slot, not a text")
            if values is not None and len(values) != len(chosen):
                raise invalid(f"{name} has {len(values)} entries for {len(chosen)} slots")
        for slot in chosen:
            if not 0 <= slot < len(self):
                raise invalid(f"the vector has no slot {slot}: it has {len(self)}, counted from 0")
            if slot in self._waiting:
                raise invalid(f"slot {slot} awaits its reply: recv first")
        return chosen


def _slot_of(slot: object) -> int:
    try:
        return operator.index(slot)  # type: ignore[arg-type]
    except TypeError:
        raise invalid(f"a slot is a whole number from 0, not {slot!r}") from None


def _columns(answered: Mapping[int, Row], chosen: Sequence[int] | None = None) -> VectorStep:
    """Rows by slot as columns, in the order of the chosen slots. Raises RefusedError where the server left one out."""
    with reading("a reply"):
        return _columns_of([answered[slot] for slot in (chosen or answered)])


def _columns_of(rows: Sequence[Row]) -> VectorStep:
    def floats(name: str) -> npt.NDArray[np.float64]:
        return np.array([NAN if row.get(name) is None else row[name] for row in rows], dtype=np.float64)

    def flags(name: str) -> npt.NDArray[np.bool_]:
        return np.array([bool(row.get(name)) for row in rows], dtype=np.bool_)

    return VectorStep(
        slots=np.array([row["slot"] for row in rows], dtype=np.int64),
        index=np.array([-1 if row.get("index") is None else row["index"] for row in rows], dtype=np.int64),
        reward=floats("reward"),
        rewards=_signals([row.get("rewards") for row in rows]),
        outcome=_signals([row.get("outcome") for row in rows]),
        terminated=flags("terminated"),
        truncated=flags("truncated"),
        valid=flags("isActionValid"),
        observation=[row["observation"] for row in rows],
        actions=[row["actions"] for row in rows],
        info=[row.get("info") or {} for row in rows],
        started=np.array([row["start"] is not None for row in rows], dtype=np.bool_),
        final_observation=[row.get("finalObservation") for row in rows],
        errors={
            row["slot"]: error_of(row["error"]["code"], row["error"]["message"])
            for row in rows
            if row["error"] is not None
        },
    )


def _signals(vectors: Sequence[Sequence[dict[str, Any]] | None]) -> dict[str, npt.NDArray[np.float64]]:
    values = [values_of(vector) for vector in vectors]
    names = list(dict.fromkeys(name for each in values for name in each))
    return {name: np.array([each.get(name, NAN) for each in values], dtype=np.float64) for name in names}
