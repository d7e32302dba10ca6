import { defineEstimator } from '../estimator/estimator.ts'
import { EVIDENCE, evidenceClosure, explainedClosure } from '../estimator/evidence-closure.ts'

/**
 * Our own: the Bellman closure over what a group has shown (see CRBC), as far as evidence says that its anchors are
 * states. A = Y - b. Y blends a step's own return with the group's values of the anchors that it passed, over the
 * steps that were left to it (`blendReturns`); the batch itself shows how much, by predicting returns of
 * trajectories that were left out (`trustOf`). b is what the other trajectories had earned from the same anchor,
 * carried along where no other trajectory was (`carriedBaselines`), and shrunk towards RLOO's by as much as that
 * predicts plain returns better: b = g + beta (anchored - g), beta from 0 to 1 by least squares over the batch.
 *
 * Where no anchor repeats it is RLOO (`crossSteps=false`) of the rewards to go, independent of rewards so far; in
 * units of reward, divided by nothing. Its bias where anchors merge states is what was not seen in the batch: a larger
 * `averaging` (batches over which an optimiser averages; 10 is a momentum of .9) buys less of it with more noise.
 */
export default defineEstimator({
  name: 'evidence-closure',
  summary:
    'own return and value of the next anchor, blended by how well held-out returns confirm it, minus what other episodes earned there',
  consumes: ['env', 'anchors', 'actions', 'next anchors'],
  options: EVIDENCE,
  estimate: evidenceClosure,
  explain: explainedClosure,
})
