"""Groups, without asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ..episode import AsyncEpisode
from ..errors import EpisodeOverError
from ..group import AsyncGroup, Choice, Closed, choice_of
from .episode import Episode
from .loop import Loop
from .waiting import Waiting, waits_for


class Group(Waiting[AsyncGroup]):
    """Members that started from one state. Its attributes and methods are those of ``AsyncGroup``."""

    def __init__(self, loop: Loop, inner: AsyncGroup) -> None:
        super().__init__(loop, inner)
        self.id = inner.id
        self.start_tag = inner.start_tag
        self.episodes = [Episode(loop, episode) for episode in inner.episodes]

    def play(self, policy: Callable[[Episode], Choice]) -> Closed:
        """Plays all members to their end and returns the closed group.

        The policy is called for each running member in turn, then all their steps are taken at once.

        Args:
            policy: Chooses the next action of a member: an action, an action with evidence, or None to end the member
                as truncated. If it raises, all members are aborted and the exception is raised here.
        """
        try:
            while running := [episode for episode in self.episodes if episode.ending is None]:
                choices = [policy(episode) for episode in running]
                take_choices(running, choices)
        except BaseException:
            self.abort()
            raise
        return self.closed()

    @waits_for(AsyncGroup.closed)
    def closed(self, closed: Closed) -> Closed:
        return closed

    @waits_for(AsyncGroup.abort)
    def abort(self, _: None) -> None:
        return None


def take_choices(episodes: Sequence[Episode], choices: Sequence[Choice]) -> None:
    """Does what a policy chose in each of several episodes of one client, all at once. An episode that has ended
    meanwhile is left as it is.

    Args:
        episodes: Running episodes.
        choices: One for each: an action, an action with evidence, or None to end the episode as truncated.
    """
    if episodes:
        episodes[0]._loop.run(_act(episodes, choices))


async def _act(episodes: Sequence[Episode], choices: Sequence[Choice]) -> None:
    await asyncio.gather(*(_act_one(each._inner, choice) for each, choice in zip(episodes, choices, strict=True)))


async def _act_one(episode: AsyncEpisode, choice: Choice) -> None:
    action, evidence = choice_of(choice)
    # A deadline may end the member between two of its steps.
    try:
        if choice is None:
            await episode.truncate("the policy stopped")
        else:
            await episode.step(action, evidence=evidence)
    except EpisodeOverError:
        return
