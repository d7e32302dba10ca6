import type { Rng } from '../../../core/data/rng.ts'
import { type Project, times } from './project.ts'

const ROOMS = ['attic', 'hall', 'lab', 'studio']

const span = (rng: Rng): [number, number] => {
  const start = rng.int(0, 20)
  return [start, start + rng.int(1, 6)]
}
const spans = (rng: Rng, most = 5) => times(rng.int(0, most), () => span(rng))
const bookings = (rng: Rng) => times(rng.int(0, 5), () => [rng.choice(ROOMS.slice(0, 3)), ...span(rng)])
const clock = (rng: Rng): string => `${rng.int(7, 18)}:${rng.choice(['00', '15', '30', '45'])}`

/** Bookings of rooms: times, overlaps, plans. */
export const rooms: Project = {
  name: 'rooms',
  summary: 'Bookings of rooms: times of a day, what overlaps, and plans without conflicts.',
  constants: { OPEN: [7, 8, 9], GAP: [0, 1], LEAST: [2, 3], RATE: [10, 12], LONG: [4, 5] },
  modules: {
    clock: `"""Times of a day."""

OPENS = {{OPEN}}


def minutes(text):
    """Minutes since the opening at {{OPEN}}:00, of a time such as "9:30"; 0 for earlier times."""
    parts = text.split(":")
    since = (int(parts[0]) - OPENS) * 60 + int(parts[1])
    return max(0, since)


def clock(since):
    """The time of day, such as "9:05", a number of minutes after the opening at {{OPEN}}:00."""
    hour = str(OPENS + since // 60)
    rest = since % 60
    if rest < 10:
        return hour + ":0" + str(rest)
    return hour + ":" + str(rest)
`,
    spans: `"""Pairs of a start and an end; the end is not part of them."""


def overlaps(one, other, gap={{GAP}}):
    """Whether two spans have a time in common, or less than \`gap\` ({{GAP}}) between them."""
    return one[0] < other[1] + gap and other[0] < one[1] + gap


def merged(spans):
    """The spans by start, with those joined that touch or overlap."""
    joined = []
    for span in sorted(spans):
        if joined and span[0] <= joined[len(joined) - 1][1]:
            last = joined[len(joined) - 1]
            last[1] = max(last[1], span[1])
        else:
            joined.append([span[0], span[1]])
    return joined


def free(spans, start, end, least={{LEAST}}):
    """Spans between start and end that no other takes, each of \`least\` ({{LEAST}}) or longer."""
    found = []
    at = start
    for span in merged(spans):
        if span[0] - at >= least:
            found.append([at, min(span[0], end)])
        at = max(at, span[1])
    if end - at >= least:
        found.append([at, end])
    return [span for span in found if span[1] - span[0] >= least]
`,
    plan: `"""Plans of rooms."""

from rooms.spans import merged, overlaps

PRICE = {{RATE}}


def conflicts(bookings):
    """Pairs of positions of bookings [room, start, end] that take the same room and overlap."""
    pairs = []
    for at, one in enumerate(bookings):
        for offset, other in enumerate(bookings[at + 1:]):
            if one[0] == other[0] and overlaps(one[1:], other[1:]):
                pairs.append([at, at + 1 + offset])
    return pairs


def used(bookings, room):
    """Length of the time that a room is taken; overlaps count once."""
    spans = [booking[1:] for booking in bookings if booking[0] == room]
    return sum(span[1] - span[0] for span in merged(spans))


def price(booking, members=False):
    """Price of a booking: {{RATE}} for each unit of time, from the unit {{LONG}} on half of it; members pay 1 less for each unit."""
    length = booking[2] - booking[1]
    rate = PRICE - 1 if members else PRICE
    if length < {{LONG}}:
        return length * rate
    extra = length - ({{LONG}} - 1)
    return ({{LONG}} - 1) * rate + extra * (rate // 2)


def busiest(bookings):
    """The room that is taken longest, the first in alphabetical order of equal ones; None without bookings."""
    best = None
    most = 0
    for room in sorted([booking[0] for booking in bookings]):
        length = used(bookings, room)
        if length > most:
            best = room
            most = length
    return best
`,
  },
  calls: [
    { name: 'rooms.clock.minutes', draw: (rng) => [clock(rng)] },
    { name: 'rooms.clock.clock', draw: (rng) => [rng.choice([0, 5, 9, 10, 11, 59, 60, 65, rng.int(0, 400)])] },
    {
      name: 'rooms.spans.overlaps',
      draw(rng) {
        const [start, end] = span(rng)
        const next = rng.chance(0.6) ? end + rng.int(-1, 2) : rng.int(0, 20)
        return [
          ...rng.shuffle([
            [start, end],
            [next, next + 2],
          ]),
          ...(rng.chance(0.3) ? [rng.int(0, 2)] : []),
        ]
      },
    },
    { name: 'rooms.spans.merged', draw: (rng) => [spans(rng)] },
    {
      name: 'rooms.spans.free',
      draw: (rng) => [spans(rng, 4), rng.int(0, 5), rng.int(15, 26), ...(rng.chance(0.3) ? [rng.int(1, 4)] : [])],
    },
    { name: 'rooms.plan.conflicts', draw: (rng) => [bookings(rng)] },
    { name: 'rooms.plan.used', draw: (rng) => [bookings(rng), rng.choice(ROOMS.slice(0, 3))] },
    {
      name: 'rooms.plan.price',
      draw: (rng) => [['lab', 1, 1 + rng.int(1, 8)], ...(rng.chance(0.5) ? [rng.chance(0.6)] : [])],
    },
    { name: 'rooms.plan.busiest', draw: (rng) => [bookings(rng)] },
  ],
}
