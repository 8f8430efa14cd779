import { rowScopeSchema, type RowScope } from '#contracts';
import { readFileSync } from 'node:fs';
import { Stop, usage } from '../exits.js';
import { parseScope } from './parse.js';
import { ScopeFault } from './words.js';

/** The row scope that `--rows` or `--rows-file` states; undefined when neither does. Throws Stop with the place at fault marked. */
export function rowsStated(options: { rows?: string; rowsFile?: string }): RowScope | undefined {
  if (options.rows !== undefined && options.rowsFile !== undefined)
    throw usage('--rows 与 --rows-file 只用其一。', 'Give --rows or --rows-file, not both.');
  if (options.rowsFile !== undefined) return readScopeFile(options.rowsFile);
  return options.rows === undefined ? undefined : readScope(options.rows);
}

function readScope(text: string): RowScope {
  try {
    return parseScope(text);
  } catch (error) {
    if (!(error instanceof ScopeFault)) throw error;
    const { zh, en } = error.sentence;
    const around = Array.from(text)
      .slice(Math.max(0, error.column - 21), error.column + 19)
      .join('');
    throw new Stop(
      'usage',
      'rows-malformed',
      { zh: `行范围第 ${error.column} 个字符处：${zh}。`, en: `The row scope, at character ${error.column}: ${en}.` },
      { zh: `…${around}…`, en: `…${around}…` },
    );
  }
}

function readScopeFile(path: string): RowScope {
  const text = readFileSync(path, 'utf8').trim();
  if (!text.startsWith('{')) return readScope(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Stop('usage', 'bad-json', { zh: `${path} 不是有效的 JSON。`, en: `${path} is no valid JSON.` });
  }
  const read = rowScopeSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  throw new Stop('usage', 'rows-malformed', { zh: `${path} 不是行范围：${where}`, en: `${path} is no row scope: ${where}` });
}
