import { problem, textAction } from '../core/episode/action.ts'
import { defineEnvironment } from '../core/episode/environment.ts'

const NUMBERS = Array.from({ length: 100 }, (_, i) => `${i + 1}`)

/**
 * Guess a hidden integer from 1 to 100 in 8 guesses; each answer says higher or lower. The number is drawn at the reset:
 * an agent that knows the episode's seed can work it out.
 */
export default defineEnvironment({
  id: 'guess-number@1',
  summary: 'find a hidden number in eight guesses: the smallest complete environment',
  maxSteps: 8,
  action: textAction((text) => {
    const guess = Number(text)
    return text.trim() !== '' && Number.isInteger(guess)
      ? guess
      : problem(`guess a whole number from 1 to 100, not ${text.slice(0, 40)}`)
  }, 'a whole number from 1 to 100'),
  reset: ({ rng }) => ({ target: rng.int(1, 100), answer: 'guess a number from 1 to 100' }),
  step({ target }, guess) {
    const isHit = guess === target
    const answer = isHit ? `${guess} is correct` : `${guess}: ${guess < target ? 'higher' : 'lower'}`
    return { state: { target, answer }, reward: isHit ? 1 : 0, terminated: isHit }
  },
  invalid: ({ target }, message) => ({ target, answer: message }),
  observe: { text: ({ answer }) => answer },
  actions: () => NUMBERS,
  examples: ['50'],
})
