/** Drawn on a grid of 16, as strokes; the text beside an icon says what it means. */
const PATHS = {
  running: 'M8 2a6 6 0 1 1-6 6M8 5v3l2 1.5',
  success: 'M3 8.5 6.5 12 13 4.5',
  error: 'M4 4l8 8M12 4l-8 8',
  interrupted: 'M5.5 3.5v9M10.5 3.5v9',
  cancelled: 'M8 2a6 6 0 1 0 .01 0M3.8 3.8l8.4 8.4',
  stale: 'M8 2a6 6 0 1 0 .01 0M8 4.5V8l2.5 1.5',
  warning: 'M8 2 1.8 13.2h12.4zM8 6.4v3.2M8 11.6v.1',
  key: 'M10.5 2.5a3 3 0 1 0 .01 0M8.3 7.7 3 13M4.8 11.2l1.7 1.7',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  search: 'M7 2.5a4.5 4.5 0 1 0 .01 0M10.4 10.4 14 14',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6L12.5 8z',
  reload: 'M13 8a5 5 0 1 1-1.6-3.7M13.2 2v3h-3',
  close: 'M4 4l8 8M12 4l-8 8',
  next: 'M6 3.5 10.5 8 6 12.5',
  previous: 'M10 3.5 5.5 8 10 12.5',
  plus: 'M8 3v10M3 8h10',
  up: 'M8 13V3.5M4 7.5l4-4 4 4',
  down: 'M8 3v9.5M4 8.5l4 4 4-4',
  same: 'M3 6h10M3 10h10',
  light:
    'M8 5a3 3 0 1 0 .01 0M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M3 13l1.2-1.2M11.8 4.2 13 3',
  dark: 'M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7',
  question: 'M5.6 6a2.4 2.4 0 1 1 3.6 2.1c-.9.5-1.2 1-1.2 1.9M8 12.6v.1',
  escalate: 'M6 2.8a2.2 2.2 0 1 0 .01 0M2 13a4 4 0 0 1 8 0M13 12V5.5M11 7.5l2-2 2 2',
  block: 'M5.4 2h5.2L14 5.4v5.2L10.6 14H5.4L2 10.6V5.4zM5.2 8h5.6',
  decision: 'M8 1.8 13 3.6v4c0 3.2-2.1 5.4-5 6.6-2.9-1.2-5-3.4-5-6.6v-4zM5.6 8l1.8 1.8 3.2-3.6',
  judge: 'M8 2v12M5 14h6M3 4.5h10M3 4.5 1.2 9a1.9 1.9 0 0 0 3.6 0zM13 4.5 11.2 9a1.9 1.9 0 0 0 3.6 0z',
  file: 'M4 1.8h5.2L12.5 5v9.2H4zM9 1.8V5.2h3.5',
  page: 'M9.5 2.5h4v4M13.2 2.8 8 8M11.5 9v4.5h-9v-9H7',
} as const

export type IconName = keyof typeof PATHS

/** A small drawing beside a text; readers that speak skip it. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
)
