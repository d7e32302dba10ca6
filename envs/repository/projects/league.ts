import type { Rng } from '../../../core/data/rng.ts'
import { type Project, times } from './project.ts'

const TEAMS = ['ash', 'elm', 'fir', 'oak', 'yew']

const game = (rng: Rng): [string, string, number, number] => {
  const [home = '', away = ''] = rng.shuffle(TEAMS)
  return [home, away, rng.int(0, 3), rng.int(0, 3)]
}
const games = (rng: Rng, most = 7) => times(rng.int(1, most), () => game(rng))

const shownGame = (rng: Rng): string => {
  const [home, away, mine, theirs] = game(rng)
  return rng.choice([`${home} - ${away} ${mine}:${theirs}`, ` ${home} -  ${away} ${mine}:${theirs} `])
}

/** Results of games: reading, points, tables. */
export const league: Project = {
  name: 'league',
  summary: 'Results of games: reading them, the points of teams, and the table of a season.',
  constants: { WIN: [2, 3], BONUS: [2, 3], TOP: [2, 3], FORM: [2, 3, 4] },
  modules: {
    games: `"""Games as text."""


def parse_game(text):
    """Home team, away team and their goals, of a text such as "oak - elm 2:1"."""
    sides = text.strip().split("-")
    last = sides[1].strip().split(" ")
    goals = last[1].split(":")
    return [sides[0].strip(), last[0], int(goals[0]), int(goals[1])]


def goal_difference(game, team):
    """Goals of a team minus those of the other one; None where it did not play."""
    if game[0] == team:
        return game[2] - game[3]
    if game[1] == team:
        return game[3] - game[2]
    return None
`,
    points: `"""Points of teams."""

from league.games import goal_difference

WIN = {{WIN}}


def game_points(game, team, bonus_from={{BONUS}}):
    """Points of a team in a game: {{WIN}} for a win, 1 for a draw, and 1 more for a win by \`bonus_from\` ({{BONUS}}) goals or more."""
    difference = goal_difference(game, team)
    if difference == None or difference < 0:
        return 0
    if difference == 0:
        return 1
    if difference >= bonus_from:
        return WIN + 1
    return WIN


def form(games, team, length={{FORM}}):
    """Letters W, D or L of the last \`length\` ({{FORM}}) games of a team, the latest last."""
    letters = []
    for game in games:
        difference = goal_difference(game, team)
        if difference == None:
            continue
        if difference > 0:
            letters.append("W")
        elif difference == 0:
            letters.append("D")
        else:
            letters.append("L")
    start = max(0, len(letters) - length)
    return "".join(letters[start:])
`,
    table: `"""Table of a season."""

from league.games import goal_difference
from league.points import game_points

PROMOTED = {{TOP}}


def teams(games):
    """Every team that played, in alphabetical order."""
    names = []
    for game in games:
        for name in game[0:2]:
            if name not in names:
                names.append(name)
    return sorted(names)


def standing(games, team):
    """Name, games played, goal difference and points of a team."""
    differences = [goal_difference(game, team) for game in games]
    played = [each for each in differences if each != None]
    points = sum(game_points(game, team) for game in games)
    return [team, len(played), sum(played), points]


def table(games):
    """Standings: most points first, then the greater goal difference, then in alphabetical order."""
    rows = [standing(games, team) for team in teams(games)]
    return sorted(rows, key=lambda row: (-row[3], -row[2], row[0]))


def promoted(games):
    """Names of the first {{TOP}} teams of the table that have a point or more."""
    return [row[0] for row in table(games)[:PROMOTED] if row[3] > 0]
`,
  },
  calls: [
    { name: 'league.games.parse_game', draw: (rng) => [shownGame(rng)] },
    { name: 'league.games.goal_difference', draw: (rng) => [game(rng), rng.choice(TEAMS)] },
    {
      name: 'league.points.game_points',
      draw: (rng) => {
        const [home, away, mine, theirs] = game(rng)
        return [[home, away, mine, theirs], rng.choice([home, home, away, 'yew']), ...(rng.chance(0.2) ? [1] : [])]
      },
    },
    {
      name: 'league.points.form',
      draw: (rng) => [games(rng, 12), rng.choice(TEAMS), ...(rng.chance(0.3) ? [rng.int(1, 5)] : [])],
    },
    { name: 'league.table.teams', draw: (rng) => [games(rng, 4)] },
    { name: 'league.table.standing', draw: (rng) => [games(rng), rng.choice(TEAMS)] },
    { name: 'league.table.table', draw: (rng) => [games(rng)] },
    { name: 'league.table.promoted', draw: (rng) => [games(rng, 3)] },
  ],
}
