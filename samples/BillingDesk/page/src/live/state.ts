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

/** A node has applied a record. */
export interface Applied {
  node: string
  /** Milliseconds on this tab's clock. */
  at: number
}

/** What the strip knows. Changed only by {@link next}. */
export interface LiveState {
  link: 'connecting' | 'open' | 'lost'
  /** Newest first. */
  records: readonly LiveRecord[]
  /** When each web node told that it had applied a record, by position; empty where one node answers everything. */
  applied: Readonly<Record<number, readonly Applied[]>>
  /** What this tab's own mutations led to, newest first. */
  reports: readonly InvalidationReport[]
}

export type LiveChange =
  | { type: 'link'; link: LiveState['link'] }
  /** The server says where its log stands, each time the link opens. */
  | { type: 'hello'; position: number }
  | { type: 'record'; record: LiveRecord; applied?: Applied }
  | { type: 'report'; report: InvalidationReport }

/** One line of the strip: a record, what this tab did about it, or both, and which nodes have applied it. */
export interface LiveLine { key: string; record?: LiveRecord; report?: InvalidationReport; applied?: readonly Applied[] }

const kept = 60

export const initialLive: LiveState = { link: 'connecting', records: [], applied: {}, reports: [] }

export function next(state: LiveState, change: LiveChange): LiveState {
  switch (change.type) {
    case 'link':
      return { ...state, link: change.link }
    case 'hello': {
      // A log that stands before what we saw of it is another log: its positions would collide with the old ones.
      const anew = change.position < (state.records[0]?.position ?? 0)
      return { ...state, link: 'open', ...(anew && { records: [], applied: {}, reports: [] }) }
    }
    case 'record': {
      const { position } = change.record
      const applied = change.applied ? withApplied(state.applied, position, change.applied) : state.applied
      // Every node tells it, and a reconnect may tell it twice.
      if (state.records.some((record) => record.position === position)) return { ...state, applied }
      const records = [change.record, ...state.records].sort((a, b) => b.position - a.position).slice(0, kept)
      const oldest = records.at(-1)?.position ?? 0
      return { ...state, records, applied: Object.fromEntries(Object.entries(applied).filter(([at]) => Number(at) >= oldest)) }
    }
    case 'report': {
      const others = state.reports.filter(({ id }) => id !== change.report.id)
      return { ...state, reports: [change.report, ...others].sort((a, b) => b.id - a.id).slice(0, kept) }
    }
  }
}

function withApplied(all: LiveState['applied'], position: number, one: Applied): LiveState['applied'] {
  const before = all[position] ?? []
  return before.some(({ node }) => node === one.node) ? all : { ...all, [position]: [...before, one] }
}

/**
 * Joins records and reports by position: a mutation tells the position of its last record, and has one record for each
 * of its events. Reports without a record on the strip (the link is down, or an answer was lost) get a line of their own.
 */
export function linesOf({ records, reports, applied }: LiveState): LiveLine[] {
  const joined = new Set<InvalidationReport>()
  const lines: LiveLine[] = records.map((record) => {
    const report = reports.find((report) => covers(report, record.position))
    if (report) joined.add(report)
    const nodes = applied[record.position]
    return { key: `record-${record.position}`, record, ...(report && { report }), ...(nodes && { applied: nodes }) }
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
