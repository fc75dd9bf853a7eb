import type { HeardRecord, InvalidationReport, StreamStatus } from '@freshet/client'

/** A log record, as the stream tells it to this person. */
export interface LiveRecord {
  position: number
  at: string
  trigger: string
  call: string
  event: string | null
  /** Names where the server tells them, as this sample's does; else hashes. */
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
  link: StreamStatus['link']
  /** Whether this tab has the connection that all tabs share. */
  leads: boolean
  /** Newest first. */
  records: readonly LiveRecord[]
  /** When each web node told that it had applied a record, by position; empty where one node answers everything. */
  applied: Readonly<Record<number, readonly Applied[]>>
  /** What this tab's own mutations led to, newest first. */
  reports: readonly InvalidationReport[]
  /** Where reports without a position belong: above the newest record there was when they came. */
  places: Readonly<Record<number, number>>
}

export type LiveChange =
  | { type: 'link'; link: LiveState['link']; leads: boolean }
  | { type: 'record'; record: LiveRecord }
  /** A node has applied a record, heard of here or not. */
  | { type: 'applied'; position: number; applied: Applied }
  | { type: 'report'; report: InvalidationReport }

/** One line of the strip: a record, what this tab did about it, or both, and which nodes have applied it. */
export interface LiveLine { key: string; record?: LiveRecord; report?: InvalidationReport; applied?: readonly Applied[] }

const kept = 60

/** A record of the stream as the strip shows it. */
export function recordOf({ position, expire, stale, events, names }: HeardRecord, heardAt: string): LiveRecord {
  return {
    position, at: names?.at ?? heardAt, trigger: names?.trigger ?? '', call: names?.call ?? '', event: events[0]?.type ?? null,
    tags: [...(names?.tags ?? [...expire, ...stale])], kind: expire.length > 0 ? 'expire' : 'stale',
  }
}

export const initialLive: LiveState = { link: 'connecting', leads: false, records: [], applied: {}, reports: [], places: {} }

export function next(state: LiveState, change: LiveChange): LiveState {
  switch (change.type) {
    case 'link':
      return { ...state, link: change.link, leads: change.leads }
    case 'record': {
      // Taken up again from an earlier place, the stream tells it twice.
      if (state.records.some(({ position }) => position === change.record.position)) return state
      const records = [change.record, ...state.records].sort((a, b) => b.position - a.position).slice(0, kept)
      return { ...state, records, applied: keptOf(state.applied, records) }
    }
    case 'applied': {
      const applied = withApplied(state.applied, change.position, change.applied)
      return { ...state, applied: state.records.length < kept ? applied : keptOf(applied, state.records) }
    }
    case 'report': {
      // A log that begins anew has positions that would collide with the old ones.
      if (change.report.reset && !state.reports.some(({ id }) => id === change.report.id)) return { ...state, records: [], applied: {}, reports: [change.report], places: { [change.report.id]: 0.5 } }
      const places = change.report.id in state.places ? state.places : { ...state.places, [change.report.id]: (state.records[0]?.position ?? 0) + 0.5 }
      const others = state.reports.filter(({ id }) => id !== change.report.id)
      return { ...state, places, reports: [change.report, ...others].sort((a, b) => b.id - a.id).slice(0, kept) }
    }
  }
}

function keptOf(applied: LiveState['applied'], records: readonly LiveRecord[]): LiveState['applied'] {
  const oldest = records.at(-1)?.position ?? 0
  return Object.fromEntries(Object.entries(applied).filter(([at]) => Number(at) >= oldest))
}

function withApplied(all: LiveState['applied'], position: number, one: Applied): LiveState['applied'] {
  const before = all[position] ?? []
  return before.some(({ node }) => node === one.node) ? all : { ...all, [position]: [...before, one] }
}

/**
 * Joins records and reports by position: a mutation tells the position of its last record, and has one record for each
 * of its events. Reports without a record on the strip (the link is down, or an answer was lost) get a line of their own.
 */
export function linesOf({ records, reports, applied, places }: LiveState): LiveLine[] {
  const joined = new Set<InvalidationReport>()
  const lines: LiveLine[] = records.map((record) => {
    const report = reports.find((report) => covers(report, record.position))
    if (report) joined.add(report)
    const nodes = applied[record.position]
    return { key: `record-${record.position}`, record, ...(report && { report }), ...(nodes && { applied: nodes }) }
  })
  const own = reports.filter((report) => !joined.has(report)).map((report) => ({ key: `report-${report.id}`, report }))
  const placeOf = ({ record, report }: LiveLine) => record?.position ?? report?.position ?? places[report!.id]!
  return [...own, ...lines].sort((a, b) => placeOf(b) - placeOf(a))
}

function covers({ position, events }: InvalidationReport, at: number): boolean {
  return position !== undefined && at <= position && at > position - Math.max(1, events.length)
}
