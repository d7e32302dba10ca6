import type { Rng } from '../../../core/data/rng.ts'

/** A wrong idea about a skill. */
export interface Mistake {
  /** What a teacher must name to correct it. */
  readonly key: string
  /** In the student's words. */
  readonly tells: string
}

export interface Skill {
  readonly name: string
  /** Positions of the skills that it builds on, all of them before it. */
  readonly needs: readonly number[]
  /** One of these at most does the student believe. */
  readonly mistakes: readonly Mistake[]
}

/** How well a skill is known. */
export const UNKNOWN = 0
export const UNDERSTOOD = 1
export const MASTERED = 2

export interface StudentProfile {
  readonly subject: string
  readonly skills: readonly Skill[]
  /** How well the student knows each at the start. */
  readonly levels: readonly number[]
  /** Position of the mistake that it believes about each, -1 for none. */
  readonly believes: readonly number[]
}

export const skillsOf = (difficulty: number): number => difficulty + 2

export function drawStudent(rng: Rng, difficulty: number): StudentProfile {
  const { subject, skills } = rng.choice(SUBJECTS)
  const first = skills.slice(0, skillsOf(difficulty))
  // The last one is never known, so that there is something to teach.
  const levels = first.map((_, at) => (at === first.length - 1 ? UNKNOWN : rng.int(UNKNOWN, MASTERED)))
  const believes = first.map(({ mistakes }, at) =>
    levels[at] === UNKNOWN && rng.chance(0.5) ? rng.int(0, mistakes.length - 1) : -1,
  )
  return { subject, skills: first, levels, believes }
}

const skill = (name: string, needs: readonly number[], ...mistakes: readonly (readonly [string, string])[]): Skill => ({
  name,
  needs,
  mistakes: mistakes.map(([key, tells]) => ({ key, tells })),
})

const SUBJECTS: readonly { readonly subject: string; readonly skills: readonly Skill[] }[] = [
  {
    subject: 'fractions',
    skills: [
      skill(
        'equal fractions',
        [],
        ['adding to both', 'I add the same number above and below.'],
        ['larger below', 'I think that a larger number below makes it larger.'],
      ),
      skill(
        'common denominators',
        [0],
        ['any product', 'I take the product and leave what is above.'],
        ['the larger one', 'I always take the larger of the two.'],
      ),
      skill(
        'adding fractions',
        [1],
        ['adding below', 'I add what is below as well.'],
        ['forgetting to reduce', 'I never reduce the result.'],
      ),
      skill(
        'multiplying fractions',
        [0],
        ['crosswise', 'I multiply crosswise.'],
        ['a common one first', 'I look for a common denominator first.'],
      ),
      skill(
        'dividing fractions',
        [3],
        ['turning the first', 'I turn the first one over.'],
        ['dividing above', 'I divide above and below.'],
      ),
    ],
  },
  {
    subject: 'motion',
    skills: [
      skill(
        'speed',
        [],
        ['distance alone', 'I think the longer way is the faster one.'],
        ['time over distance', 'I divide the time by the distance.'],
      ),
      skill(
        'acceleration',
        [0],
        ['speed itself', 'I think it is the speed.'],
        ['only faster', 'I think it is never negative.'],
      ),
      skill(
        'free fall',
        [1],
        ['heavier is faster', 'I think heavy things fall faster.'],
        ['constant speed', 'I think they fall at a constant speed.'],
      ),
      skill(
        'momentum',
        [0],
        ['mass alone', 'I think only the mass counts.'],
        ['no direction', 'I leave out the direction.'],
      ),
      skill(
        'throws',
        [2],
        ['force upwards', 'I think a force pushes it up all the way.'],
        ['straight then down', 'I draw a straight line and then down.'],
      ),
    ],
  },
  {
    subject: 'chess',
    skills: [
      skill(
        'how the pieces move',
        [],
        ['knights slide', 'I think a knight cannot jump.'],
        ['pawns capture ahead', 'I capture straight ahead with a pawn.'],
      ),
      skill(
        'pins',
        [0],
        ['pinned is lost', 'I think a pinned piece is lost.'],
        ['pinned still guards nothing', 'I think it guards nothing any more.'],
      ),
      skill(
        'forks',
        [0],
        ['queens only', 'I think only the queen can fork.'],
        ['check first', 'I think that it needs a check.'],
      ),
      skill(
        'rook endings',
        [1],
        ['rook in front', 'I put the rook in front of the pawn.'],
        ['king stays back', 'I leave the king at home.'],
      ),
      skill(
        'sacrifices',
        [2],
        ['material first', 'I count the pieces and stop there.'],
        ['any check', 'I sacrifice for any check.'],
      ),
    ],
  },
]
