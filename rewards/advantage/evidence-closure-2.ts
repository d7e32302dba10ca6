import { defineEstimator } from '../estimator/estimator.ts'
import { EVIDENCE, evidenceClosure, explainedClosure } from '../estimator/evidence-closure.ts'
import { choice, flag, number } from '../estimator/options.ts'

/**
 * Our own, second version: `evidence-closure` with three changes.
 *
 * - `transitions`: trust in anchors also depends on where choices led (`transitionEvidence`), which is known before the
 *   first success. Anchors that look like states are trusted almost fully; merged ones less than returns alone would say.
 * - `repetition` r: the advantage of a choice that n trajectories of the group made counts (1 + k) n / (n + k) times, with
 *   k = r sqrt(trust), a choice of one trajectory once. A mean of many returns is more certain than a single one, if they
 *   are returns from one state.
 * - `scale`: divided by the root mean square of the batch, as small advantages while success is rare teach slowly.
 *
 * Where no anchor repeats it is RLOO (`crossSteps=false`) of the rewards to go, divided by its root mean square.
 */
export default defineEstimator({
  name: 'evidence-closure-2',
  summary:
    'evidence-closure that also tests anchors by where actions led, and weights actions by how many episodes took them',
  consumes: ['env', 'anchors', 'actions', 'next anchors'],
  options: {
    ...EVIDENCE,
    transitions: flag(true),
    repetition: number(4, 0, 1e6),
    scale: choice('rms', ['reward', 'rms']),
  },
  estimate: evidenceClosure,
  explain: explainedClosure,
})
