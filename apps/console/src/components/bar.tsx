import './bar.css';

/** A part of a whole as a small bar, with the numbers beside it. `near` and `full` are said in colour; the numbers say the same. */
export function Bar({
  label,
  part,
  of,
  told,
  standing,
}: {
  readonly label: string;
  readonly part: number;
  readonly of: number;
  readonly told: string;
  readonly standing?: 'near' | 'full' | undefined;
}) {
  return (
    <span className={standing ? `part-bar part-${standing}` : 'part-bar'}>
      <progress value={Math.min(part, of)} max={Math.max(1, of)} aria-label={`${label} ${told}`} />
      <span>{told}</span>
    </span>
  );
}
