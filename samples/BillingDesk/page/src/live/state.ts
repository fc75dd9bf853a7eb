import type { InvalidationReport } from '@freshet/client'

/** A log record, as /api/live tells it. */
export interface LiveRecord {
  position: number
  at: string
  trigger: string
  call: string
  event: string | null
  tags: string[]
  kind: 'expire' | 'stale'
}

/** What the strip knows. Changed only by {@link next}. */
export interface LiveState {
  link: 'connecting' | 'open' | 'lost'
  /** Newest first. */
  records: readonly LiveRecord[]
  /** What this tab's own mutations led to, newest first. */
  reports: readonly InvalidationReport[]
}

export type LiveChange =
  | { type: 'link'; link: LiveState['link'] }
  /** The server says where its log stands, each time the link opens. */
  | { type: 'hello'; position: number }
  | { type: 'record'; record: LiveRecord }
  | { type: 'report'; report: InvalidationReport }

/** One line of the strip: a record, what this tab did about it, or both. */
export interface LiveLine { key: string; record?: LiveRecord; report?: InvalidationReport }

const kept = 60

export const initialLive: LiveState = { link: 'connecting', records: [], reports: [] }

export function next(state: LiveState, change: LiveChange): LiveState {
  switch (change.type) {
    case 'link':
      return { ...state, link: change.link }
    case 'hello': {
      // A log that stands before what we saw of it is another log: its positions would collide with the old ones.
      const anew = change.position < (state.records[0]?.position ?? 0)
      return { ...state, link: 'open', ...(anew && { records: [], reports: [] }) }
    }
    case 'record':
      // A reconnect may tell a record twice.
      if (state.records.some(({ position }) => position === change.record.position)) return state
      return { ...state, records: [change.record, ...state.records].sort((a, b) => b.position - a.position).slice(0, kept) }
    case 'report': {
      const others = state.reports.filter(({ id }) => id !== change.report.id)
      return { ...state, reports: [change.report, ...others].sort((a, b) => b.id - a.id).slice(0, kept) }
    }
  }
}

/**
 * Joins records and reports by position: a mutation tells the position of its last record, and has one record for each
 * of its events. Reports without a record on the strip (the link is down, or an answer was lost) get a line of their own.
 */
export function linesOf({ records, reports }: LiveState): LiveLine[] {
  const joined = new Set<InvalidationReport>()
  const lines: LiveLine[] = records.map((record) => {
    const report = reports.find((report) => covers(report, record.position))
    if (report) joined.add(report)
    return { key: `record-${record.position}`, record, ...(report && { report }) }
  })
  const own = reports.filter((report) => !joined.has(report)).map((report) => ({ key: `report-${report.id}`, report }))
  return [...own, ...lines].sort((a, b) => positionOf(b) - positionOf(a))
}

function covers({ position, events }: InvalidationReport, at: number): boolean {
  return position !== undefined && at <= position && at > position - Math.max(1, events.length)
}

// A line without any position is of this tab, and of now: on top.
function positionOf({ record, report }: LiveLine): number {
  return record?.position ?? report?.position ?? Infinity
}
