/** An identifier as SQL reads it. The one way a name reaches SQL text. */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new Error('An identifier holds no NUL');
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal. For paths of our own making; values that people typed travel as parameters. */
export function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new Error('A literal holds no NUL');
  return `'${text.replaceAll("'", "''")}'`;
}

/** A piece of SQL and the values of the named parameters that it uses. */
export interface SqlFragment {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Those of some parameters that a statement names: DuckDB takes no others. */
export function usedParameters<T>(sql: string, parameters: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const named = new Set(sql.match(/\$\w+/g));
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => named.has(`$${name}`)));
}
