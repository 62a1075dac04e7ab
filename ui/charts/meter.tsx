const LEAST_PERCENT = 0.8

/** A bar as long as its share of the largest one; the number beside it is what it says. */
export const Meter = ({ share, kind }: { share: number; kind: string }) => (
  <svg class={`meter meter-${kind}`} width="100%" height="4" aria-hidden="true" focusable="false">
    <rect class="meter-ground" width="100%" height="4" rx="2" />
    {share > 0 && <rect width={`${Math.max(LEAST_PERCENT, share * 100).toFixed(1)}%`} height="4" rx="2" />}
  </svg>
)
