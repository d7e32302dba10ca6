import { expectFree } from '../../records/recorder.ts'
import { indexOf } from './file-index.ts'
import { type Imported, type RecordSettings, recorded } from './record.ts'
import { RowFile } from './rows.ts'

/**
 * Records the conversations of a file as a run. The file is read twice: first to check every row and to find groups, then
 * group by group. The folder appears when it is whole.
 * @param name of the file in messages
 * @throws GymError BATCH_INVALID with file and line; RECORD_FOREIGN where the folder holds something; RECORD_FAILED
 */
export async function importRun(path: string, name: string, out: string, settings: RecordSettings): Promise<Imported> {
  expectFree(out)
  const file = new RowFile(path, name)
  try {
    return await recorded(file, indexOf(file, settings), out, settings)
  } finally {
    file.close()
  }
}
