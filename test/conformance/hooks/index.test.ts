import suite from '../../../conformance/suites/hooks/index.ts'
import { describeSuite } from '../../support/conformance.ts'

describeSuite(suite, [
  'best_of_n',
  'calibration',
  'dler',
  'hbpo',
  'laser',
  'prm_threshold_sweep',
  'processbench',
  'r3_formula',
  'rewardmath',
  'rlcr_reward',
  'rlpr',
  'sar',
  'self_certainty',
  'sgrpo_formula',
])
