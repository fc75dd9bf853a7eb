import type { Answer, HeardRecord, Invalidation, StreamStatus } from '../core/index.ts'
import type { AnyQuery } from './memory.ts'

/** Told of what happens, as it happens. */
export interface Observer {
  /** An invalidation was applied and reached these queries. Those that are followed are read again; the others are marked. */
  begin?(invalidation: Invalidation, reached: readonly AnyQuery[], followed: readonly AnyQuery[]): void
  /** A read that was in flight turned out to be outdated, and is read again. */
  reread?(query: AnyQuery, answer: Answer): void
  /** A query's read brought an answer; an outdated one if the server kept answering old data. */
  settle?(query: AnyQuery, outdated: boolean): void
  /** The stream told a record that concerns this person, whether something here followed or not. */
  record?(record: HeardRecord): void
  /** How this tab hears, now and whenever that changes. */
  stream?(status: StreamStatus): void
}

/** Tells all observers. */
export type Tell = <TWhat extends keyof Observer>(what: TWhat, ...told: Parameters<Required<Observer>[TWhat]>) => void
