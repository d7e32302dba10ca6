import type { Rng } from '../../core/data/rng.ts'
import type { PageAction } from './action.ts'
import type { PageState } from './state.ts'
import type { PageTask, PathStep } from './task.ts'
import { elementsOf, type TreeElement } from './tree.ts'

const CLICKABLE = ['button', 'checkbox', 'link', 'radio']

/**
 * Action of a solver that knows the shortest way: its next step, or the start again where the element of that step is not there. With
 * `noise` it clicks anywhere at that share of steps.
 */
export function expertAction(state: PageState, task: PageTask, rng: Rng, noise: number): string {
  const elements = elementsOf(state.tree)
  const clickable = elements.filter(({ role }) => CLICKABLE.includes(role))
  if (clickable.length > 0 && rng.chance(noise)) return `click(${rng.choice(clickable).ref})`
  const step = task.path[state.followed]
  if (step === undefined) return task.judge.answer === undefined ? `goto(${task.start})` : `done(${task.judge.answer})`
  const target = elements.find((element) => isMeant(element, step))
  return target === undefined ? `goto(${task.start})` : written(step, target.ref)
}

const isMeant = ({ role, name }: TreeElement, step: PathStep): boolean => role === step.role && name === step.name

const written = (step: PathStep, ref: string): string =>
  step.do === 'click' ? `click(${ref})` : `${step.do}(${ref}, ${JSON.stringify(step.text ?? '').slice(1, -1)})`

/**
 * Steps of the shortest way that were taken in its order, after an action that did something.
 * @param target reference of the element at the coordinates of the action; null where it has none
 */
export function followedAfter(
  { tree, followed }: PageState,
  action: PageAction,
  target: string | null,
  { path, start }: PageTask,
): number {
  if (action.kind === 'goto') return action.url === start ? 0 : followed
  const step = path[followed]
  const acted = 'ref' in action ? action.ref : target
  if (step === undefined || acted === null || action.kind.replace('_at', '') !== step.do) return followed
  const element = elementsOf(tree).find(({ ref }) => ref === acted)
  const isSame = element !== undefined && isMeant(element, step) && (!('text' in action) || action.text === step.text)
  return isSame ? followed + 1 : followed
}
