import { refuse, type States } from '#contracts';
import { checkTransformation } from '../transformation.js';
import { checkIssuer, held, type Folding } from './folding.js';

type Entry = States['dataset']['entry'];

export function foldDatasetEntered({ view, sealedAt, statement }: Folding<'dataset.entered'>): void {
  if (statement.issuer === 'exchange') throw refuse('wrong-issuer', { issuer: statement.issuer });
  const { entry } = statement.body;
  checkEntry(entry);
  view.put('dataset', statement.id, {
    provider: statement.issuer,
    entry,
    versions: 0,
    enteredAt: sealedAt,
    last: statement.id,
  });
}

export function foldDatasetChanged({ view, statement }: Folding<'dataset.changed'>): void {
  const { dataset: id, entry } = statement.body;
  const { state } = held(view, 'dataset', id);
  checkIssuer(statement, state.provider);
  checkEntry(entry);
  view.put('dataset', id, { ...state, entry, last: statement.id });
}

export function foldVersionPublished({ view, sealedAt, statement }: Folding<'version.published'>): void {
  const { dataset: id, number, rows, commitment, schemaDigest, parts, leftOut } = statement.body;
  const { state } = held(view, 'dataset', id);
  checkIssuer(statement, state.provider);
  if (number !== state.versions + 1) throw refuse('version-number', { expected: state.versions + 1 }, { field: 'body.number' });
  view.put('version', statement.id, {
    dataset: id,
    number,
    rows,
    commitment,
    schemaDigest,
    parts,
    ...(leftOut === undefined ? {} : { leftOut }),
    publishedAt: sealedAt,
    last: statement.id,
  });
  view.put('dataset', id, { ...state, versions: number, latestVersion: statement.id, last: statement.id });
}

/** What an entry must hold beyond its shape: conditions or citation (Art. 14, 15), and masks that its items can take. */
function checkEntry(entry: Entry): void {
  if (entry.shareType !== 'unconditional' && entry.shareCondition === undefined) {
    throw refuse('share-condition-missing', {}, { field: 'body.entry.shareCondition' });
  }
  for (const item of entry.items) {
    const fault = item.mask && checkTransformation(item, item.mask, 'body.entry.items');
    if (fault) throw fault;
  }
}
