/** The product's mark: two links of a chain. */
export function Mark({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false" className="mark">
      <rect width="32" height="32" rx="7" />
      <path d="M13.2 18.8 18.8 13.2M15.2 11.2l2.6-2.6a4.6 4.6 0 0 1 6.5 6.5l-2.6 2.6M16.8 20.8l-2.6 2.6a4.6 4.6 0 0 1-6.5-6.5l2.6-2.6" />
    </svg>
  );
}
