import suite from '../../../conformance/suites/hooks/index.ts'
import { describeSuite } from '../../support/conformance.ts'

describeSuite(suite, ['best_of_n', 'calibration', 'prm_threshold_sweep', 'processbench', 'rewardmath'])
