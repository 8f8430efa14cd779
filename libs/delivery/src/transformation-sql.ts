import { refuse, type Item, type Transformation } from '#contracts';
import { duckdbType, valueKind, type ValueKind } from './item-value.js';

/** Names of the two parameters that carry the pseudonym key, as `pseudonymParameters` makes them. */
export const PSEUDONYM_INNER = 'pseudonym_inner';
export const PSEUDONYM_OUTER = 'pseudonym_outer';

/** What an item's column holds once it leaves: its SQL and the kind of its values. */
export interface LeavingColumn {
  readonly sql: string;
  readonly kind: ValueKind;
}

const ALLOWED: Record<Transformation['kind'], readonly ValueKind[]> = {
  keep: ['text'],
  prefix: ['text'],
  year: ['date', 'timestamp'],
  band: ['integer', 'decimal', 'double'],
  pseudonym: ['text', 'integer', 'date'],
};

/** Whether values of this item can be transformed in this way. */
export function canTransform(item: Item, transformation: Transformation): boolean {
  return ALLOWED[transformation.kind].includes(valueKind(item));
}

/**
 * The SQL of an item's value (its `column` as SQL) as it leaves, after its transformation if it has one. A missing value stays
 * missing, and so does a transformed empty text. A pseudonym refers
 * to the parameters of `pseudonymParameters`. Throws `transformation-not-possible`. docs/formats/delivery-payload.md.
 */
export function compileTransformation(item: Item, transformation: Transformation | undefined, stored: string): LeavingColumn {
  if (transformation === undefined) return { sql: stored, kind: valueKind(item) };
  if (!canTransform(item, transformation)) throw refuse('transformation-not-possible', { item: item.name });
  const column = valueKind(item) === 'text' ? `nullif(${stored}, '')` : stored;
  switch (transformation.kind) {
    case 'keep': {
      const { first, last } = transformation;
      // A value that the kept ends would show whole is masked whole.
      const hidden = `length(${column}) - ${first + last}`;
      const kept = `left(${column}, ${first}) || repeat('*', ${hidden}) || ${last === 0 ? `''` : `right(${column}, ${last})`}`;
      return { sql: `CASE WHEN ${hidden} > 0 THEN ${kept} ELSE repeat('*', length(${column})) END`, kind: 'text' };
    }
    case 'prefix':
      return { sql: `left(${column}, ${transformation.length})`, kind: 'text' };
    case 'year':
      return { sql: `left(CAST(${column} AS VARCHAR), 4)`, kind: 'text' };
    case 'band':
      return { sql: bandSql(item, column, transformation.width), kind: valueKind(item) };
    case 'pseudonym': {
      // HMAC-SHA-256 (RFC 2104) of the value's canonical text; the padded keys come ready, and DuckDB has only the hash.
      const message = valueKind(item) === 'text' ? column : `CAST(${column} AS VARCHAR)`;
      const inner = `unhex(sha256($${PSEUDONYM_INNER} || encode(${message})))`;
      return { sql: `sha256($${PSEUDONYM_OUTER} || ${inner})`, kind: 'text' };
    }
  }
}

// The largest multiple that is not above the value, exact for integers and decimals. One below what the type can hold is left out.
function bandSql(item: Item, column: string, width: number): string {
  if (valueKind(item) === 'double') {
    const from = `floor(${column} / ${width}) * ${width}`;
    return `CASE WHEN isfinite(${from}) THEN ${from} END`;
  }
  const wide = valueKind(item) === 'integer' ? 'HUGEINT' : duckdbType(item);
  const rest = `(CAST(${column} AS ${wide}) % CAST(${width} AS ${wide}))`;
  const below = `CASE WHEN ${rest} < 0 THEN CAST(${width} AS ${wide}) ELSE 0 END`;
  return `TRY(CAST(CAST(${column} AS ${wide}) - ${rest} - ${below} AS ${duckdbType(item)}))`;
}

/** The key as the two padded blocks of HMAC-SHA-256. At most 64 bytes. */
export function pseudonymParameters(key: Uint8Array): Record<typeof PSEUDONYM_INNER | typeof PSEUDONYM_OUTER, Uint8Array> {
  if (key.length < 16 || key.length > 64) throw new Error('A pseudonym key has 16 to 64 bytes');
  const inner = Buffer.alloc(64, 0x36);
  const outer = Buffer.alloc(64, 0x5c);
  for (const [i, byte] of key.entries()) {
    inner[i] = (inner[i] as number) ^ byte;
    outer[i] = (outer[i] as number) ^ byte;
  }
  return { [PSEUDONYM_INNER]: inner, [PSEUDONYM_OUTER]: outer };
}
