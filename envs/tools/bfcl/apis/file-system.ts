import { integer, text } from '../../engine/parameters.ts'
import { type Api, method, optional } from '../api.ts'
import { dict, type Py } from '../python/value.ts'
import {
  COPY,
  cat,
  changeFolder,
  count,
  diff,
  echo,
  find,
  flag,
  grep,
  list,
  MOVE,
  make,
  named,
  pathOf,
  remove,
  removeFolder,
  sorted,
  tail,
  transfer,
  treeOf,
  usage,
} from './file-commands.ts'
import { FILES, fileRows } from './file-tree.ts'

const file = { file_name: text('Name of a file in the current folder.') }
const folder = { dir_name: text('Name of the folder.') }
const transferred = {
  source: text('Name of a file or folder in the current folder.'),
  destination: text('New name, or a folder in the current folder to put it into; no path.'),
}

/** A small file system, with commands as a shell has them. */
export const GorillaFileSystem: Api = {
  name: FILES,
  description: 'A small file system with commands like a shell’s.',
  load: (_, filler) => ({ long_context: filler !== null }),
  loadRows: fileRows,
  methods: [
    method('pwd', 'Path of the current folder.', {}, (self) =>
      dict({ current_working_directory: pathOf(treeOf(self)) }),
    ),
    method('ls', 'Contents of the current folder.', { a: flag('Whether to show hidden ones too.') }, list),
    method('cd', 'Changes to a folder one level away.', { folder: text('Name of the folder, or `..`.') }, changeFolder),
    method('mkdir', 'Creates a folder in the current one.', folder, (self, name: Py) =>
      make(self, 'mkdir', 'create directory', name, (tree, each) => tree.addDirectory(tree.current, each)),
    ),
    method(
      'touch',
      'Creates an empty file in the current folder.',
      { file_name: text('Name of the file.') },
      (self, name: Py) => make(self, 'touch', 'touch', name, (tree, each) => tree.addFile(tree.current, each)),
    ),
    method(
      'echo',
      'Writes text to a file in the current folder in place of what it has, or shows it.',
      { content: text('The text.'), file_name: named('Name of an existing file; without it the text is shown.') },
      echo,
    ),
    method('cat', 'Content of a file.', file, cat),
    method(
      'find',
      'Paths of all files and folders below a folder whose name contains a text.',
      { path: optional(text('Where to start.'), () => '.'), name: named('The text; without it everything is found.') },
      find,
    ),
    method(
      'wc',
      'Number of lines, words or characters of a file.',
      { ...file, mode: optional(text('`l` for lines, `w` for words, `c` for characters.'), () => 'l') },
      count,
    ),
    method('sort', 'Lines of a file in order.', file, sorted),
    method('grep', 'Lines of a file that contain a text.', { ...file, pattern: text('The text.') }, grep),
    method('du', 'Size of the current folder.', { human_readable: flag('Whether to use units such as KB.') }, usage),
    method('tail', 'Last lines of a file.', { ...file, lines: optional(integer('How many.'), () => 10n) }, tail),
    method(
      'diff',
      'Lines in which two files differ, place by place.',
      { file_name1: text('Name of the first file.'), file_name2: text('Name of the second file.') },
      diff,
    ),
    method('mv', 'Moves or renames a file or folder.', transferred, (self, source: Py, destination: Py) =>
      transfer(self, MOVE, source, destination),
    ),
    method('rm', 'Removes a file or folder.', { file_name: text('Name of the file or folder.') }, remove),
    method('rmdir', 'Removes an empty folder.', folder, removeFolder),
    method('cp', 'Copies a file or folder.', transferred, (self, source: Py, destination: Py) =>
      transfer(self, COPY, source, destination),
    ),
  ],
}
